"""What was asked about a place before: the line that still asks, what was refused, what asked last."""

from __future__ import annotations

from uuid import UUID

from recourse.work.notices.domain import AnswerKind, NoticeState, Reason
from recourse.work.notices.models import NoticeLine


def open_line(place_id: UUID, recipient_id: str, kind: str) -> NoticeLine | None:
    """Return the one line that asks this recipient for this place, if any does."""
    return NoticeLine.objects.filter(
        place_id=place_id, recipient_id=recipient_id, kind=kind, open=True, behind=None
    ).first()


def refused_before(place_id: UUID, recipient_id: str, kind: str) -> bool:
    """Tell whether the recipient refused this with a reason when it was asked last, and it was not gone since.

    A refusal ends with what it refused: once our own checks saw the content gone, its return is a new fact.
    """
    last = (
        NoticeLine.objects.filter(
            place_id=place_id,
            recipient_id=recipient_id,
            kind=kind,
            dropped="",
            notice__handed_over_at__isnull=False,
        )
        .select_related("notice")
        .order_by("-notice__handed_over_at", "-notice__created_at")
        .first()
    )
    if last is None or last.answer != AnswerKind.REFUSED or not last.refused_because:
        return False
    return not (last.notice.state == NoticeState.CLOSED and last.notice.reason != Reason.ASKED_ANEW)


def last_lines(place_id: UUID) -> list[NoticeLine]:
    """Return the last line about a place for each recipient and kind, joined or sent, whatever became of it."""
    found: dict[tuple[str, str], NoticeLine] = {}
    lines = NoticeLine.objects.filter(place_id=place_id).select_related("notice")
    for line in lines.order_by("notice__created_at", "open", "notice__state_since"):
        found[line.recipient_id, line.kind] = line
    return list(found.values())
