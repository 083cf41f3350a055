"""What the survivor reads of a place: state, sentence, four stops, next date. Words only, no table, no clock.

"Says removed" is theirs, "gone" is ours: only our own check may say gone, and hidden is never gone.
Refuses: a state it has no words for (a new state must get its honest words first).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from recourse.surfaces.frame.templatetags.frame import when
from recourse.world.checks.domain import AFTER_NOTICE, CONFIRM_AFTER, LAST_RETRY, MONTHLY, UNWATCHED

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

READING = timedelta(hours=24)  # a person reads every report within this time


class Look(StrEnum):
    """What we saw, as far as it matters to her."""

    NOT_YET = "not_yet"
    THERE = "there"
    SUSPECTED = "suspected"
    GONE = "gone"
    NOT_PUBLIC = "not_public"  # removed or only hidden, which nobody outside can tell
    HIDDEN = "hidden"
    UNSURE = "unsure"
    BACK = "back"


LOOKS: dict[str, Look] = {
    "not_checked": Look.NOT_YET,
    "available": Look.THERE,
    "suspected_gone": Look.SUSPECTED,
    "removed_at_source": Look.GONE,
    "account_or_channel_removed": Look.GONE,
    "not_public": Look.NOT_PUBLIC,
    "deindexed": Look.HIDDEN,
    "geo_blocked": Look.HIDDEN,
    "isp_blocked": Look.HIDDEN,
    "restricted": Look.HIDDEN,
    "unreachable": Look.UNSURE,
    "unknown": Look.UNSURE,
    "reappeared": Look.BACK,
}
IS_GONE = frozenset({Look.GONE})
NOT_GONE = frozenset({Look.THERE, Look.HIDDEN, Look.BACK})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one place since her report; every time in UTC."""

    number: int
    what: str
    reported_at: datetime
    look: Look = Look.NOT_YET
    looked_at: datetime | None = None
    decided_at: datetime | None = None
    in_scope: bool | None = None
    asked_at: datetime | None = None
    unsure_since: datetime | None = None  # a request was stopped on its way, and may have arrived
    acknowledged_at: datetime | None = None
    answer: str = "none"
    answered_at: datetime | None = None
    name: str = ""
    unopened: bool = False  # a link that may be hers alone: nobody opens it


@dataclass(frozen=True, slots=True)
class Stop:
    """One of the four stops of a place's track."""

    sign: str
    words: str
    at: datetime | None = None
    kind: str = ""
    note: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One place as the page shows it."""

    number: int
    what: str
    name: str
    kind: str
    sign: str
    words: str
    sentence: str
    stops: tuple[Stop, ...]
    next: str
    next_at: datetime | None


def place(facts: Facts, now: datetime) -> Place:
    """Put one place into words."""
    kind, sign, words = _state(facts)
    following, at = _next(facts, now)
    return Place(
        number=facts.number,
        what=facts.what,
        name=facts.name,
        kind=kind,
        sign=sign,
        words=words,
        sentence=_sentence(facts),
        stops=(_asked(facts), _acknowledged(facts), _they_say(facts), _we_checked(facts)),
        next=following,
        next_at=at,
    )


def headline(looks: list[Look]) -> str:
    """Say how many places are gone, not public, not gone, not known: "Gone from 1 place. Not gone from 2."."""
    gone = sum(look in IS_GONE for look in looks)
    unseen = looks.count(Look.NOT_PUBLIC)
    there = sum(look in NOT_GONE for look in looks)
    open_ = len(looks) - gone - unseen - there
    if set(looks) <= {Look.NOT_YET}:
        return _("Your report is stored.")
    said: list[str] = []
    if gone:
        said.append(ngettext("Gone from %(n)d place.", "Gone from %(n)d places.", gone) % {"n": gone})
    if unseen and said:
        said.append(_("Not public any more in %(n)d.") % {"n": unseen})
    elif unseen:
        words = ngettext(
            "Not public any more in %(n)d place.", "Not public any more in %(n)d places.", unseen
        )
        said.append(words % {"n": unseen})
    if there and said:
        said.append(_("Not gone from %(n)d.") % {"n": there})
    elif there:
        said.append(
            ngettext("Not gone from %(n)d place.", "Not gone from %(n)d places.", there) % {"n": there}
        )
    if open_ and said:
        said.append(_("Not yet sure of %(n)d.") % {"n": open_})
    elif open_:
        words = ngettext("Not yet sure of %(n)d place.", "Not yet sure of %(n)d places.", open_)
        said.append(words % {"n": open_})
    return " ".join(said)


# Class, mark and word of what we saw. What has no entry is told by what they say, then by what we asked.
_SEEN: dict[Look, tuple[str, str, StrOrPromise]] = {
    Look.GONE: ("gone", "gone", gettext_lazy("Gone")),
    Look.BACK: ("back", "back", pgettext_lazy("state", "Back")),
    Look.NOT_PUBLIC: ("hidden", "hidden", gettext_lazy("Not public any more")),
    Look.HIDDEN: ("hidden", "hidden", gettext_lazy("Hidden, not gone")),
    Look.SUSPECTED: ("silent", "silent", gettext_lazy("Not seen once; we look again")),
    Look.THERE: ("live", "live", gettext_lazy("Still there")),
}
_SENTENCES: dict[Look, StrOrPromise] = {
    Look.GONE: gettext_lazy("We looked more than once, at least an hour apart, and it was not there."),
    Look.BACK: gettext_lazy("It was gone. We looked ({}) and it is there again."),
    Look.NOT_PUBLIC: gettext_lazy(
        "We looked more than once, and the public cannot see it any more. Nobody outside can tell whether it was "
        "removed or only hidden. If you still see it, tell us."
    ),
    Look.HIDDEN: gettext_lazy("Some people cannot see it. It still exists: that is hidden, not gone."),
    Look.SUSPECTED: gettext_lazy("We looked once ({}) and did not see it. One look is not enough."),
    Look.THERE: gettext_lazy("We looked ({}) and it is still there."),
    Look.UNSURE: gettext_lazy("We looked ({}) and could not tell whether it is still there."),
}
# Mark, words and class of the fourth stop.
_CHECKED: dict[Look, tuple[str, StrOrPromise, str]] = {
    Look.GONE: ("gone", gettext_lazy("We checked: gone"), "gone"),
    Look.BACK: ("back", gettext_lazy("We checked: back"), "back"),
    Look.NOT_PUBLIC: ("hidden", gettext_lazy("We checked: not public any more"), "hidden"),
    Look.HIDDEN: ("hidden", gettext_lazy("We checked: not gone"), "hidden"),
    Look.SUSPECTED: ("silent", gettext_lazy("We checked once: not seen"), "silent"),
    Look.THERE: ("live", gettext_lazy("We checked: still there"), ""),
    Look.UNSURE: ("silent", gettext_lazy("We checked: not sure"), "silent"),
}


def _state(facts: Facts) -> tuple[str, str, str]:
    """Return class, mark and word. What we saw outranks what they say, and that outranks our asking."""
    seen = _SEEN.get(facts.look)
    if seen:
        return seen[0], seen[1], str(seen[2])
    if _says_removed(facts):
        return "answered", "answered", _("Says removed")
    if facts.look is Look.UNSURE:
        return "silent", "silent", _("Not sure")
    if facts.asked_at:
        return "asked", "asked", _("Asked")
    return "asked", "next", _("Not looked at yet")


def _sentence(facts: Facts) -> str:
    at = when(facts.looked_at)
    if facts.look is Look.THERE and _says_removed(facts):
        return format_html(_("They wrote that it is removed. We looked ({}) and it is still there."), at)
    if facts.look is not Look.NOT_YET:
        return format_html(str(_SENTENCES[facts.look]), at)
    if facts.unopened:
        return _("Nobody opens this link: it may have been sent to you alone, and opening it could be seen.")
    if _out_of_scope(facts):
        return _("A person read it and found no ground on which we could ask this place.")
    return _("We have it. We have not looked at it yet.")


def _asked(facts: Facts) -> Stop:
    if facts.asked_at:
        return Stop("asked", _("Asked"), facts.asked_at)
    if facts.unsure_since:
        return Stop(
            "asked", _("Perhaps asked"), facts.unsure_since, note=_("stopped on its way; it may have arrived")
        )
    if _out_of_scope(facts):
        return Stop("next", _("Not asked"), note=_("we found no ground to ask"), pending=True)
    return Stop("next", _("Not asked yet"), pending=True)


def _acknowledged(facts: Facts) -> Stop:
    if facts.acknowledged_at:
        return Stop("answered", _("Acknowledged"), facts.acknowledged_at)
    return Stop("next", _("No acknowledgement yet"), pending=True)


_ANSWERS: dict[str, StrOrPromise] = {
    "info_requested": gettext_lazy("Asks us for more"),
    "accepted": gettext_lazy("Says it will act"),
    "claims_removed": gettext_lazy("Says removed"),
    "claims_restricted": gettext_lazy("Says hidden"),
    "refused": gettext_lazy("Says no"),
    "forwarded": gettext_lazy("Says it passed it on"),
    "preserved": gettext_lazy("Says it kept the evidence"),
}


def _they_say(facts: Facts) -> Stop:
    said = _ANSWERS.get(facts.answer)
    if said:
        return Stop("answered", str(said), facts.answered_at)
    return Stop("next", _("No answer yet"), pending=True)


def _we_checked(facts: Facts) -> Stop:
    checked = _CHECKED.get(facts.look)
    if not checked:
        return Stop("next", _("We have not looked yet"), pending=True)
    sign, words, kind = checked
    return Stop(sign, str(words), facts.looked_at, kind)


def _next(facts: Facts, now: datetime) -> tuple[SafeString, datetime]:
    """Say what comes next and by when. There is always a date, and it is never in the past."""
    look_by = _look_again_by(facts, now)
    if look_by:
        again = _("we look again by {}, then every month.") if facts.look is Look.GONE else _LOOK_AGAIN
        return _dated(str(again), look_by), look_by
    said, at = _person_next(facts, now)
    return _dated(said, at), at


_LOOK_AGAIN = gettext_lazy("we look again by {}.")


def _person_next(facts: Facts, now: datetime) -> tuple[str, datetime]:
    """Say what a person does next, where no look of ours comes first."""
    if facts.decided_at is None:
        read_by = facts.reported_at + READING
        if read_by > now:
            return _("a person reads it by {}."), read_by
        return _("a person should have read it by now. It is late; it is read by {}."), now + READING
    if facts.in_scope and facts.look not in IS_GONE and not facts.asked_at:
        return _("we ask the place to remove it, by {}."), max(facts.decided_at, now) + READING
    if facts.unopened:
        return _("we read their answer. The next news is here by {}."), now + READING
    look_by = _first_after(facts.looked_at or facts.decided_at, (UNWATCHED,), UNWATCHED, now)
    return str(_LOOK_AGAIN), look_by


def _dated(words: str, at: datetime) -> SafeString:
    return format_html(words, format_html('<b class="num">{}</b>', when(at)))


def _look_again_by(facts: Facts, now: datetime) -> datetime | None:
    """Return by when we look again, counted from what she knows.

    The place's real timetable would tell her that somebody else reported it before.
    """
    if facts.look is Look.SUSPECTED and facts.looked_at:
        return max(facts.looked_at + CONFIRM_AFTER, now)
    if facts.unopened:
        return None
    if facts.asked_at:
        return _first_after(facts.asked_at, AFTER_NOTICE, MONTHLY, now)
    if facts.look is Look.UNSURE and facts.looked_at:
        return max(facts.looked_at + LAST_RETRY, now)
    return None


def _first_after(start: datetime, steps: tuple[timedelta, ...], then: timedelta, now: datetime) -> datetime:
    for step in steps:
        if start + step > now:
            return start + step
    last = start + steps[-1]
    return last + then * ((now - last) // then + 1)


def _out_of_scope(facts: Facts) -> bool:
    return facts.decided_at is not None and facts.in_scope is False


def _says_removed(facts: Facts) -> bool:
    return facts.answer == "claims_removed"
