"""Verbs of the directory: an installation's own address for a channel, and the contact of a host of the open web.

Refuses: to guess. A host is the exact name in a place's address; no other name, above or below it, is touched.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from recourse.base.core.errors import BadInputError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.base.vault.models import Erasure
from recourse.world.locations.models import Place
from recourse.world.locations.selectors import handle_lookup, open_place, reading_of
from recourse.world.recipients.domain import FoundBy, host_ref
from recourse.world.recipients.models import ContactOverride, Host
from recourse.world.recipients.selectors import channel_rule, host_sealed_name

MAX_ADDRESS = 320  # RFC 5321: 64 + @ + 255
RANDOM_BYTES = 8  # of a host's id
_log = structlog.get_logger(__name__)


class BadAddressError(BadInputError):
    """The address is not one."""

    code = "bad_address"
    sentence = gettext_noop("This is not an e-mail address.")


class NotOnTheWebError(BadInputError):
    """Only a site of the open web has a host whose contact somebody enters."""

    code = "not_on_the_web"
    sentence = gettext_noop("This place is on a platform that has its own way to be reached.")


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
    _recipient, channel = channel_rule(channel_id)
    _check_address(address, mail=channel.transport == "email")
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


@transaction.atomic
def set_host(
    *, place_id: UUID, address: str, found_by: FoundBy, now: datetime, by: UUID | None = None
) -> str:
    """Enter the abuse contact of the host that a place is at, for all its places; returns the recipient's id.

    A contact that was entered before is replaced, and notices that were approved with it are stopped by
    `contact_unchanged`. The place is opened, so the process must hold the identity.

    Raises:
        NotFoundError: no such place, or it was erased.
        NotOnTheWebError: the place is on a platform that has its own channels.
        BadAddressError: this is no e-mail address.
    """
    address = address.strip()
    _check_address(address, mail=True)
    place = open_place(place_id)
    reading = reading_of(place)
    if reading is None or not reading.platform.is_open_web:
        raise NotOnTheWebError(f"place {place_id}")
    name = reading.groups["host"]
    lookup = handle_lookup(place.platform, name)
    host = Host.objects.select_for_update().filter(lookup=lookup).first() or _new_host(lookup, now)
    host.name_and_address = vault.seal(
        vault.open_key(host.key_id), host_sealed_name(host.id), json.dumps([name, address])
    )
    host.digest = vault.lookup("recipients.contact", f"{host.ref} {address}").hex()
    host.found_by, host.set_at, host.set_by = found_by.value, now, by
    host.confirmed_at = host.confirmed_by = None
    host.save()
    _log.info("host_set", recipient_id=host.ref, found_by=found_by.value)
    return host.ref


@transaction.atomic
def confirm_host(*, recipient_id: str, now: datetime, by: UUID | None = None) -> None:
    """Say that somebody looked again and the contact is still the right one; its review date moves on.

    Raises:
        NotFoundError: no such host, or it was dropped.
    """
    changed = Host.objects.filter(ref=recipient_id, dropped_at=None).update(confirmed_at=now, confirmed_by=by)
    if not changed:
        raise NotFoundError(f"recipient {recipient_id}")


@transaction.atomic
def drop_host(*, recipient_id: str, now: datetime) -> bool:
    """Forget the name and the contact of a host; its row stays for notices that went there."""
    return _drop(Host.objects.filter(ref=recipient_id, dropped_at=None), now)


@transaction.atomic
def drop_unused_hosts(*, now: datetime) -> bool:
    """Forget every host that no place is at any more."""
    used = Place.objects.filter(handle_lookup=OuterRef("lookup"))
    return _drop(Host.objects.filter(~Exists(used), dropped_at=None), now)


@transaction.atomic
def drop_hosts_with_key(*, key_ids: QuerySet[Erasure, UUID], now: datetime) -> int:
    """Forget hosts whose keys were destroyed before; a restored backup can still have their rows."""
    hosts = Host.objects.filter(key_id__in=key_ids, dropped_at=None)
    found = hosts.count()
    _drop(hosts, now)
    return found


def _drop(hosts: QuerySet[Host], now: datetime) -> bool:
    rows = list(hosts.select_for_update())
    for host in rows:
        host.lookup, host.name_and_address, host.digest, host.dropped_at = None, b"", "", now
        host.save(update_fields=["lookup", "name_and_address", "digest", "dropped_at"])
        _log.info("host_dropped", recipient_id=host.ref)
    vault.destroy_keys(key_ids=[host.key_id for host in rows], now=now)
    return bool(rows)


def _new_host(lookup: bytes, now: datetime) -> Host:
    """Return a new row for a host, or the one that somebody else made at the same moment."""
    try:
        with transaction.atomic():
            key = vault.create_key(scope=KeyScope.HOST, now=now)
            return Host.objects.create(
                ref=host_ref(secrets.token_hex(RANDOM_BYTES)),
                lookup=lookup,
                key_id=key.id,
                name_and_address=b"",
                found_by=FoundBy.RDAP.value,
                set_at=now,
            )
    except IntegrityError:
        return Host.objects.select_for_update().get(lookup=lookup)


def _check_address(address: str, *, mail: bool) -> None:
    """Refuse what is too long, could break a mail's header, or is no mail address where one is wanted."""
    if len(address) > MAX_ADDRESS or not address.isprintable() or " " in address:
        raise BadAddressError("unprintable or too long")
    local, at, domain = address.rpartition("@")
    if mail and not (local and at and domain and "@" not in local):
        raise BadAddressError("no mail address")
