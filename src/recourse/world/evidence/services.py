"""Verbs of evidence: ask for a capture, seal it or record why not, open one, let go of it.

No network here: `tasks` fetches between transactions.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.base.vault import services as vault
from recourse.world.evidence.domain import (
    LONGEST,
    RETRY,
    Captured,
    CaptureFailed,
    CaptureKind,
    CaptureState,
    CustodyEvent,
    digest,
)
from recourse.world.evidence.models import Capture, Custody
from recourse.world.locations.models import Place
from recourse.world.locations.selectors import location_rule

CAPTURE = "evidence.capture"
DEADLINE = "evidence.deadline"
_log = structlog.get_logger(__name__)


@transaction.atomic
def request_capture(*, place_id: UUID, now: datetime, minimal: bool = False) -> UUID:
    """Ask that what is at a place be kept; within a quarter of an hour it is, or it is recorded why not.

    With `minimal` the page's title and text are not kept, only addresses, times, headers, identifiers and
    digests (the minor path). Of two askers the more careful one is followed.

    A place that must not be visited gets a capture that failed at once, so that the notice may go on. While
    one is asked for, asking again returns the same.

    Raises:
        NotFoundError: no such place, or it was erased.
    """
    place = Place.objects.select_for_update().filter(id=place_id, erased_at__isnull=True).first()
    if place is None:
        raise NotFoundError(f"place {place_id}")
    asked = Capture.objects.filter(place_id=place_id, state=CaptureState.REQUESTED.value).first()
    if asked is not None:
        if minimal:
            Capture.objects.filter(id=asked.id).update(kind=CaptureKind.MINIMAL.value)
        return asked.id
    capture = Capture.objects.create(
        id=ids.new_id(),
        place_id=place_id,
        kind=(CaptureKind.MINIMAL if minimal else CaptureKind.PAGE).value,
        state=CaptureState.REQUESTED.value,
        requested_at=now,
        due_at=now + LONGEST,
        key_id=place.key_id,
    )
    _custody(capture.id, CustodyEvent.REQUESTED, now)
    rule = location_rule(place.platform, place.kind)
    if place.private or rule is None or rule.capture is None:
        fail(capture_id=capture.id, code="private_place" if place.private else "no_rule", now=now)
        return capture.id
    args = {"capture": str(capture.id)}
    jobs.enqueue(kind=CAPTURE, args=args, due_at=now, priority=Priority.URGENT, key=f"{CAPTURE}:{capture.id}")
    jobs.enqueue(
        kind=DEADLINE,
        args=args,
        due_at=capture.due_at,
        priority=Priority.URGENT,
        key=f"{DEADLINE}:{capture.id}",
    )
    return capture.id


@transaction.atomic
def seal_capture(
    *, capture_id: UUID, record: bytes, body_sha256: str, now: datetime, minimal: bool = False
) -> bool:
    """Seal what was captured.

    False if the capture was ended meanwhile or its place erased; also if the record has the page's words
    (not `minimal`) and somebody asked meanwhile that they be left out: then it is made again.
    """
    capture = _requested(capture_id)
    if capture is None:
        return False
    if capture.kind == CaptureKind.MINIMAL.value and not minimal:
        args = {"capture": str(capture_id)}
        again = f"{CAPTURE}:{capture_id}:minimal"
        jobs.enqueue(kind=CAPTURE, args=args, due_at=now, priority=Priority.URGENT, key=again)
        return False
    key = vault.open_key(capture.key_id)
    capture.sealed = vault.seal(key, record_name(capture.id), record)
    capture.record_digest = digest(record)
    capture.body_sha256 = body_sha256
    capture.state = CaptureState.MADE.value
    capture.at = now
    capture.save(update_fields=["sealed", "record_digest", "body_sha256", "state", "at"])
    _custody(capture.id, CustodyEvent.SEALED, now)
    jobs.cancel(key=f"{DEADLINE}:{capture.id}")
    jobs.emit(event=Captured(capture.place_id, capture.id, now), now=now)
    return True


@transaction.atomic
def attempt_failed(*, capture_id: UUID, code: str, retryable: bool, now: datetime) -> None:
    """Record that an attempt failed, and try again in a minute or end the capture."""
    capture = _requested(capture_id)
    if capture is None:
        return
    Capture.objects.filter(id=capture_id).update(attempts=F("attempts") + 1)
    _custody(capture_id, CustodyEvent.ATTEMPT_FAILED, now, code)
    again = now + RETRY
    if not retryable or again >= capture.due_at:
        fail(capture_id=capture_id, code=code, now=now)
        return
    jobs.enqueue(
        kind=CAPTURE,
        args={"capture": str(capture_id)},
        due_at=again,
        priority=Priority.URGENT,
        key=f"{CAPTURE}:{capture_id}:{capture.attempts + 1}",
    )


@transaction.atomic
def fail(*, capture_id: UUID, code: str, now: datetime) -> bool:
    """End a capture that could not be made; the code stays. False if it had ended before."""
    capture = _requested(capture_id)
    if capture is None:
        return False
    capture.state = CaptureState.FAILED.value
    capture.failed_code = code
    capture.at = now
    capture.save(update_fields=["state", "failed_code", "at"])
    _custody(capture_id, CustodyEvent.FAILED, now, code)
    jobs.cancel(key=f"{DEADLINE}:{capture_id}")
    jobs.emit(event=CaptureFailed(capture.place_id, capture_id, code, now), now=now)
    _log.info("capture_failed", capture_id=str(capture_id), code=code)
    return True


@transaction.atomic
def open_capture(*, capture_id: UUID, by: UUID, now: datetime) -> dict[str, Any]:
    """Return a capture's record, and record who opened it.

    Raises:
        NotFoundError: no such capture, not made, or erased.
        KeyNotHeldError: this process does not hold the identity.
    """
    made = Capture.objects.select_for_update().filter(id=capture_id, state=CaptureState.MADE.value)
    capture = made.first()
    if capture is None:
        raise NotFoundError(f"capture {capture_id}")
    key = vault.open_key(capture.key_id)
    record: dict[str, Any] = json.loads(vault.unseal(key, record_name(capture_id), bytes(capture.sealed)))
    _custody(capture_id, CustodyEvent.OPENED, now, by=by)
    return record


@transaction.atomic
def forget_place(*, place_id: UUID, now: datetime) -> None:
    """Let go of everything captured at an erased place; that something was captured, and when, stays."""
    captures = Capture.objects.select_for_update().filter(place_id=place_id)
    for capture in captures.exclude(state=CaptureState.ERASED.value):
        jobs.cancel(key=f"{DEADLINE}:{capture.id}")
        Capture.objects.filter(id=capture.id).update(
            sealed=b"", record_digest="", body_sha256="", state=CaptureState.ERASED.value
        )
        _custody(capture.id, CustodyEvent.ERASED, now)


def record_name(capture_id: UUID) -> str:
    """Return the name under which a capture's record is sealed."""
    return f"evidence.capture.record:{capture_id}"


def _requested(capture_id: UUID) -> Capture | None:
    """Return a capture that is still asked for, locked where the database locks rows."""
    return (
        Capture.objects.select_for_update().filter(id=capture_id, state=CaptureState.REQUESTED.value).first()
    )


def _custody(
    capture_id: UUID, event: CustodyEvent, now: datetime, code: str = "", by: UUID | None = None
) -> None:
    """Add a line; the caller holds the capture's row, so that the numbers follow each other."""
    number = Custody.objects.filter(capture_id=capture_id).count()
    Custody.objects.create(capture_id=capture_id, number=number, at=now, event=event.value, code=code, by=by)
