"""Putting work into the queue, taking it out, and the moves a worker makes with it.

A claim is a lease in real time and a fence number that grows with every claim; finishing and failing are
conditional on both, so a worker that was overtaken changes nothing.

Refuses: arguments that could carry content in bulk, and errors' texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from recourse.base.core import clock, ids
from recourse.base.core.errors import UnavailableError
from recourse.base.jobs import registry
from recourse.base.jobs.domain import Argument, JobState, Priority, wait_after
from recourse.base.jobs.models import Job

LONGEST_ARGS = 4000  # characters of JSON: ids, codes and times
LOST = "worker_lost"
_TRIES = 5
_SWEEP_BATCH = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job this worker holds until `lease_until` (real time) unless somebody with a higher fence took over."""

    id: UUID
    kind: str
    args: Mapping[str, Any]
    attempt: int
    fence: int
    lease_until: datetime
    worn_out: bool = False  # there were attempts enough; it must not run again


def lease_time() -> datetime:
    """Return the real time by which leases are held; machines must agree on it within a few seconds."""
    return datetime.now(UTC)


def enqueue(
    *,
    kind: str,
    args: Mapping[str, Argument],
    due_at: datetime,
    priority: Priority = Priority.NORMAL,
    key: str | None = None,
) -> UUID | None:
    """Put one job into the queue, in the caller's transaction.

    With a `key`, at most one job of it waits. If one waits already, none is added and None is returned; if
    nobody has begun it yet and it was due later, it is brought forward to `due_at`. A job that is *running* does
    not count: it may have looked before the caller's change, so a second one is added, which is also how a
    handler schedules its own next turn.

    Args:
        kind: who works on it; unknown kinds wait for a worker that knows them.
        args: ids, codes and numbers only.
        due_at: business time from which it may run.
        priority: which of the due ones goes first.
        key: names the work, e.g. "checks.probe:<place id>"; at most 200 characters.

    Returns:
        The job's id, or None if one of this key was waiting.

    Raises:
        TypeError: an argument is neither text nor whole number nor None.
        ValueError: arguments longer than 4,000 characters, a key longer than 200, a time without zone.
    """
    _check(args, due_at, key)
    job = Job(id=ids.new_id(), kind=kind, args=dict(args), due_at=due_at, priority=priority, key=key)
    # No savepoint inside a caller's transaction: nothing here fails and is caught.
    with transaction.atomic(savepoint=False):
        if key is None:
            job.save(force_insert=True)
            return job.id
        for _ in range(_TRIES):
            if _waits_already(key, due_at):
                return None
            # ON CONFLICT DO NOTHING: on PostgreSQL a failed insert would spoil the caller's transaction.
            Job.objects.bulk_create([job], ignore_conflicts=True)
            if Job.objects.filter(id=job.id).exists():
                return job.id
    raise UnavailableError(f"jobs of kind {kind} come and go too fast")


def cancel(*, key: str, now: datetime | None = None) -> int:
    """Cancel every open job of `key`; one that is running is not interrupted, and its end changes nothing.

    Returns:
        How many were cancelled.
    """
    with transaction.atomic():
        return Job.objects.filter(key=key, state=JobState.OPEN).update(
            state=JobState.CANCELLED, finished_at=now or clock.now(), lease_until=None
        )


def retry_failed(*, now: datetime, job_ids: Iterable[UUID] | None = None) -> int:
    """Give jobs that failed for good their attempts back; all of them, or those named.

    A job whose key waits in the queue again is left as it is: its successor does the work.

    Returns:
        How many are open again.
    """
    with transaction.atomic():
        failed = Job.objects.filter(state=JobState.FAILED)
        if job_ids is not None:
            failed = failed.filter(id__in=list(job_ids))
        waiting = Job.objects.filter(state=JobState.OPEN, key__isnull=False).values("key")
        failed = failed.exclude(key__isnull=False, key__in=waiting)
        return failed.update(
            state=JobState.OPEN, attempts=0, due_at=now, error_code="", finished_at=None, lease_until=None
        )


def sweep(*, now: datetime, older_than: timedelta) -> int:
    """Delete one batch of jobs that ended well before `now - older_than`; failed ones stay for a person.

    Returns:
        How many went, at most 500.
    """
    ended = Job.objects.filter(
        state__in=[JobState.DONE, JobState.CANCELLED], finished_at__lt=now - older_than
    )
    with transaction.atomic():
        some = list(ended.values_list("id", flat=True)[:_SWEEP_BATCH])
        return Job.objects.filter(id__in=some).delete()[0]


def claimable(*, now: datetime, real_now: datetime) -> QuerySet[Job]:
    """Return the jobs that are due and that nobody holds."""
    free = Q(lease_until=None) | Q(lease_until__lt=real_now)
    return Job.objects.filter(free, state=JobState.OPEN, due_at__lte=now)


def anything_due(*, now: datetime, real_now: datetime) -> bool:
    """Say whether a claim would find something; a cheap look outside a transaction."""
    # The order keeps both planners on the index of open jobs by due time: ended jobs are all "due" as well, and
    # PostgreSQL would expect to meet an open one soon by reading the whole table.
    first = claimable(now=now, real_now=real_now).order_by("due_at").values_list("id", flat=True)[:1]
    return bool(list(first))


def claim(*, now: datetime, real_now: datetime, limit: int) -> list[Claimed]:
    """Take up to `limit` due jobs, the most urgent and then the longest due first.

    One whose attempts were used up comes too, with `worn_out`: a worker died in its last attempt, and what is
    left to do is to say so.
    """
    with transaction.atomic():
        rows: list[Job] = []
        for (
            priority
        ) in Priority:  # one indexed range each; a sort over all due ones would grow with the backlog
            if len(rows) < limit:
                due = claimable(now=now, real_now=real_now).filter(priority=priority).order_by("due_at")
                rows += due.select_for_update(skip_locked=True)[: limit - len(rows)]
        taken = 0
        for spell in {registry.spell(row.kind) for row in rows}:
            same = [row.id for row in rows if registry.spell(row.kind) == spell]
            taken += (
                claimable(now=now, real_now=real_now)
                .filter(id__in=same)
                .update(lease_until=real_now + spell, attempts=F("attempts") + 1, fence=F("fence") + 1)
            )
        if taken != len(rows):
            raise UnavailableError(
                "somebody else claimed the same jobs"
            )  # rolls back: nothing is claimed twice
    return [_claimed(row, real_now) for row in rows]


def hold(job: Claimed, *, real_now: datetime) -> bool:
    """Say that work on a claimed job begins; renew its lease if half of it is over.

    Returns:
        Whether it is still ours: not cancelled, not taken over.
    """
    if job.lease_until - real_now > registry.spell(job.kind) / 2:
        return Job.objects.filter(id=job.id, fence=job.fence, state=JobState.OPEN).exists()
    return renew(job, real_now=real_now)


def renew(job: Claimed, *, real_now: datetime) -> bool:
    """Hold a job for another spell.

    Returns:
        Whether it is still ours.
    """
    with transaction.atomic():
        mine = Job.objects.filter(id=job.id, fence=job.fence, state=JobState.OPEN)
        return bool(mine.update(lease_until=real_now + registry.spell(job.kind)))


def finish(job: Claimed, *, now: datetime) -> bool:
    """Mark a job done.

    Returns:
        False if it was cancelled or somebody with a higher fence took over.
    """
    with transaction.atomic():
        mine = Job.objects.filter(id=job.id, fence=job.fence, state=JobState.OPEN)
        return bool(mine.update(state=JobState.DONE, finished_at=now, lease_until=None, error_code=""))


def is_last(job: Claimed) -> bool:
    """Whether no attempt follows this one."""
    return job.attempt >= registry.max_attempts(job.kind)


def fail(job: Claimed, *, code: str, now: datetime) -> bool:
    """Record a failed attempt: another one follows after a wait, or, after the last, a person must look.

    Returns:
        False if it was cancelled or somebody with a higher fence took over.
    """
    with transaction.atomic():
        mine = Job.objects.filter(id=job.id, fence=job.fence, state=JobState.OPEN)
        if is_last(job):
            return bool(
                mine.update(state=JobState.FAILED, finished_at=now, lease_until=None, error_code=code)
            )
        due_at = now + wait_after(job.attempt)
        return bool(mine.update(due_at=due_at, lease_until=None, error_code=code))


def release(jobs: Iterable[Claimed]) -> None:
    """Give claimed jobs back that were not begun; the attempt does not count."""
    with transaction.atomic():
        for job in jobs:
            mine = Job.objects.filter(id=job.id, fence=job.fence, state=JobState.OPEN)
            mine.update(lease_until=None, attempts=F("attempts") - 1)


def _claimed(row: Job, real_now: datetime) -> Claimed:
    return Claimed(
        id=row.id,
        kind=row.kind,
        args=row.args,
        attempt=row.attempts + 1,
        fence=row.fence + 1,
        lease_until=real_now + registry.spell(row.kind),
        worn_out=row.attempts >= registry.max_attempts(row.kind),
    )


def _waits_already(key: str, due_at: datetime) -> bool:
    """Whether a job of this key will still look at what the caller writes; such a one is locked until commit."""
    real_now = lease_time()
    free = Q(lease_until=None) | Q(lease_until__lt=real_now)
    rows = Job.objects.filter(free, key=key, state=JobState.OPEN).only("id", "kind", "attempts")
    waiting = [row.id for row in rows if row.attempts < registry.max_attempts(row.kind)]
    if waiting and connection.vendor == "postgresql":
        # Keeps a worker from claiming it before our transaction is visible (a claim skips locked rows), and lets
        # others do the same beside us. SQLite has one writer at a time.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM jobs_job WHERE id = ANY(%s) AND state = 'open'"
                " AND (lease_until IS NULL OR lease_until < %s) FOR KEY SHARE",
                [waiting, real_now],
            )
            waiting = [row[0] for row in cursor.fetchall()]
    if waiting:
        Job.objects.filter(id__in=waiting, fence=0, due_at__gt=due_at).update(due_at=due_at)
    return bool(waiting)


def _check(args: Mapping[str, Argument], due_at: datetime, key: str | None) -> None:
    for name, value in args.items():
        if not (value is None or isinstance(value, (str, int))):
            raise TypeError(f"{name} is a {type(value).__name__}; a job carries text, whole numbers or None")
    if len(json.dumps(dict(args))) > LONGEST_ARGS:
        raise ValueError("a job carries ids, not content")
    if key is not None and not 0 < len(key) <= 200:  # noqa: PLR2004 - the column's length
        raise ValueError("a key has 1 to 200 characters")
    if due_at.tzinfo is None:
        raise ValueError("due_at needs a zone")
