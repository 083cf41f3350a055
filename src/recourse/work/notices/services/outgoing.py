"""What the outbox says of a message of ours: a notice or a reminder. Messages of other rooms pass."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recourse.base.jobs.domain import UndeliverableError
from recourse.work.notices.services import delivering, reminding


def leave(*, outbox_id: UUID, now: datetime) -> None:
    """Mark a message as on its way, just before its bytes leave. The last moment at which it can be stopped.

    Raises:
        UndeliverableError: it was cancelled or held meanwhile.
    """
    may_leave = reminding.reminder_may_leave(outbox_id=outbox_id, now=now)
    if may_leave is None:
        delivering.leave(outbox_id=outbox_id, now=now)
    elif not may_leave:
        raise UndeliverableError(f"outbox {outbox_id} is a reminder that was stopped", code="stopped")


def record_delivered(*, outbox_id: UUID, at: datetime, now: datetime) -> None:
    """Record that the recipient's side took a message."""
    delivering.record_delivered(outbox_id=outbox_id, at=at, now=now)
    reminding.reminder_delivered(outbox_id=outbox_id, at=at, now=now)


def record_gave_up(*, outbox_id: UUID, now: datetime) -> None:
    """Record that a message could not be delivered."""
    delivering.record_gave_up(outbox_id=outbox_id, now=now)
    reminding.reminder_gave_up(outbox_id=outbox_id, now=now)
