"""Reads of the directory: who a notice about a platform goes to, and how they are reached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import selectors as vault
from recourse.base.vault.domain import KeyNotHeldError
from recourse.base.vault.sealing import unseal_text
from recourse.world.locations.selectors import handle_of, platform_of
from recourse.world.recipients.domain import (
    HOST,
    FoundBy,
    HostView,
    NoChannel,
    Recipient,
    host_channel,
    host_of_channel,
    is_host,
)
from recourse.world.recipients.models import ContactOverride, Host
from recourse.world.rules.load import rules
from recourse.world.rules.schema import Channel, EvidenceMark, RecipientFile, Stated

__all__ = [
    "HostView",
    "NoChannel",
    "Recipient",
    "by_channel",
    "channels_for",
    "contact_unchanged",
    "host_at",
    "name_of",
    "why_no_channel",
]

HOST_REVIEW = timedelta(days=90)  # sites move; an old contact says so


def channels_for(place_id: UUID, kind: str, *, now: datetime) -> tuple[Recipient, ...]:
    """Return every channel that may be used for this place and kind of notice, the best first.

    Whoever runs the place comes before those who act on any address; within one organisation its rule file's
    order stands. Human-only channels are among them; those for minors, copyright owners or authorities are not.
    A place on the open web has its host's channel once somebody entered the contact; see `why_no_channel`.

    Raises:
        NotFoundError: no such place.
    """
    platform = platform_of(place_id)
    found: list[Recipient] = []
    for recipient, channel in _serving(platform, kind):
        if channel.only_for != "everything":
            continue
        if not channel.entered_per_host:
            found.append(_recipient(recipient, channel, platform, now))
        elif (host := _host_at(place_id)) is not None:
            found.append(_host_recipient(host, now))
    return tuple(found)


def why_no_channel(place_id: UUID, kind: str) -> NoChannel:
    """Say why `channels_for` finds nobody who runs the place: nobody takes it, or its host's contact is missing.

    Raises:
        NotFoundError: no such place.
    """
    waits = any(channel.entered_per_host for _recipient, channel in _serving(platform_of(place_id), kind))
    return NoChannel.HOST_UNKNOWN if waits and _host_at(place_id) is None else NoChannel.NOBODY


def host_at(place_id: UUID) -> HostView | None:
    """Return the contact of the host that a place is at, opened; None where nobody entered one.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    host = _host_at(place_id)
    if host is None:
        return None
    name, address = _opened(host)
    return HostView(
        host.ref, name, address, FoundBy(host.found_by), host.set_at, host.set_by, host.confirmed_at
    )


def name_of(recipient_id: str) -> str:
    """Return what a recipient is called; opens nothing. Its id where the rules know it no longer."""
    known = rules().recipients.get(HOST if is_host(recipient_id) else recipient_id)
    return known.name if known else recipient_id


def by_channel(channel_id: str, *, now: datetime | None = None) -> Recipient:
    """Return the recipient behind a channel; a dropped host's is there without an address.

    Raises:
        NotFoundError: no such channel.
    """
    if ref := host_of_channel(channel_id):
        host = Host.objects.filter(ref=ref).first()
        if host is None:
            raise NotFoundError(f"channel {channel_id}")
        return _host_recipient(host, now or clock.now())
    recipient, channel = channel_rule(channel_id)
    platform = "" if recipient.every_platform else recipient.platforms[0]
    return _recipient(recipient, channel, platform, now or clock.now())


def contact_unchanged(recipient_id: str, digest: str) -> bool:
    """Return whether one of the recipient's channels still is the contact that `digest` names."""
    if is_host(recipient_id):
        return Host.objects.filter(ref=recipient_id, digest=digest, dropped_at=None).exists()
    recipient = rules().recipients.get(recipient_id)
    if recipient is None:
        return False
    return any(_digest(channel, _address(channel)[0]) == digest for channel in recipient.channel)


def channel_rule(channel_id: str) -> tuple[RecipientFile, Channel]:
    """Return the rule of a channel whose address can stand in the rules, and whose it is.

    Raises:
        NotFoundError: no such channel, or its address is entered for each host.
    """
    try:
        recipient, channel = rules().channel(channel_id)
    except KeyError:
        raise NotFoundError(f"channel {channel_id}") from None
    if channel.entered_per_host:
        raise NotFoundError(f"channel {channel_id}")
    return recipient, channel


def host_sealed_name(host_id: UUID) -> str:
    """Return the name under which a host's name and contact are sealed."""
    return f"recipients.host:{host_id}"


def _host_at(place_id: UUID) -> Host | None:
    handle = handle_of(place_id)
    return None if handle is None else Host.objects.filter(lookup=handle).first()


def _opened(host: Host) -> tuple[str, str]:
    key = vault.open_key(host.key_id)
    name, address = json.loads(unseal_text(key, host_sealed_name(host.id), host.name_and_address))
    return name, address


def _host_recipient(host: Host, now: datetime) -> Recipient:
    """Return a host as a recipient: what is common to hosts from the rules, its own contact from its row.

    A process without the identity gets it without the address; the survivors' pages need no more.
    """
    file = rules().recipients[HOST]
    common = _recipient(file, file.channel[0], file.platforms[0], now)
    try:
        address = _opened(host)[1] if host.dropped_at is None else ""
    except KeyNotHeldError:
        address = ""
    looked = (host.confirmed_at or host.set_at).date()
    review = looked + HOST_REVIEW
    return replace(
        common,
        id=host.ref,
        channel_id=host_channel(host.ref),
        address=address,
        digest=host.digest,
        source=host.found_by,
        checked_on=looked,
        review_date=min(review, common.review_date),
        past_review=common.past_review or now.date() > review,
        own_address=True,
        proven_at=host.confirmed_at,
    )


def _serving(platform: str, kind: str) -> Iterator[tuple[RecipientFile, Channel]]:
    """Yield the channels for this kind of notice: of those who run the platform first, then the best founded."""
    marks = list(EvidenceMark)
    ours = [recipient for recipient in rules().recipients.values() if recipient.acts_on(platform)]
    for recipient in sorted(ours, key=lambda one: (one.every_platform, marks.index(one.channel[0].evidence))):
        for channel in recipient.channel:
            if kind in channel.kinds:
                yield recipient, channel


def _recipient(recipient: RecipientFile, channel: Channel, platform: str, now: datetime) -> Recipient:
    address, override = _address(channel)
    stated = {"tells_poster": channel.tells_poster, "may_publish": channel.may_publish}
    return Recipient(
        id=recipient.id,
        name=recipient.name,
        platform=platform,
        channel_id=channel.id,
        transport=channel.transport,
        address=address,
        url=channel.url or "",
        digest=_digest(channel, address),
        human_only=channel.human_only,
        languages=channel.languages,
        needs_name=channel.needs_name,
        tells_poster=channel.tells_poster is Stated.YES,
        may_publish=channel.may_publish is Stated.YES,
        not_stated=tuple(name for name, value in stated.items() if value is Stated.NOT_STATED),
        answers_by=channel.answers_by.value,
        regimes=channel.regimes,
        promised_hours=channel.promised_hours,
        remind_after_hours=channel.remind_after_hours,
        remind_every_hours=channel.remind_every_hours,
        form_fields=channel.form,
        evidence=channel.evidence.value,
        source=channel.sources[0] if channel.sources else "",
        note=channel.note or "",
        disagreements=channel.disagreements,
        checked_on=channel.checked_on,
        review_date=channel.review_by,
        past_review=channel.past_review(now.date()),
        own_address=override is not None,
        proven_at=override.proven_at if override else None,
    )


def _address(channel: Channel) -> tuple[str, ContactOverride | None]:
    """Return the address in use, and the installation's own entry if that is where it comes from."""
    override = ContactOverride.objects.filter(channel_id=channel.id).first()
    if override is not None:
        return override.address, override
    return channel.address or channel.url or "", None


def _digest(channel: Channel, address: str) -> str:
    """Return the SHA-256, in hex, of channel, transport and address."""
    return hashlib.sha256(json.dumps([channel.id, channel.transport, address]).encode()).hexdigest()
