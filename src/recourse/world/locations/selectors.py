"""Reads of places. Opening one needs the vault's identity, which the web process has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import selectors as vault
from recourse.base.vault.sealing import unseal_text
from recourse.world.locations.models import Place
from recourse.world.rules.load import rules
from recourse.world.rules.reading import Reading, read
from recourse.world.rules.schema import Location


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A place with its address in clear; held in memory only as long as it is used."""

    id: UUID
    platform: str
    kind: str
    canonical: str
    private: bool


def open_place(place_id: UUID) -> OpenPlace:
    """Return a place with its address.

    Raises:
        NotFoundError: no such place, or it was erased.
        KeyNotHeldError: this process does not hold the identity.
    """
    place = Place.objects.filter(id=place_id, erased_at__isnull=True).first()
    if place is None:
        raise NotFoundError(f"place {place_id}")
    key = vault.open_key(place.key_id)
    canonical = unseal_text(key, sealed_name(place.id), bytes(place.canonical))
    return OpenPlace(place.id, place.platform, place.kind, canonical, place.private)


def platform_of(place_id: UUID) -> str:
    """Return the platform's id of a place; an erased place keeps it.

    Raises:
        NotFoundError: no such place.
    """
    platform = Place.objects.filter(id=place_id).values_list("platform", flat=True).first()
    if platform is None:
        raise NotFoundError(f"place {place_id}")
    return platform


def platforms_of(place_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the platform's id of each place; erased places keep theirs."""
    return dict(Place.objects.filter(id__in=list(place_ids)).values_list("id", "platform"))


def can_be_visited(place_id: UUID) -> bool:
    """Return whether our probes may go there: not private, not erased, and a rule says how to look."""
    place = Place.objects.filter(id=place_id, erased_at__isnull=True, private=False).first()
    if place is None:
        return False
    location = location_rule(place.platform, place.kind)
    return location is not None and bool(location.probe)


def location_rule(platform: str, kind: str) -> Location | None:
    """Return the rule of a kind of place, or None where the rules name it no longer."""
    try:
        return rules().platforms[platform].kind(kind)
    except KeyError:
        return None


def reading_of(place: OpenPlace) -> Reading | None:
    """Read an open place's address again, for the names in it that its rule's links use."""
    return read(place.canonical, rules().platforms.values())


def sealed_name(place_id: UUID) -> str:
    """Return the name under which a place's address is sealed."""
    return f"locations.place.canonical:{place_id}"
