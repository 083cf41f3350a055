"""Reads of the directory: who a notice about a platform goes to, and how they are reached."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.world.recipients.models import ContactOverride
from recourse.world.rules.load import rules
from recourse.world.rules.schema import Channel, RecipientFile, Stated


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation and the channel that serves this kind of notice.

    `digest` names the contact as it is now; a notice keeps it and asks `contact_unchanged` before it leaves.
    `not_stated` names what the recipient does not say about its handling; silence is shown, not guessed.
    """

    id: str
    name: str
    platform: str
    channel_id: str
    transport: str
    address: str
    digest: str
    needs_name: bool
    tells_poster: bool
    may_publish: bool
    not_stated: tuple[str, ...]
    regimes: tuple[str, ...]
    promised_hours: int | None
    evidence: str
    source: str
    note: str
    review_date: date
    past_review: bool
    own_address: bool
    proven_at: datetime | None


def recipient_for(platform: str, kind: str = "removal", *, now: datetime | None = None) -> Recipient:
    """Return who gets notices of this kind about this platform, by the first channel that serves everything.

    Args:
        platform: the platform's id.
        kind: a kind of notice, such as "removal".
        now: the business time, for the review date; the clock's where none is given.

    Raises:
        NotFoundError: nobody in the directory takes such notices.
    """
    for recipient in rules().recipients.values():
        if platform not in recipient.platforms:
            continue
        for channel in recipient.channel:
            if kind in channel.kinds and channel.only_for == "everything" and not channel.human_only:
                return _recipient(recipient, channel, platform, now or clock.now())
    raise NotFoundError(f"no recipient for {kind} on {platform}")


def by_channel(channel_id: str, *, now: datetime | None = None) -> Recipient:
    """Return the recipient behind a channel.

    Raises:
        NotFoundError: no such channel.
    """
    try:
        recipient, channel = rules().channel(channel_id)
    except KeyError:
        raise NotFoundError(f"channel {channel_id}") from None
    return _recipient(recipient, channel, recipient.platforms[0], now or clock.now())


def contact_unchanged(recipient_id: str, digest: str) -> bool:
    """Return whether one of the recipient's channels still is the contact that `digest` names."""
    recipient = rules().recipients.get(recipient_id)
    if recipient is None:
        return False
    return any(_digest(channel, _address(channel)[0]) == digest for channel in recipient.channel)


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
        digest=_digest(channel, address),
        needs_name=channel.needs_name,
        tells_poster=channel.tells_poster is Stated.YES,
        may_publish=channel.may_publish is Stated.YES,
        not_stated=tuple(name for name, value in stated.items() if value is Stated.NOT_STATED),
        regimes=channel.regimes,
        promised_hours=channel.promised_hours,
        evidence=channel.evidence.value,
        source=channel.sources[0] if channel.sources else "",
        note=channel.note or "",
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
