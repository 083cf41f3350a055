"""What notices tells the rooms above: ids and choices only. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.base.jobs.domain import Event


@dataclass(frozen=True, slots=True)
class NoticeHandedOver(Event):
    """The recipient's side took a notice."""

    notice_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRecorded(Event):
    """An officer recorded what a recipient said. Says nothing of what is there."""

    notice_id: UUID
    mail_id: UUID | None  # None: it was seen on a page of theirs
    kind: str
    at: datetime
