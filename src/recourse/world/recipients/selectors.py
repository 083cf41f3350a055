"""Reads of the directory: who a notice about a platform goes to, and how they are reached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.world.locations.selectors import platform_of
from recourse.world.recipients.domain import Recipient
from recourse.world.recipients.models import ContactOverride
from recourse.world.rules.load import rules
from recourse.world.rules.schema import Channel, EvidenceMark, RecipientFile, Stated

__all__ = ["Recipient", "by_channel", "channels_for", "contact_unchanged", "recipient_for"]


def channels_for(place_id: UUID, kind: str, *, now: datetime) -> tuple[Recipient, ...]:
    """Return every channel that may be used for this place and kind of notice, the best first.

    Whoever runs the place comes before those who act on any address; within one organisation its rule file's
    order stands. Human-only channels are among them; those for minors, copyright owners or authorities are not.

    Raises:
        NotFoundError: no such place.
    """
    platform = platform_of(place_id)
    return tuple(
        _recipient(recipient, channel, platform, now)
        for recipient, channel in _serving(platform, kind)
        if channel.only_for == "everything"
    )


def recipient_for(platform: str, kind: str = "removal", *, now: datetime | None = None) -> Recipient:
    """Return who gets notices of this kind about this platform, by the first channel that serves everything.

    Args:
        platform: the platform's id.
        kind: a kind of notice, such as "removal".
        now: the business time, for the review date; the clock's where none is given.

    Raises:
        NotFoundError: nobody in the directory takes such notices.
    """
    for recipient, channel in _serving(platform, kind):
        if channel.only_for == "everything" and not channel.human_only:
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
    platform = "" if recipient.every_platform else recipient.platforms[0]
    return _recipient(recipient, channel, platform, now or clock.now())


def contact_unchanged(recipient_id: str, digest: str) -> bool:
    """Return whether one of the recipient's channels still is the contact that `digest` names."""
    recipient = rules().recipients.get(recipient_id)
    if recipient is None:
        return False
    return any(_digest(channel, _address(channel)[0]) == digest for channel in recipient.channel)


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
