"""Verbs of the directory: set an installation's own address for a channel, or prove or drop it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import BadInputError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.world.recipients.models import ContactOverride
from recourse.world.rules.load import rules

MAX_ADDRESS = 320  # RFC 5321: 64 + @ + 255
_log = structlog.get_logger(__name__)


class BadAddressError(BadInputError):
    """The address is not one."""

    code = "bad_address"
    sentence = gettext_noop("This is not an e-mail address.")


@transaction.atomic
def set_contact(
    *, channel_id: str, address: str, now: datetime, by: UUID | None = None, proven_at: datetime | None = None
) -> None:
    """Use `address` for a channel instead of the one in the rules.

    Notices that were approved with the old address are stopped by `contact_unchanged`.

    Raises:
        NotFoundError: no such channel.
        BadAddressError: an e-mail channel needs an e-mail address, without line breaks or spaces.
    """
    try:
        _recipient, channel = rules().channel(channel_id)
    except KeyError:
        raise NotFoundError(f"channel {channel_id}") from None
    if len(address) > MAX_ADDRESS or not address.isprintable() or " " in address:
        raise BadAddressError(f"channel {channel_id}")
    local, at, domain = address.rpartition("@")
    if channel.transport == "email" and not (local and at and domain and "@" not in local):
        raise BadAddressError(f"channel {channel_id}")
    ContactOverride.objects.update_or_create(
        channel_id=channel_id,
        defaults={"address": address, "set_at": now, "proven_at": proven_at, "by": by},
    )
    _log.info("contact_set", channel_id=channel_id, proven=proven_at is not None)


@transaction.atomic
def drop_contact(*, channel_id: str) -> bool:
    """Go back to the address in the rules; returns whether there was another."""
    dropped, _ = ContactOverride.objects.filter(channel_id=channel_id).delete()
    return bool(dropped)
