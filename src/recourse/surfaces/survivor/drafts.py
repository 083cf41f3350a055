"""The draft that this browser holds, read and written for the views.

Refuses: to tell apart a draft that never was, one that is over, and one of somebody else. All are "none".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import get_language

from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.cookies import DraftTicket
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import QUESTIONS, DraftView, checked
from recourse.work.hotline.services.drafts import NoDraftError


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer is stored: with which ticket, whether it is a new one, and whether older answers were over."""

    ticket: DraftTicket
    new: bool
    lost: bool


def current(request: HttpRequest, *, now: datetime) -> DraftView | None:
    """Return the draft of this browser, or None."""
    ticket = cookies.read_draft_ticket(request)
    if ticket is None:
        return None
    try:
        return hotline.read_draft(ticket.draft_id, ticket.secret, now)
    except NoDraftError:
        return None


def code_of(request: HttpRequest, *, now: datetime) -> str | None:
    """Return the code of the report this browser has just sent, until it is acknowledged."""
    draft = current(request, now=now)
    return draft.code if draft else None


def keep(request: HttpRequest, question: str, values: Mapping[str, Sequence[str]], *, now: datetime) -> Kept:
    """Store an answer, in a new draft when this browser holds none.

    Raises:
        FieldTooLongError: names the field; nothing is stored.
        BadAnswerError: names the field; nothing is stored.
        AlreadySentError: the report has been sent.
    """
    checked(question, values)  # before a draft is begun for it
    ticket = cookies.read_draft_ticket(request)
    if ticket is not None:
        try:
            _save(ticket, question, values, now)
        except NoDraftError:
            return Kept(_begin(question, values, now), new=True, lost=True)
        return Kept(ticket, new=False, lost=False)
    return Kept(_begin(question, values, now), new=True, lost=False)


def to_go_on(draft: DraftView) -> str | None:
    """Return the first question she has neither answered nor skipped, or None when she saw them all."""
    return next((question.key for question in QUESTIONS if question.key not in draft.answers), None)


def _begin(question: str, values: Mapping[str, Sequence[str]], now: datetime) -> DraftTicket:
    ticket = DraftTicket(*hotline.start_draft(now, language=get_language() or "en"))
    _save(ticket, question, values, now)
    return ticket


def _save(ticket: DraftTicket, question: str, values: Mapping[str, Sequence[str]], now: datetime) -> None:
    hotline.save_answer(
        draft_id=ticket.draft_id,
        secret=ticket.secret,
        question=question,
        values=values,
        now=now,
        language=get_language() or "",
    )
