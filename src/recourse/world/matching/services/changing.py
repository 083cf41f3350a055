"""One order of all changes of the bank: numbered in the order of commit, so that whoever polls misses none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.world.matching.models import BankRead, Changed, Head

DROP_TRACES = "matching.drop_traces"
TOLD_FOR = timedelta(days=1)
"""How long a change is named; a process that has not searched for longer reads the whole bank anew."""
READS_KEPT = timedelta(days=365)


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


def drop_traces(*, now: datetime) -> int:
    """Delete what is too old of the traces of changes and of reads; return how many."""
    changes, _ = Changed.objects.filter(at__lt=now - TOLD_FOR).delete()
    reads, _ = BankRead.objects.filter(at__lt=now - READS_KEPT).delete()
    return changes + reads


def plan_drop_traces(now: datetime) -> None:
    """See that old traces are deleted once a day."""
    jobs.enqueue(kind=DROP_TRACES, args={}, due_at=now + TOLD_FOR, key=DROP_TRACES)
