"""Tables of the queue, of the outbox, and the business clock's one row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from recourse.base.core import ids
from recourse.base.jobs.domain import JobState, OutboxState, Priority


class Job(models.Model):
    """One piece of work. Timers and deadlines are jobs that are due later."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=160)
    args = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=Priority.NORMAL)
    due_at = models.DateTimeField()  # business time
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null means "no key", "" would be one
    state = models.CharField(
        max_length=16, default=JobState.OPEN, choices=[(state.value, state.value) for state in JobState]
    )
    lease_until = models.DateTimeField(null=True)  # real time; a worker holds it until then
    fence = models.PositiveIntegerField(default=0)  # number of claims; 0 = nobody ever began
    attempts = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=80, default="", blank=True)
    finished_at = models.DateTimeField(null=True)  # business time; done, failed or cancelled

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state=JobState.OPEN, fence=0), name="jobs_one_waiting_per_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["priority", "due_at"], condition=Q(state=JobState.OPEN), name="jobs_open_by_priority"
            ),
            models.Index(fields=["due_at"], condition=Q(state=JobState.OPEN), name="jobs_open_by_due"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state=JobState.OPEN, lease_until__isnull=False),
                name="jobs_held_by_lease",
            ),
            models.Index(fields=["key"], condition=Q(state=JobState.OPEN), name="jobs_open_by_key"),
            models.Index(
                fields=["finished_at"], condition=Q(state=JobState.FAILED), name="jobs_failed_by_end"
            ),
            # Not by state: SQLite would prefer such an index for every question about open jobs.
            models.Index(
                fields=["finished_at"], condition=Q(finished_at__isnull=False), name="jobs_ended_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Outbox(models.Model):
    """One message to the outside world, committed before it is sent."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    transport = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=200)
    key_id = models.UUIDField()  # vault key under which the three sealed columns are
    envelope = models.BinaryField()  # sealed JSON; emptied once delivered, or erased
    body = models.BinaryField()  # sealed bytes, sent as they are; emptied likewise
    response = models.BinaryField(null=True)  # sealed, what the other side said
    state = models.CharField(
        max_length=16,
        default=OutboxState.QUEUED,
        choices=[(state.value, state.value) for state in OutboxState],
    )
    state_since = models.DateTimeField()
    queued_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    unsure = models.BooleanField(default=False)  # a try ended without a word: the other side may have it
    error_code = models.CharField(max_length=80, default="", blank=True)
    job_id = models.UUIDField(null=True)  # the job that may deliver it
    fence = models.PositiveIntegerField(default=0)  # that job's claim which is delivering it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transport", "idempotency_key"], name="jobs_outbox_once_per_idempotency_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["state", "state_since"],
                condition=~Q(state=OutboxState.DELIVERED),
                name="jobs_outbox_not_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.id}"


class BusinessClock(models.Model):
    """How far the demo's business clock is ahead of the computer's. One row, or none."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    demo = models.BooleanField(default=False)
    ahead = models.DurationField()  # never negative: the services only add

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="jobs_one_business_clock"),
        ]

    def __str__(self) -> str:
        return f"ahead by {self.ahead}"
