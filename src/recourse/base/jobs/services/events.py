"""Events: one job per subscriber, written in the transaction of what happened."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recourse.base.jobs import registry
from recourse.base.jobs.domain import Event, write_event
from recourse.base.jobs.models import Job


def emit(*, event: Event, now: datetime) -> int:
    """Tell every subscriber of `event`, once the caller's transaction commits.

    Returns:
        How many will be told.

    Raises:
        TypeError: the event carries something else than ids, codes, numbers and times.
    """
    args = write_event(event)
    kinds = registry.kinds_for(type(event))
    with transaction.atomic():
        Job.objects.bulk_create([Job(kind=kind, args=args, due_at=now) for kind in kinds])
    return len(kinds)
