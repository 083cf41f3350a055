"""What a search found of notices, in lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from recourse.surfaces.desk.words import NOTICE_KINDS, NOTICE_STATES
from recourse.work.notices.domain import NoticeRow


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice."""

    number: str
    link: str
    recipient: str
    what: str
    state: tuple[str, str, str]
    since: datetime


def notice_lines(found: Iterable[NoticeRow]) -> list[NoticeLine]:
    """Return the notices as lines."""
    return [notice_line(row) for row in found]


def notice_line(row: NoticeRow) -> NoticeLine:
    """Return one notice as a line."""
    kind, sign, words = NOTICE_STATES[row.state]
    return NoticeLine(
        number=row.number,
        link=reverse("notice", args=[row.number]),
        recipient=row.recipient_name,
        what=str(NOTICE_KINDS[row.kind]),
        state=(kind, sign, str(words)),
        since=row.state_since,
    )
