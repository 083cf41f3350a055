"""The outbox: what leaves is committed before it is sent, and is sent again with the very same bytes.

Refuses: to build anything. It keeps what it was given, sealed, and hands exactly that over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Value, When

from recourse.base.core import ids
from recourse.base.core.errors import IllegalMoveError
from recourse.base.jobs.domain import (
    JobContext,
    OutboxDelivered,
    OutboxGaveUp,
    OutboxState,
    Priority,
)
from recourse.base.jobs.models import Outbox
from recourse.base.jobs.ports import Delivery
from recourse.base.jobs.services.events import emit
from recourse.base.jobs.services.queue import enqueue
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey

DELIVER = "jobs.deliver"
_LONGEST_RESPONSE = 1000
_LONGEST_RESPONSE_CODE = 20
_UNDER_WAY = (OutboxState.QUEUED, OutboxState.SENDING)
_UNSURE_IF_SENDING = Case(When(state=OutboxState.SENDING, then=Value(True)), default=F("unsure"))  # noqa: FBT003


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that this claim of its job may send."""

    id: UUID
    transport: str
    idempotency_key: str
    key_id: UUID
    envelope: bytes
    body: bytes


def put_out(
    *,
    transport: str,
    idempotency_key: str,
    key: DataKey,
    envelope: Mapping[str, str],
    body: bytes,
    now: datetime,
    priority: Priority = Priority.NORMAL,
) -> UUID:
    """Commit a message to be sent, in the caller's transaction.

    Args:
        transport: name of the transport, e.g. "smtp".
        idempotency_key: stays the same at every try, e.g. the Message-ID.
        key: seals envelope, body and response; destroying it stops the message.
        envelope: what the transport needs beside the body, e.g. sender and recipient.
        body: the bytes, signed and final.
        now: business time.
        priority: of the job that delivers it.

    Returns:
        The outbox id; a second call with the same transport and idempotency key returns the same one and
        changes nothing.
    """
    row_id = ids.new_id()
    sealed_envelope = vault.seal(key, _name("envelope", row_id), json.dumps(dict(envelope)))
    row = Outbox(
        id=row_id,
        transport=transport,
        idempotency_key=idempotency_key,
        key_id=key.id,
        envelope=sealed_envelope,
        body=vault.seal(key, _name("body", row_id), body),
        state_since=now,
        queued_at=now,
    )
    with transaction.atomic():
        Outbox.objects.bulk_create([row], ignore_conflicts=True)
        kept = Outbox.objects.only("id").get(transport=transport, idempotency_key=idempotency_key)
        if kept.id == row_id:
            _schedule(row_id, now, priority)
    return kept.id


def retry_out(*, outbox_id: UUID, now: datetime) -> None:
    """Let a message be tried again that was given up; a person's decision.

    Raises:
        IllegalMoveError: it was not given up, or was erased.
    """
    with transaction.atomic():
        given_up = Outbox.objects.filter(id=outbox_id, state=OutboxState.GAVE_UP).exclude(body=b"")
        if not given_up.update(state=OutboxState.QUEUED, state_since=now, error_code=""):
            raise IllegalMoveError(f"outbox {outbox_id} was not given up, or was erased")
        _schedule(outbox_id, now, Priority.NORMAL)


def begin_delivery(*, outbox_id: UUID, context: JobContext) -> Outgoing | None:
    """Mark a message as being sent by this claim; None if it is none of ours or has ended.

    One that was being sent already was left so by a worker that died: from here nobody is sure of it.
    """
    with transaction.atomic():
        ours = Outbox.objects.filter(
            id=outbox_id, job_id=context.job_id, fence__lt=context.fence, state__in=_UNDER_WAY
        )
        if not ours.update(
            state=OutboxState.SENDING,
            state_since=context.now,
            fence=context.fence,
            attempts=F("attempts") + 1,
            unsure=_UNSURE_IF_SENDING,
            error_code="",
        ):
            return None
        row = Outbox.objects.get(id=outbox_id)
    return Outgoing(
        row.id, row.transport, row.idempotency_key, row.key_id, bytes(row.envelope), bytes(row.body)
    )


def open_outgoing(message: Outgoing, key: DataKey) -> tuple[dict[str, str], bytes]:
    """Return envelope and body as they were put out."""
    envelope: dict[str, str] = json.loads(vault.unseal(key, _name("envelope", message.id), message.envelope))
    return envelope, vault.unseal(key, _name("body", message.id), message.body)


def record_delivered(*, message: Outgoing, key: DataKey, delivery: Delivery, now: datetime) -> bool:
    """Record that the other side took a message over, and say so once.

    A success is true whoever brings it, so it is not fenced: a worker that was overtaken while it sent
    spares the next one the sending. What was taken over is kept no longer: who wrote it has it, or has erased it.

    Returns:
        False if it had ended before.
    """
    response = vault.seal(key, _name("response", message.id), delivery.response[:_LONGEST_RESPONSE])
    with transaction.atomic():
        if not Outbox.objects.filter(id=message.id, state__in=_UNDER_WAY).update(
            state=OutboxState.DELIVERED,
            state_since=now,
            delivered_at=delivery.at,
            response=response,
            error_code="",
            **_EMPTY,
        ):
            return False
        event = OutboxDelivered(
            outbox_id=message.id,
            transport=message.transport,
            idempotency_key=message.idempotency_key,
            at=delivery.at,
            response_code=(delivery.response.split() or ["ok"])[0][:_LONGEST_RESPONSE_CODE],
        )
        emit(event=event, now=now)
    return True


def record_put_back(*, outbox_id: UUID, context: JobContext, code: str, unsure: bool = False) -> None:
    """Record that a try failed and another will follow; only the present claim may say so.

    `unsure` says that the other side may have it all the same.
    """
    with transaction.atomic():
        Outbox.objects.filter(
            id=outbox_id, job_id=context.job_id, fence=context.fence, state=OutboxState.SENDING
        ).update(
            state=OutboxState.QUEUED,
            state_since=context.now,
            error_code=code,
            **({"unsure": True} if unsure else {}),
        )


def record_gave_up(*, outbox_id: UUID, context: JobContext, code: str, lost: bool = False) -> bool:
    """Record that no more tries follow, and say so once; only the present claim may.

    `lost` says that nobody knows how the last try ended; without it the other side refused.

    Returns:
        False if it had ended before, or another claim holds it.
    """
    with transaction.atomic():
        ours = Outbox.objects.filter(
            id=outbox_id, job_id=context.job_id, fence__lte=context.fence, state__in=_UNDER_WAY
        )
        more = {"unsure": _UNSURE_IF_SENDING} if lost else {}
        if not ours.update(state=OutboxState.GAVE_UP, state_since=context.now, error_code=code, **more):
            return False
        row = Outbox.objects.only("transport", "idempotency_key").get(id=outbox_id)
        event = OutboxGaveUp(
            outbox_id=outbox_id, transport=row.transport, idempotency_key=row.idempotency_key, code=code
        )
        emit(event=event, now=context.now)
    return True


def blank_out(*, outbox_ids: Iterable[UUID]) -> None:
    """Empty messages for good: what they say was erased. One that has not left is given up at its next try."""
    Outbox.objects.filter(id__in=list(outbox_ids)).update(**_EMPTY)


_EMPTY = {"envelope": b"", "body": b""}


def _schedule(outbox_id: UUID, now: datetime, priority: Priority) -> None:
    job_id = enqueue(kind=DELIVER, args={"outbox": str(outbox_id)}, due_at=now, priority=priority)
    Outbox.objects.filter(id=outbox_id).update(job_id=job_id, fence=0)


def _name(column: str, outbox_id: UUID) -> str:
    return f"jobs.outbox.{column}:{outbox_id}"
