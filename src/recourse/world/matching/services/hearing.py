"""Verbs of what platforms say: of a hash of ours, and of hashes of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.world.matching.domain import (
    FingerprintsDisputed,
    FingerprintState,
    ListingState,
    Verdict,
    Waits,
    is_disputed,
    read_hash,
)
from recourse.world.matching.models import Feedback, Listing
from recourse.world.matching.selectors.changes import listing_lookup, opinions_of
from recourse.world.matching.services import fingerprints, listing, lists

_log = structlog.get_logger(__name__)


def heard(*, platform: str, reference: UUID, verdict: Verdict, now: datetime) -> None:
    """Record what a platform says of a listing; its last word counts. Two that say "lawful" suspend it at once.

    Raises:
        NotFoundError: no such listing, or it is gone.
    """
    with transaction.atomic():
        row = Listing.objects.select_for_update().filter(id=reference).first()
        if row is None:
            raise NotFoundError(f"listing {reference}")
        Feedback.objects.update_or_create(
            listing=row, platform=platform, defaults={"verdict": verdict, "at": now, "settled": False}
        )
        if row.state != ListingState.ACTIVE:
            return
        listing.touched(row, now=now)
        if is_disputed(opinions_of(row)):
            disputed = row.shared_by.filter(state=FingerprintState.SHARED)
            for case_id in sorted(set(disputed.values_list("case_id", flat=True))):
                jobs.emit(event=FingerprintsDisputed(case_id), now=now)
            suspended = fingerprints.move_all(
                disputed, FingerprintState.SUSPENDED, now, because=Waits.PLATFORMS
            )
            _log.warning("listing_suspended", listing=str(row.id), fingerprints=suspended)


def heard_of(*, platform: str, hash: str, verdict: Verdict, now: datetime) -> bool:  # noqa: A002 - the field's name
    """Record what a platform says of a hash, 64 hexadecimal digits; False if it is not listed.

    Raises:
        BadHashError: it is none.
    """
    found = (
        Listing.objects.filter(lookup=listing_lookup(read_hash(hash))).values_list("id", flat=True).first()
    )
    if found is None:
        return False
    heard(platform=platform, reference=found, verdict=verdict, now=now)
    return True


def submit(*, platform: str, hashes: Sequence[str], now: datetime) -> int:
    """Store hashes that a platform gives us, under its name; return how many.

    Raises:
        BadHashError: one of them is none; nothing is stored.
    """
    read = [read_hash(one) for one in hashes]
    return lists.add_to_platform(platform=platform, hashes=read, now=now)
