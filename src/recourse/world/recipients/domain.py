"""Who a notice can go to and what is known of the way there, as the rest of the program sees it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from recourse.world.rules.contacts import Channel, FormField
from recourse.world.rules.load import rules

__all__ = ["FormField", "FoundBy", "HostView", "NoChannel", "Recipient", "Way", "ways", "window_of"]

HOST = "host"  # the rule file that says what is common to hosts of the open web
_REF = "host-"
_CHANNEL = "-mail"


class FoundBy(StrEnum):
    """How an officer found a host's contact."""

    RDAP = "rdap"  # the role "abuse" of its registry entry (RFC 9083)
    ABUSE_MAILBOX = "abuse_mailbox"  # abuse@ its own domain (RFC 2142)
    OWN_PAGE = "own_page"  # a page of the site or of its host says so


class NoChannel(StrEnum):
    """Why there is nobody to ask about a place."""

    HOST_UNKNOWN = "host_unknown"  # a site whose contact nobody entered yet
    NOBODY = "nobody"  # nobody in the directory takes such a notice


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation and the channel that serves this kind of notice.

    Attributes:
        digest: names the contact as it is now; a notice keeps it and asks `contact_unchanged` before it leaves.
        human_only: a person submits, by a form, a portal or an application; the machine never does.
        not_stated: what the recipient does not say about its own handling; silence is shown, not guessed.
        answers_by: how it answers: email, inbox, page, none or not_stated.
        remind_after_hours: when its own window for a reminder opens, counted from the last submission.
        form_fields: what its form asks for, and which of our facts fills each field.
        disagreements: where two sources differ or something is unverified, in words.
    """

    id: str
    name: str
    platform: str
    channel_id: str
    transport: str
    address: str
    url: str
    digest: str
    human_only: bool
    languages: tuple[str, ...]
    needs_name: bool
    tells_poster: bool
    may_publish: bool
    not_stated: tuple[str, ...]
    answers_by: str
    regimes: tuple[str, ...]
    promised_hours: int | None
    remind_after_hours: int | None
    remind_every_hours: int | None
    form_fields: tuple[FormField, ...]
    evidence: str
    source: str
    note: str
    disagreements: tuple[str, ...]
    checked_on: date
    review_date: date
    past_review: bool
    own_address: bool
    proven_at: datetime | None


@dataclass(frozen=True, slots=True)
class HostView:
    """The contact of one host of the open web, opened for a person."""

    recipient_id: str
    name: str
    address: str
    found_by: FoundBy
    set_at: datetime
    set_by: UUID | None
    confirmed_at: datetime | None


def is_host(recipient_id: str) -> bool:
    """Return whether a recipient is a host of the open web, with a contact that officers entered."""
    return recipient_id.startswith(_REF)


def host_ref(random: str) -> str:
    """Return the recipient's id of a host."""
    return _REF + random


def host_channel(recipient_id: str) -> str:
    """Return the id of a host's one channel."""
    return recipient_id + _CHANNEL


def host_of_channel(channel_id: str) -> str:
    """Return the recipient's id of a host's channel; empty if it is another recipient's."""
    ref = channel_id.removesuffix(_CHANNEL)
    return ref if is_host(ref) and ref != channel_id else ""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as the rules have it, without anybody's address; enough to say that there is another way."""

    recipient_id: str
    channel_id: str
    regimes: tuple[str, ...]


def ways(platform: str, kind: str) -> tuple[Way, ...]:
    """Return the channels that may be used for this kind of notice about a platform, hosts of their own left out.

    Of the rules alone: a page of hundreds of notices asks no database for them.
    """
    return tuple(
        Way(recipient.id, channel.id, channel.regimes)
        for recipient in rules().recipients.values()
        if recipient.acts_on(platform)
        for channel in recipient.channel
        if kind in channel.kinds and channel.only_for == "everything" and not channel.entered_per_host
    )


def window_of(channel_id: str) -> tuple[int | None, int | None]:
    """Return after how many hours a channel may be reminded first and then again; none where it has no window."""
    if host_of_channel(channel_id):
        common: Channel = rules().recipients[HOST].channel[0]
        return common.remind_after_hours, common.remind_every_hours
    try:
        _recipient, channel = rules().channel(channel_id)
    except KeyError:
        return None, None
    return channel.remind_after_hours, channel.remind_every_hours
