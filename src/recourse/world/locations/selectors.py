"""Reads of places. Opening one needs the vault's identity, which the web process has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import selectors as vault
from recourse.base.vault.sealing import unseal_text
from recourse.world.locations.domain import Resolved, resolve_line
from recourse.world.locations.models import Place
from recourse.world.rules.load import rules
from recourse.world.rules.reading import Reading, read
from recourse.world.rules.schema import EvidenceMark, Location, Sourced

LONGEST_HANDLE = 320
MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A place with its address in clear; held in memory only as long as it is used."""

    id: UUID
    platform: str
    kind: str
    canonical: str
    private: bool


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place as it is known without being opened: `handle` is the keyed hash of its account or host, or empty."""

    platform: str
    handle: bytes


@dataclass(frozen=True, slots=True)
class RuleView:
    """How well founded is what we know of a kind of place: how it is named, and how its looks are read.

    `evidence` is the weakest mark among them, `review_date` the first to come; `disagreements` says in words
    what is not verified or disputed.
    """

    evidence: str
    sources: tuple[str, ...]
    checked_on: date
    review_date: date
    past_review: bool
    disagreements: tuple[str, ...]


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


def find_places(text: str) -> tuple[UUID, ...]:
    """Return the places that `text` names, newest first: by a link, or by an account or channel name.

    A name may have its "@" or not; it is looked up on every platform. A link to an account or channel finds
    what was posted there too. Nothing is opened: all are found by keyed hashes.
    """
    resolved = resolve_line(text)
    if resolved is not None:
        wanted = Q(lookup=place_lookup(resolved))
        rule = location_rule(resolved.platform, resolved.kind)
        if rule is not None and rule.names_an_account:
            wanted |= Q(handle_lookup=handle_lookup(resolved.platform, resolved.handle))
    else:
        name = text.strip().removeprefix("@")
        if not name or len(name) > LONGEST_HANDLE:
            return ()
        wanted = Q(handle_lookup__in=[handle_lookup(platform, name) for platform in rules().platforms])
    found = Place.objects.filter(wanted, erased_at__isnull=True).order_by("-created_at", "id")
    return tuple(found.values_list("id", flat=True)[:MOST_FOUND])


def place_lookup(resolved: Resolved) -> bytes:
    """Return the keyed hash by which a place is found."""
    return vault.lookup("locations.place", f"{resolved.platform} {resolved.kind} {resolved.canonical}")


def handle_lookup(platform: str, handle: str) -> bytes:
    """Return the keyed hash by which the places of an account or channel are found, in any case."""
    return vault.lookup("locations.handle", f"{platform} {handle.lower()}")


def platform_of(place_id: UUID) -> str:
    """Return the platform's id of a place; an erased place keeps it.

    Raises:
        NotFoundError: no such place.
    """
    platform = Place.objects.filter(id=place_id).values_list("platform", flat=True).first()
    if platform is None:
        raise NotFoundError(f"place {place_id}")
    return platform


def known_by(place_ids: Iterable[UUID]) -> dict[UUID, KnownPlace]:
    """Return what is known of places without opening them; unknown ids are left out."""
    rows = Place.objects.filter(id__in=list(place_ids)).values_list("id", "platform", "handle_lookup")
    return {id_: KnownPlace(platform, bytes(handle or b"")) for id_, platform, handle in rows}


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


def rule_view(platform: str, kind: str, *, now: datetime) -> RuleView | None:
    """Return how well founded the rule of a kind of place is; None where the rules name it no longer."""
    location = location_rule(platform, kind)
    if location is None:
        return None
    parts: tuple[Sourced, ...] = (location, *location.probe)
    marks = list(EvidenceMark)
    return RuleView(
        evidence=max((part.evidence for part in parts), key=marks.index).value,
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        checked_on=min(part.checked_on for part in parts),
        review_date=min(part.review_by for part in parts),
        past_review=any(part.past_review(now.date()) for part in parts),
        disagreements=tuple(dict.fromkeys(words for part in parts for words in part.disagreements)),
    )


def reading_of(place: OpenPlace) -> Reading | None:
    """Read an open place's address again, for the names in it that its rule's links use."""
    return read(place.canonical, rules().platforms.values())


def sealed_name(place_id: UUID) -> str:
    """Return the name under which a place's address is sealed."""
    return f"locations.place.canonical:{place_id}"
