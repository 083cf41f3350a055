"""Reads of the directory: who a notice about a platform goes to, and how they are reached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import selectors as vault
from recourse.base.vault.domain import KeyNotHeldError
from recourse.base.vault.sealing import unseal_text
from recourse.world.locations.selectors import known_by, platform_of
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
    "by_channels",
    "channels_at",
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
    found = channels_at([place_id], kind, now=now)
    if place_id not in found:
        raise NotFoundError(f"place {place_id}")
    return found[place_id]


def channels_at(place_ids: Iterable[UUID], kind: str, *, now: datetime) -> dict[UUID, tuple[Recipient, ...]]:
    """Return `channels_for` of many places with as many queries as for one; unknown places are left out."""
    known = known_by(place_ids)
    hosts = {
        bytes(host.lookup): _host_recipient(host, now)
        for host in Host.objects.filter(lookup__in=[one.handle for one in known.values() if one.handle])
        if host.lookup
    }
    overrides = _overrides()
    found: dict[UUID, tuple[Recipient, ...]] = {}
    for place_id, place in known.items():
        host = hosts.get(place.handle or b"")
        found[place_id] = tuple(
            host
            if channel.entered_per_host and host is not None
            else _recipient(recipient, channel, place.platform, now, overrides)
            for recipient, channel in _serving(place.platform, kind)
            if channel.only_for == "everything" and (host is not None or not channel.entered_per_host)
        )
    return found


def by_channels(channel_ids: Iterable[str], *, now: datetime) -> dict[str, Recipient]:
    """Return `by_channel` of many channels with as many queries as for one; unknown ones are left out."""
    wanted = set(channel_ids)
    refs = [ref for channel_id in wanted if (ref := host_of_channel(channel_id))]
    found = {host_channel(host.ref): _host_recipient(host, now) for host in Host.objects.filter(ref__in=refs)}
    overrides = _overrides()
    for recipient in rules().recipients.values():
        for channel in recipient.channel:
            if channel.id in wanted and not channel.entered_per_host:
                platform = "" if recipient.every_platform else recipient.platforms[0]
                found[channel.id] = _recipient(recipient, channel, platform, now, overrides)
    return found


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
    found = by_channels([channel_id], now=now or clock.now())
    if channel_id not in found:
        raise NotFoundError(f"channel {channel_id}")
    return found[channel_id]


def contact_unchanged(recipient_id: str, digest: str) -> bool:
    """Return whether one of the recipient's channels still is the contact that `digest` names."""
    if is_host(recipient_id):
        return Host.objects.filter(ref=recipient_id, digest=digest, dropped_at=None).exists()
    recipient = rules().recipients.get(recipient_id)
    if recipient is None:
        return False
    overrides = _overrides()
    return any(_digest(channel, _address(channel, overrides)) == digest for channel in recipient.channel)


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
    place = known_by([place_id]).get(place_id)
    return Host.objects.filter(lookup=place.handle).first() if place and place.handle else None


def _opened(host: Host) -> tuple[str, str]:
    key = vault.open_key(host.key_id)
    name, address = json.loads(unseal_text(key, host_sealed_name(host.id), host.name_and_address))
    return name, address


def _host_recipient(host: Host, now: datetime) -> Recipient:
    """Return a host as a recipient: what is common to hosts from the rules, its own contact from its row.

    A process without the identity gets it without the address; the survivors' pages need no more.
    """
    file = rules().recipients[HOST]
    common = _recipient(file, file.channel[0], file.platforms[0], now, {})
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


def _recipient(
    recipient: RecipientFile,
    channel: Channel,
    platform: str,
    now: datetime,
    overrides: Mapping[str, ContactOverride],
) -> Recipient:
    address, override = _address(channel, overrides), overrides.get(channel.id)
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


def _overrides() -> dict[str, ContactOverride]:
    """Return the installation's own addresses by channel; there are never more than there are channels."""
    return {override.channel_id: override for override in ContactOverride.objects.all()}


def _address(channel: Channel, overrides: Mapping[str, ContactOverride]) -> str:
    """Return the address in use: the installation's own, or the rule's."""
    override = overrides.get(channel.id)
    return override.address if override else channel.address or channel.url or ""


def _digest(channel: Channel, address: str) -> str:
    """Return the SHA-256, in hex, of channel, transport and address."""
    return hashlib.sha256(json.dumps([channel.id, channel.transport, address]).encode()).hexdigest()
