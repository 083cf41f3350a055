"""Whom else, and what else, an item's place can be asked about: every way the rules know, with what it costs her."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.desk.words import NOTICE_KINDS
from recourse.surfaces.desk.words_notices import HOST_FOUND_BY, NO_CHANNEL
from recourse.work.notices.domain import OPEN_STATES, NoticeKind
from recourse.work.notices.selectors import AboutItem
from recourse.world.law import domain as law
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.domain import HostView, NoChannel
from recourse.world.recipients.selectors import Recipient


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask."""

    value: str
    words: str
    channel: str
    formal: bool
    notes: tuple[str, ...]
    asked: bool  # the case asks this already


@dataclass(frozen=True, slots=True)
class Further:
    """What the item's page offers."""

    ways: tuple[Way, ...]
    why_none: str
    host_wanted: bool
    host: HostView | None
    host_found_by: str

    @property
    def found_by(self) -> list[tuple[str, str, str]]:
        """How a host's contact may have been found."""
        return [(key, str(words), str(hint)) for key, (words, hint) in HOST_FOUND_BY.items()]


def further(place_id: UUID, platform: str, asked: Iterable[AboutItem], *, now: datetime) -> Further:
    """Return every way to ask about a place; the ways that are used already say so."""
    used = {(one.row.kind, one.row.recipient_id) for one in asked if one.row.state in OPEN_STATES}
    ways = tuple(
        _way(kind, contact, asked=(kind, contact.id) in used)
        for kind in NoticeKind
        for contact in _channels(place_id, kind, now)
    )
    host = recipients.host_at(place_id) if platform == "web" else None
    why = recipients.why_no_channel(place_id, NoticeKind.REMOVAL)
    removal = any(way.value.startswith(NoticeKind.REMOVAL) and not way.formal for way in ways)
    return Further(
        ways=ways,
        why_none="" if removal else str(NO_CHANNEL[why]),
        host_wanted=host is not None or why is NoChannel.HOST_UNKNOWN,
        host=host,
        host_found_by=str(HOST_FOUND_BY[host.found_by][0]) if host else "",
    )


def _channels(place_id: UUID, kind: NoticeKind, now: datetime) -> Iterable[Recipient]:
    try:
        return recipients.channels_for(place_id, kind, now=now)
    except NotFoundError:
        return ()


def _way(kind: NoticeKind, contact: Recipient, *, asked: bool) -> Way:
    notes = (
        _("a person fills in the form") if contact.human_only else "",
        _("needs her name") if contact.needs_name else "",
        _("the poster may learn of it") if contact.tells_poster else "",
        _("may be published") if contact.may_publish else "",
        _("past its review date") if contact.past_review else "",
        _("not certain in every point") if contact.disagreements else "",
    )
    return Way(
        value=f"{kind} {contact.channel_id}",
        words=_("%(kind)s: %(name)s") % {"kind": NOTICE_KINDS[kind], "name": contact.name},
        channel=contact.channel_id,
        formal=law.formal(contact.regimes),
        notes=tuple(filter(None, notes)),
        asked=asked,
    )
