"""Reads of captures; none of them opens a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.world.evidence.domain import CaptureKind, CaptureState
from recourse.world.evidence.models import Capture, Custody


@dataclass(frozen=True, slots=True)
class CaptureView:
    """An ended capture: made, or failed with a code."""

    id: UUID
    place_id: UUID
    requested_at: datetime
    at: datetime
    digest: str
    failed_code: str | None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A capture that is asked for and not ended. `minimal`: without the words of the page."""

    id: UUID
    place_id: UUID
    requested_at: datetime
    due_at: datetime
    minimal: bool


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """One thing that happened to a capture."""

    at: datetime
    event: str
    code: str
    by: UUID | None


def latest_capture(place_id: UUID) -> CaptureView | None:
    """Return the last capture of a place that ended, made or failed; None while none did."""
    return latest_captures([place_id]).get(place_id)


def latest_captures(place_ids: Iterable[UUID]) -> dict[UUID, CaptureView]:
    """Return the last ended capture of each place that has one."""
    ended = [CaptureState.MADE.value, CaptureState.FAILED.value]
    rows = Capture.objects.filter(place_id__in=list(place_ids), state__in=ended).order_by("requested_at")
    return {row.place_id: _view(row) for row in rows}


def captures_since(place_id: UUID, since: datetime) -> tuple[CaptureView, ...]:
    """Return the captures of a place that were asked for since a moment and ended, oldest first."""
    ended = [CaptureState.MADE.value, CaptureState.FAILED.value]
    rows = Capture.objects.filter(place_id=place_id, requested_at__gte=since, state__in=ended)
    return tuple(_view(row) for row in rows.order_by("requested_at"))


def open_request(place_id: UUID) -> OpenRequest | None:
    """Return the capture of a place that is asked for now."""
    row = Capture.objects.filter(place_id=place_id, state=CaptureState.REQUESTED.value).first()
    return None if row is None else _request(row)


def requested(capture_id: UUID) -> OpenRequest | None:
    """Return a capture if it is still asked for."""
    row = Capture.objects.filter(id=capture_id, state=CaptureState.REQUESTED.value).first()
    return None if row is None else _request(row)


def custody(capture_id: UUID) -> list[CustodyLine]:
    """Return what happened to a capture, oldest first."""
    rows = Custody.objects.filter(capture_id=capture_id).order_by("number")
    return [CustodyLine(row.at, row.event, row.code, row.by) for row in rows]


def _request(row: Capture) -> OpenRequest:
    minimal = row.kind == CaptureKind.MINIMAL.value
    return OpenRequest(row.id, row.place_id, row.requested_at, row.due_at, minimal)


def _view(row: Capture) -> CaptureView:
    return CaptureView(
        id=row.id,
        place_id=row.place_id,
        requested_at=row.requested_at,
        at=row.at or row.requested_at,
        digest=row.record_digest,
        failed_code=row.failed_code,
    )
