"""Puts the page of her case together from the rooms that know: cases, and notices for what was asked.

Decides nothing: every wording is `words`'. Refuses: addresses, and whatever happened before her report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recourse.surfaces.frame.places import place_words
from recourse.surfaces.frame.templatetags.frame import when
from recourse.surfaces.survivor import words
from recourse.surfaces.survivor.asked import questions_waiting
from recourse.surfaces.survivor.leaving import Ending, ending_of
from recourse.surfaces.survivor.record import Entry, record_of
from recourse.surfaces.survivor.words import LOOKS, READING, Facts, Place
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import LinkSeen, OwnCase, OwnItem
from recourse.work.hotline import selectors as hotline
from recourse.work.hotline.domain import PickupState, PickupView
from recourse.work.notices import selectors as notices

PLACES_A_PAGE = 12  # a page stays under 50 kB with its style sheets
RECORD_SHOWN = 5  # lines of what was done; the rest stands on a page of its own


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the page of her case shows."""

    opened_at: datetime
    changed_at: datetime | None
    headline: str
    intro: str
    places: tuple[Place, ...]  # of this page
    pages: tuple[
        tuple[int, int, bool], ...
    ]  # first and last number, and whether shown; () when one page holds all
    waiting: str
    questions: int  # that wait for her
    unread: int  # messages
    ending: Ending | None
    pickup: PickupView | None  # a new code on its way
    erased_by: datetime | None
    young: bool
    record: tuple[Entry, ...]
    older: bool


def status_of(own: OwnCase, *, now: datetime, start: int = 0) -> Status:
    """Return the page of her case; with many places, those from position `start` on."""
    items = cases.own_items(own.case_id)
    tracks = notices.tracks([item.item_id for item in items])
    names = cases.own_names(own)
    facts = [_facts(item, tracks.get(item.item_id), names.get(item.number, "")) for item in items]
    places = tuple(words.place(one, now) for one in facts)
    record = record_of(own)
    return Status(
        opened_at=own.opened_at,
        changed_at=_changed(items, facts),
        headline=words.headline([one.look for one in facts]),
        intro=_intro(own, places, now),
        places=places[start : start + PLACES_A_PAGE],
        pages=_pages(len(places), start),
        waiting=_waiting(own, now),
        questions=questions_waiting(own),
        unread=hotline.unread_by_her(own.case_id),
        ending=ending_of(own, now=now),
        pickup=_stoppable(hotline.pickup_of(own.case_id)),
        erased_by=cases.erased_by(own.case_id, now=now),
        young=own.minor_path,
        record=record[:RECORD_SHOWN],
        older=len(record) > RECORD_SHOWN,
    )


def _pages(total: int, start: int) -> tuple[tuple[int, int, bool], ...]:
    if total <= PLACES_A_PAGE:
        return ()
    firsts = range(0, total, PLACES_A_PAGE)
    return tuple((first + 1, min(first + PLACES_A_PAGE, total), first == start) for first in firsts)


def _stoppable(pickup: PickupView | None) -> PickupView | None:
    return pickup if pickup is not None and pickup.state is not PickupState.FETCHED else None


def _facts(item: OwnItem, track: notices.Track | None, name: str) -> Facts:
    return Facts(
        number=item.number,
        name=name,
        unopened=item.link not in {LinkSeen.NOT_ASKED, LinkSeen.PUBLIC},
        what=place_words(item.platform),
        reported_at=item.reported_at,
        look=LOOKS[item.availability],
        looked_at=item.checked_at,
        decided_at=item.decided_at,
        in_scope=item.in_scope,
        asked_at=track.asked_at if track else None,
        unsure_since=track.unsure_since if track else None,
        acknowledged_at=track.acknowledged_at if track else None,
        answer=track.answer if track else "none",
        answered_at=track.answered_at if track else None,
    )


def _changed(items: Iterable[OwnItem], facts: Iterable[Facts]) -> datetime | None:
    times = [at for item in items for at in (item.availability_since, item.decided_at) if at]
    times += [at for one in facts for at in (one.asked_at, one.acknowledged_at, one.answered_at) if at]
    return max(times, default=None)


def _intro(own: OwnCase, places: tuple[Place, ...], now: datetime) -> str:
    if own.closed:
        return _("This case is closed. What we saw last stays here.")
    if questions_waiting(own):
        return _("Everything else goes on while you decide.")
    first = min((place.next_at for place in places if place.next_at), default=None)
    read_by = own.opened_at + READING
    if first is None:
        if read_by > now:
            return _dated(
                _("A person reads it within 24 hours: by {}. You do not have to do anything."), read_by
            )
        return _dated(_("A person reads what you sent. The next news is here by {}."), now + READING)
    return _dated(_("You do not have to do anything today. The next step is due by {}."), first)


def _waiting(own: OwnCase, now: datetime) -> str:
    """Say what of her report a person still reads; "" when nothing waits."""
    waiting = sum(report.mentions_waiting for report in hotline.own_reports(own))
    if not waiting:
        return ""
    read_by = own.opened_at + READING
    if read_by <= now:
        words_ = ngettext(
            "%(n)d thing you wrote still waits for a person. It is late; it is read by {}.",
            "%(n)d things you wrote still wait for a person. It is late; they are read by {}.",
            waiting,
        )
        return _dated(words_ % {"n": waiting}, now + READING)
    words_ = ngettext(
        "%(n)d thing you wrote names no place that a machine recognises. A person reads it by {}.",
        "%(n)d things you wrote name no place that a machine recognises. A person reads them by {}.",
        waiting,
    )
    return _dated(words_ % {"n": waiting}, read_by)


def _dated(words_: str, at: datetime) -> SafeString:
    return format_html(words_, format_html('<b class="num">{}</b>', when(at)))
