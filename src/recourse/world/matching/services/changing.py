"""One order of all changes of the bank: numbered in the order of commit, so that whoever polls misses none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.world.matching.models import Changed, Head


def changed(subjects: Collection[UUID], *, now: datetime) -> tuple[range, datetime]:
    """Number a change of each subject, in the caller's transaction, which holds the order until it ends.

    Returns:
        The numbers, one for each subject; and the time of all of them, in whole seconds, never earlier than before.
    """
    at = now.replace(microsecond=0)
    if not subjects:
        return range(0), at
    with transaction.atomic(savepoint=False):
        Head.objects.get_or_create(id=1, defaults={"at": at})
        head = Head.objects.select_for_update().get(id=1)
        first = head.sequence + 1
        numbers = range(first, first + len(subjects))
        head.sequence, head.at = numbers[-1], max(at, head.at)
        head.save()
        Changed.objects.bulk_create(
            Changed(sequence=number, subject=subject, at=head.at)
            for number, subject in zip(numbers, subjects, strict=True)
        )
    return numbers, head.at
