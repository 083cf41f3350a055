"""Verbs of places: find or make one, erase one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from recourse.base.core import ids
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.world.locations.domain import PlaceErased, Resolved
from recourse.world.locations.models import Place
from recourse.world.locations.selectors import handle_lookup, place_lookup, sealed_name

_log = structlog.get_logger(__name__)


@transaction.atomic
def place_for(*, resolved: Resolved, now: datetime) -> UUID:
    """Return the id of the place that `resolved` names, and make it if nobody named it before.

    Two reports at the same moment come to the same place: the look-up key is unique, and whoever is second
    takes the first's.
    """
    lookup = place_lookup(resolved)
    found = _by_lookup(lookup)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            key = vault.create_key(scope=KeyScope.PLACE, now=now)
            place_id = ids.new_id()
            Place.objects.create(
                id=place_id,
                platform=resolved.platform,
                kind=resolved.kind,
                lookup=lookup,
                handle_lookup=handle_lookup(resolved.platform, resolved.handle) if resolved.handle else None,
                key_id=key.id,
                canonical=vault.seal(key, sealed_name(place_id), resolved.canonical),
                private=resolved.private,
                created_at=now,
            )
    except IntegrityError:
        found = _by_lookup(lookup)
        if found is None:
            raise
        return found
    return place_id


@transaction.atomic
def declare_public(*, place_id: UUID) -> None:
    """Note that somebody who knows has said that everybody can open this link: our checks may go there."""
    Place.objects.filter(id=place_id, erased_at__isnull=True).update(private=False)


def declare_private(*, place_id: UUID) -> None:
    """Note that nobody says any more that everybody can open this link: our checks go there no longer."""
    Place.objects.filter(id=place_id, erased_at__isnull=True).update(private=True)


@transaction.atomic
def erase_place(*, place_id: UUID, now: datetime) -> bool:
    """Forget where a place was: its look-up key, its address and the key that opened it.

    Whoever holds something about it is told (`PlaceErased`) and blanks it. Returns False if it was erased
    before or never was.
    """
    key_ids = list(Place.objects.filter(id=place_id, erased_at__isnull=True).values_list("key_id", flat=True))
    changed = Place.objects.filter(id=place_id, erased_at__isnull=True).update(
        lookup=None, handle_lookup=None, canonical=b"", erased_at=now
    )
    if not changed:
        return False
    vault.destroy_keys(key_ids=key_ids, now=now)
    jobs.emit(event=PlaceErased(place_id=place_id), now=now)
    _log.info("place_erased", place_id=str(place_id))
    return True


def _by_lookup(lookup: bytes) -> UUID | None:
    return Place.objects.filter(lookup=lookup).values_list("id", flat=True).first()
