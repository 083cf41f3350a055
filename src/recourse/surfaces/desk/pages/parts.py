"""Small parts that several desk pages share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.base.core.errors import RecourseError
from recourse.surfaces.desk.words import AVAILABILITY, NOTICE_KINDS, NOTICE_STATES
from recourse.work.notices.domain import NoticeRow, NoticeState
from recourse.world.checks.selectors import AvailabilityView


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a rail: when, a mark, what."""

    at: datetime
    sign: str
    title: str
    words: str = ""
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What our checks saw of a place: class, mark, word, when, and when we look again."""

    kind: str
    sign: str
    words: str
    checked_at: datetime | None = None
    next_at: datetime | None = None
    where: str = ""  # hidden from one vantage point and up from another


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice."""

    number: str
    link: str
    recipient: str
    what: str
    state: tuple[str, str, str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence above a form, what to do, and the stable code of what was refused."""

    words: str
    todo: str
    code: str
    at: str = ""  # where on the page the refused form stands


def seen(view: AvailabilityView | None) -> Seen:
    """Put a place's availability into words."""
    if view is None:
        return seen_state("not_checked", None)
    kind, sign, words = AVAILABILITY[view.state]
    where = ""
    if view.hidden_from:
        here, there = ", ".join(view.hidden_from), ", ".join(view.up_from)
        where = _("Hidden from %(here)s, up from %(there)s.") % {"here": here, "there": there}
    return Seen(kind, sign, str(words), view.checked_at, view.next_due_at, where)


def seen_state(state: str, checked_at: datetime | None) -> Seen:
    """Put a state of availability into words."""
    kind, sign, words = AVAILABILITY[state]
    return Seen(kind, sign, str(words), checked_at)


def notice_state(row: NoticeRow) -> tuple[str, str, str]:
    """Return class, mark and words of where a notice stands; never that it did not leave where nobody knows."""
    kind, sign, words = NOTICE_STATES[row.state]
    if row.state is NoticeState.CANCELLED and row.handed_over_at:
        return kind, sign, _("Cancelled: it had come back")
    if row.state is NoticeState.CANCELLED and row.unsure_since:
        return "late", "late", _("Stopped; it may have arrived")
    return kind, sign, str(words)


def notice_line(row: NoticeRow) -> NoticeLine:
    """Return one notice as a line."""
    return NoticeLine(
        number=row.number,
        link=reverse("notice", args=[row.number]),
        recipient=row.recipient_name,
        what=str(NOTICE_KINDS[row.kind]),
        state=notice_state(row),
        since=row.state_since,
    )


def notice_events(row: NoticeRow) -> Iterable[Event]:
    """Yield the steps of one request, as the rails of its case and of its items tell them."""
    named = {"to": row.recipient_name, "kind": NOTICE_KINDS[row.kind]}
    steps = (
        (row.created_at, "next", _("%(kind)s, %(to)s: drafted."), ""),
        (row.approved_at, "next", _("%(kind)s, %(to)s: approved."), row.approved_label),
        (row.handed_over_at or row.sent_at, "asked", _sent_words(row), ""),
        (row.unsure_since, "late", _("%(kind)s, %(to)s: stopped on its way, it may have arrived."), ""),
        (row.receipt_proven_at, "answered", _("%(kind)s, %(to)s: receipt proven."), ""),
        (row.silent_since, "silent", _("%(kind)s, %(to)s: silent, the deadline passed."), ""),
    )
    link = reverse("notice", args=[row.number])
    for at, sign, words, label in steps:
        if at:
            yield Event(at, sign, words % named, label, row.number, link)


def _sent_words(row: NoticeRow) -> str:
    if row.left_despite:
        return _("%(kind)s, %(to)s: sent, although it had been stopped.")
    return _("%(kind)s, %(to)s: sent.")


def newest_first(events: list[Event]) -> list[Event]:
    """Return a rail's entries, latest first; of the same moment, what was listed later is later."""
    return sorted(events, key=lambda event: event.at)[::-1]


def problem_of(error: RecourseError, *, at: str = "") -> Problem:
    """Return what a refused form says; the input stays in the form, at this anchor of the page."""
    todo = _("Nothing was recorded. What you entered is still in the form.")
    return Problem(_(error.sentence), todo, error.code, at)
