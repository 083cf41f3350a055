"""Verbs of what platforms may hold: list a hash, withdraw it when nobody stands behind it, forget it in time.

Refuses: a listing that outlives the last survivor's consent by more than the time platforms need to hear of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.world.matching.domain import HEARD_WITHIN, FingerprintState, ListingState
from recourse.world.matching.models import Listing
from recourse.world.matching.selectors.changes import listing_lookup, listing_name
from recourse.world.matching.services.changing import changed

DROP_LISTINGS = "matching.drop_listings"


def listed(value: str, *, now: datetime) -> Listing:
    """Return the listing of a hash, 64 hexadecimal digits; a new one platforms hear of by `follow`."""
    lookup = listing_lookup(value)
    found = Listing.objects.select_for_update().filter(lookup=lookup).first()
    if found is not None:
        return found
    key = vault.create_key(scope=KeyScope.LISTING, now=now)
    made = Listing(key_id=key.id, lookup=lookup, state=ListingState.ACTIVE)
    made.sealed = vault.seal(key, listing_name(made.id), bytes.fromhex(value))
    _changed(made, now)
    made.save(force_insert=True)
    return made


def follow(listing_ids: Iterable[UUID | None], *, now: datetime) -> None:
    """Let listings follow who stands behind them, in the caller's transaction: active while somebody shares them."""
    wanted = {one for one in listing_ids if one is not None}
    for row in Listing.objects.select_for_update().filter(id__in=wanted).order_by("id"):
        shared = row.shared_by.filter(state=FingerprintState.SHARED).exists()
        state = ListingState.ACTIVE if shared else ListingState.WITHDRAWN
        if state == row.state:
            continue
        row.state, row.retain_until = state, None if shared else now + HEARD_WITHIN
        _changed(row, now)
        row.save()
        if row.retain_until is not None:
            day = f"{row.retain_until:%Y-%m-%d}"
            jobs.enqueue(kind=DROP_LISTINGS, args={}, due_at=row.retain_until, key=f"{DROP_LISTINGS}:{day}")


def touched(row: Listing, *, now: datetime) -> None:
    """Move a listing to the end, because something is said of it that platforms shall hear."""
    _changed(row, now)
    row.save()


def drop_listings(*, now: datetime) -> int:
    """Delete the listings that were withdrawn long enough ago, with their keys; return how many."""
    with transaction.atomic():
        rows = Listing.objects.filter(retain_until__lte=now)
        ended: Collection[tuple[UUID, UUID]] = list(rows.values_list("id", "key_id"))
        changed([one for one, _ in ended], now=now)
        vault.destroy_keys(key_ids=[key for _, key in ended], now=now)
        Listing.objects.filter(id__in=[one for one, _ in ended]).delete()
    return len(ended)


def _changed(row: Listing, now: datetime) -> None:
    numbers, row.changed_at = changed([row.id], now=now)
    row.sequence = numbers[0]
