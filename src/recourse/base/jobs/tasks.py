"""Handlers of the queue's own jobs: delivering what is in the outbox, and sweeping up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError
from recourse.base.jobs import registry
from recourse.base.jobs.domain import ArrivalUnknownError, JobContext, Priority, code_of
from recourse.base.jobs.ports import Transports
from recourse.base.jobs.services import outbox, queue
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyDestroyedError

SWEEP = "jobs.sweep"
ERASED = "erased"  # code of a message that was emptied before it left
KEEP_ENDED = timedelta(days=14)
SWEEP_EVERY = timedelta(days=1)
# A relay may be away for a weekend: 5 s doubling to 1 h, then hourly, is about 70 hours.
DELIVER_ATTEMPTS = 80
DELIVER_LEASE = timedelta(minutes=5)  # longer than any transport's own time-outs together
_log = structlog.get_logger(__name__)


def register() -> None:
    """Register the queue's own kinds; called when Django is ready."""
    registry.handle(
        outbox.DELIVER,
        deliver,
        max_attempts=DELIVER_ATTEMPTS,
        lease=DELIVER_LEASE,
        exhausted=deliver_exhausted,
    )
    registry.handle(SWEEP, sweep)
    registry.recur(SWEEP, lambda now: schedule_sweep(now=now))


def deliver(context: JobContext, args: Mapping[str, Any]) -> None:
    """Send one message: marked as being sent, sent outside every transaction, marked as delivered."""
    message = outbox.begin_delivery(outbox_id=UUID(args["outbox"]), context=context)
    if message is None:
        return
    if not message.body:
        outbox.record_gave_up(outbox_id=message.id, context=context, code=ERASED)
        return
    try:
        key = vault.open_key(message.key_id)
    except KeyDestroyedError as error:
        outbox.blank_out(outbox_ids=[message.id])
        outbox.record_gave_up(outbox_id=message.id, context=context, code=error.code)
        return
    envelope, body = outbox.open_outgoing(message, key)
    try:
        transport = wiring.resolve(Transports).named(message.transport)  # type: ignore[type-abstract]
        delivery = transport.deliver(outbox_id=message.id, envelope=envelope, body=body)
    except OutsideError as error:
        if not error.retryable:
            _log.warning("outbox_gave_up", outbox_id=str(message.id), code=error.code)
            outbox.record_gave_up(outbox_id=message.id, context=context, code=error.code)
            return
        unsure = isinstance(error, ArrivalUnknownError)
        outbox.record_put_back(outbox_id=message.id, context=context, code=code_of(error), unsure=unsure)
        raise
    # Any other error leaves the state `sending`: nobody knows what the other side has.
    if not outbox.record_delivered(message=message, key=key, delivery=delivery, now=context.now):
        _log.warning("outbox_delivered_again", outbox_id=str(message.id))


def deliver_exhausted(context: JobContext, args: Mapping[str, Any]) -> None:
    """Give a message up after its last try failed or was lost."""
    _log.warning("outbox_gave_up", outbox_id=args["outbox"], code="too_many_attempts")
    outbox.record_gave_up(
        outbox_id=UUID(args["outbox"]), context=context, code="too_many_attempts", lost=True
    )


def sweep(context: JobContext, args: Mapping[str, Any]) -> None:  # noqa: ARG001 - the signature of handlers
    """Delete jobs that ended well long ago, in batches, and come back tomorrow."""
    while queue.sweep(now=context.now, older_than=KEEP_ENDED):
        pass
    schedule_sweep(now=context.now)


def schedule_sweep(*, now: datetime) -> None:
    """Put the next sweep into the queue, a day from `now`, unless one waits."""
    queue.enqueue(kind=SWEEP, args={}, due_at=now + SWEEP_EVERY, priority=Priority.LATER, key=SWEEP)
