"""Reads of the queue and the outbox, for `/readyz`, `doctor`, the desk and the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count

from recourse.base.core import clock
from recourse.base.jobs.domain import JobState, OutboxState
from recourse.base.jobs.models import BusinessClock, Job, Outbox

HOUSEKEEPING = ("jobs.sweep",)  # kinds for which no demo clock needs to stop


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as a person who looks after the installation sees it."""

    id: UUID
    kind: str
    state: str
    due_at: datetime
    attempts: int
    error_code: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxView:
    """A message as a person may see it without opening anything."""

    id: UUID
    transport: str
    idempotency_key: str
    state: OutboxState
    state_since: datetime
    attempts: int
    error_code: str
    unsure: bool  # a try ended without a word: the other side may have it


def next_due(*, after: datetime | None = None) -> datetime | None:
    """Return when the next open job is due, in business time; housekeeping does not count.

    Args:
        after: leave out what is due at or before this time.
    """
    waiting = Job.objects.filter(state=JobState.OPEN).exclude(kind__in=HOUSEKEEPING)
    if after is not None:
        waiting = waiting.filter(due_at__gt=after)
    return next(iter(waiting.order_by("due_at").values_list("due_at", flat=True)[:1]), None)


def oldest_due_age(now: datetime) -> timedelta | None:
    """Return how long the oldest due job has been waiting, or None when nothing is due."""
    due = Job.objects.filter(state=JobState.OPEN, due_at__lte=now).order_by("due_at")
    oldest = due.values_list("due_at", flat=True)[:1]
    return next((now - due_at for due_at in oldest), None)


def counts_by_state(*, real_now: datetime | None = None) -> Mapping[str, int]:
    """Count jobs: waiting, running (under a lease), done, failed, cancelled. Every state is a key."""
    real = real_now or datetime.now(UTC)
    counts = {"waiting": 0, "running": 0, "done": 0, "failed": 0, "cancelled": 0}
    for state, count in Job.objects.values_list("state").annotate(count=Count("id")):
        counts["waiting" if state == JobState.OPEN else state] = count
    counts["running"] = Job.objects.filter(state=JobState.OPEN, lease_until__gt=real).count()
    counts["waiting"] = max(0, counts["waiting"] - counts["running"])
    return counts


def outbox_counts() -> Mapping[str, int]:
    """Count outgoing messages by state. Every state is a key; what was erased before it left is given up by nobody."""
    told = Outbox.objects.exclude(state=OutboxState.GAVE_UP, body=b"")
    rows = told.values_list("state").annotate(count=Count("id"))
    return {state.value: 0 for state in OutboxState} | dict(rows)


def failed_jobs(*, limit: int = 50) -> list[JobView]:
    """Return the jobs that gave up, latest first: a person must look at them."""
    rows = Job.objects.filter(state=JobState.FAILED).order_by("-finished_at")[:limit]
    return [_job_view(row) for row in rows]


def outbox_waiting(*, limit: int = 50) -> list[OutboxView]:
    """Return messages that are not delivered and were not erased, longest in their state first."""
    waiting = Outbox.objects.exclude(state=OutboxState.DELIVERED).exclude(body=b"")
    rows = waiting.order_by("state_since")[:limit]
    return [_outbox_view(row) for row in rows]


def outbox_of(outbox_id: UUID) -> OutboxView | None:
    """Return one message as a person may see it."""
    row = Outbox.objects.filter(id=outbox_id).first()
    return None if row is None else _outbox_view(row)


def idle(now: datetime | None = None, *, real_now: datetime | None = None) -> bool:
    """Return whether nothing is left to do now: no due job, no lease held, no message under way.

    A message whose next try is due later does not count: the demo clock may jump to that time.
    """
    moment, real = now or clock.now(), real_now or datetime.now(UTC)
    still_open = Job.objects.filter(state=JobState.OPEN).values_list("id", flat=True)
    # Two ordered looks, not one with OR: each has its index (`queue.anything_due` says why the order).
    due = still_open.filter(due_at__lte=moment).order_by("due_at")[:1]
    held = still_open.filter(lease_until__gt=real).order_by("lease_until")[:1]
    under_way = Outbox.objects.filter(state=OutboxState.SENDING).exclude(state=OutboxState.DELIVERED)
    return not list(due) and not list(held) and not under_way.exists()


def business_clock() -> tuple[bool, timedelta]:
    """Return whether the clock is a demo's, and how far it is ahead of the computer's."""
    row = BusinessClock.objects.filter(id=1).values_list("demo", "ahead").first()
    return row or (False, timedelta(0))


def _job_view(row: Job) -> JobView:
    return JobView(row.id, row.kind, row.state, row.due_at, row.attempts, row.error_code, row.finished_at)


def _outbox_view(row: Outbox) -> OutboxView:
    return OutboxView(
        id=row.id,
        transport=row.transport,
        idempotency_key=row.idempotency_key,
        state=OutboxState(row.state),
        state_since=row.state_since,
        attempts=row.attempts,
        error_code=row.error_code,
        unsure=row.unsure,
    )
