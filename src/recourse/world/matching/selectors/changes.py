"""What platforms are told of the bank, in the order in which it changed. Every reading is recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.vault import services as vault
from recourse.world.matching.domain import Change, ListingState, Opinion, ReadOf, Verdict
from recourse.world.matching.models import BankRead, Block, Listing


def listing_name(listing_id: UUID) -> str:
    """Return the name under which a listing's hash is sealed."""
    return f"matching.listing:{listing_id}"


def block_name(block_id: UUID) -> str:
    """Return the name under which a block of a list is sealed."""
    return f"matching.block:{block_id}"


def hashes_of(block: Block) -> list[str]:
    """Return what stands in a block of a list, 64 hexadecimal digits each.

    Raises:
        KeyNotHeldError: this process holds no identity.
    """
    values = vault.unseal(vault.open_key(block.source.key_id), block_name(block.id), block.sealed)
    return [values[at : at + 32].hex() for at in range(0, len(values), 32)]


def listing_lookup(value: str) -> bytes:
    """Return the keyed hash by which a listing is found."""
    return vault.lookup("matching.listing", value)


def opinions_of(row: Listing) -> tuple[Opinion, ...]:
    """Return what platforms say of a listing and no person has settled, oldest first."""
    said = row.feedback.all()
    return tuple(
        Opinion(one.platform, Verdict(one.verdict), one.at)
        for one in sorted(said, key=lambda one: (one.at, one.platform))
        if not one.settled
    )


def access_changes(*, reader: str, since: int, limit: int, now: datetime) -> tuple[Change, ...]:
    """Return the listings whose last change has a number above `since`, in that order, at most `limit`.

    Args:
        reader: whom they are given to, "platform:NAME".
        since: the number of the last change that the reader knows; 0 for none.
        limit: at most so many.
        now: when.

    Raises:
        KeyNotHeldError: this process holds no identity.
    """
    with transaction.atomic():
        rows = Listing.objects.filter(sequence__gt=since).order_by("sequence").prefetch_related("feedback")
        found = tuple(_change(row) for row in rows[:limit])
        record_read(reader=reader, what=ReadOf.CHANGES, hashes=len(found), now=now)
    return found


def sequence_before(at: datetime) -> int:
    """Return the number of the last change before a time; 0 if there was none."""
    earlier = Listing.objects.filter(changed_at__lt=at).order_by("-changed_at", "-sequence")
    return earlier.values_list("sequence", flat=True).first() or 0


def record_read(*, reader: str, what: ReadOf, hashes: int, now: datetime) -> None:
    """Write down, in the transaction that reads, who was given how much of the bank."""
    BankRead.objects.create(reader=reader[:100], what=what, hashes=hashes, at=now)


def _change(row: Listing) -> Change:
    key = vault.open_key(row.key_id)
    return Change(
        sequence=row.sequence,
        at=row.changed_at,
        reference=row.id,
        hash=vault.unseal(key, listing_name(row.id), row.sealed).hex(),
        state=ListingState(row.state),
        opinions=opinions_of(row),
    )
