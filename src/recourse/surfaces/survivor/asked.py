"""What her page asks her before something is sent, in plain words. Decides nothing.

Refuses: to frighten. What a company does not say about itself is told as "it may".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.frame.places import place_words
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import (
    ChannelReason,
    Choice,
    ChoiceView,
    LinkSeen,
    OwnCase,
    open_question,
)
from recourse.world.recipients import selectors as recipients


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the answers, with what follows from it."""

    value: str
    label: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One company she is asked about."""

    channel: str
    name: str
    asked_at: datetime
    waiting: bool
    reasons: tuple[str, ...]
    needs_name: bool
    has_name: bool
    offers: tuple[Offer, ...]
    standing: str  # what she chose, in words; "" while she has not


@dataclass(frozen=True, slots=True)
class AskedLink:
    """One link that may have been sent to her alone."""

    number: int
    what: str
    waiting: bool
    offers: tuple[Offer, ...]


def questions_waiting(own: OwnCase) -> int:
    """Count what waits for her answer."""
    links = sum(link.seen is LinkSeen.ASKED for link in cases.links_of(own.case_id))
    return links + len(cases.choices_waiting(own.case_id))


def links_asked(own: OwnCase) -> tuple[AskedLink, ...]:
    """Return the links she was asked about; what waits for her comes first."""
    links = [
        AskedLink(link.number, place_words(link.platform), link.seen is LinkSeen.ASKED, _who(link.seen))
        for link in cases.links_of(own.case_id)
    ]
    return tuple(sorted(links, key=lambda one: not one.waiting))


def _who(seen: LinkSeen) -> tuple[Offer, ...]:
    offered = (
        (LinkSeen.PUBLIC, _("Everybody who has it"), _("It stands in public, or goes round. We look at it.")),
        (LinkSeen.SENT_TO_HER, _("It was sent to me"), _("Nobody here opens it, ever.")),
        (LinkSeen.NOT_SURE, _("I am not sure"), _("Nobody opens it. A person may write to you about it.")),
    )
    return tuple(Offer(value, label, hint, value == seen) for value, label, hint in offered)


def questions_of(own: OwnCase) -> tuple[Asked, ...]:
    """Return every company she was asked about; what waits for her comes first."""
    made = cases.choices_made(own.case_id)
    return tuple(sorted(map(_asked, made), key=lambda one: not one.waiting))


def _asked(view: ChoiceView) -> Asked:
    name = company(view.channel_id)
    return Asked(
        channel=view.channel_id,
        name=name,
        asked_at=view.asked_at,
        waiting=open_question(view),
        reasons=tuple(_reasons(view.reasons, name)),
        needs_name=ChannelReason.NEEDS_NAME in view.reasons,
        has_name=view.has_name,
        offers=_offers(view),
        standing=_standing(view),
    )


def company(channel_id: str) -> str:
    """Return who is behind a channel; words for one that the rules know no longer."""
    try:
        return recipients.by_channel(channel_id).name
    except NotFoundError:
        return _("the company")


def _reasons(reasons: Iterable[ChannelReason], name: str) -> Iterable[str]:
    asked = set(reasons)
    if ChannelReason.TELLS_POSTER in asked:
        yield _(
            "%(company)s may tell the person who posted it that somebody asked. "
            "It is not told who you are, but that person may guess."
        ) % {"company": name}
    if ChannelReason.MAY_PUBLISH in asked:
        yield _("%(company)s may publish the request. Your name is not in it unless you give it here.") % {
            "company": name
        }
    if ChannelReason.NEEDS_NAME in asked:
        yield _("%(company)s takes this request only with the name of the person in the picture.") % {
            "company": name
        }


def _offers(view: ChoiceView) -> tuple[Offer, ...]:
    offered = (
        (Choice.GO_ON, _("Go on"), _("We ask them to remove it.")),
        (
            Choice.WATCH_ONLY,
            _("Only watch"),
            _("We ask nothing here. We keep looking and tell you what we see."),
        ),
        (Choice.TALK_FIRST, _("Talk to me first"), _("Nothing is sent. A person writes to you about it.")),
    )
    return tuple(Offer(value, label, hint, value == view.choice) for value, label, hint in offered)


def _standing(view: ChoiceView) -> str:
    if view.choice is Choice.GO_ON:
        return _("You chose: go on.")
    if view.choice is Choice.WATCH_ONLY:
        return _("You chose: only watch.")
    if view.choice is Choice.TALK_FIRST:
        return _("You chose: talk first.")
    if view.overridden is not None:
        return _("%(who)s went on without waiting, to protect you. Your name is not used.") % {
            "who": view.overridden_label
        }
    return ""
