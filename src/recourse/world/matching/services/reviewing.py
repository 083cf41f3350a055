"""Verbs of a person with fingerprints: review, share, let in again; and of the survivor: agree that they are shared.

Who may do it is the business of the rooms above. Refuses to share: without her consent, what no person reviewed, a
video (the exchange has no word for one), a hash too plain to mean one picture, what a lawful picture fits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import ConflictError
from recourse.base.core.marking import gettext_noop
from recourse.base.vault.domain import DataKey
from recourse.world.matching.domain import FingerprintState, Kind, Shelf, Waits, counts
from recourse.world.matching.models import Consent, Feedback, Fingerprint
from recourse.world.matching.selectors.fingerprints import live, opened
from recourse.world.matching.selectors.searching import near
from recourse.world.matching.services.fingerprints import move_all
from recourse.world.matching.services.listing import listed


class NoConsentError(ConflictError):
    """She has not agreed that companies get her fingerprints."""

    code = "no_consent_to_share"
    sentence = gettext_noop(
        "She has not agreed that companies get her fingerprints, so they stay with us. She can agree on her page."
    )


class NothingToShareError(ConflictError):
    """None of what was chosen can be given to companies."""

    code = "nothing_to_share"
    sentence = gettext_noop(
        "None of these can be given to companies. A picture can be, once a person has reviewed it, "
        "if it is not too plain."
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """What became of pictures that a person would give to platforms."""

    given: int
    suspended: int  # near a picture of a list of lawful ones


def agree(*, case_id: UUID, agreed: bool, now: datetime) -> None:
    """Record whether she agrees that companies get her pictures' fingerprints; what they have they hear of at once."""
    with transaction.atomic():
        if agreed:
            Consent.objects.get_or_create(case_id=case_id, defaults={"given_at": now})
            return
        Consent.objects.filter(case_id=case_id).delete()
        shared = live(case_id).filter(state=FingerprintState.SHARED)
        move_all(shared, FingerprintState.REVIEWED, now)


def review(*, case_id: UUID, only: Collection[UUID], now: datetime) -> int:
    """A person has reviewed some of a case's fingerprints; return how many."""
    return move_all(live(case_id).filter(id__in=only), FingerprintState.REVIEWED, now)


def share(*, case_id: UUID, key: DataKey, only: Collection[UUID], now: datetime) -> Shared:
    """Give some of a case's reviewed pictures to platforms. What is near a lawful picture is suspended instead.

    Raises:
        NoConsentError: she has not agreed to it.
        NothingToShareError: none of them can be given.
        KeyNotHeldError: this process holds no identity.
    """
    if not Consent.objects.filter(case_id=case_id).exists():
        raise NoConsentError(f"case {case_id}")
    rows = live(case_id).filter(id__in=only, state=FingerprintState.REVIEWED, kind=Kind.IMAGE)
    wholes = {row.id: opened(row, key).may_leave[0] for row in rows}
    good = {row_id: part.hash for row_id, part in wholes.items() if counts(part)}
    hits = near(Shelf.LAWFUL, list(good.values()), now=now)
    lawful = [row_id for row_id, found in zip(good, hits, strict=True) if found]
    with transaction.atomic():
        suspended = move_all(
            rows.filter(id__in=lawful), FingerprintState.SUSPENDED, now, because=Waits.LAWFUL
        )
        sharing = rows.filter(id__in=good.keys() - set(lawful)).select_for_update().order_by("id")
        done = [_share(row, good[row.id], now) for row in sharing]
    if not done and not suspended:
        raise NothingToShareError(f"case {case_id}")
    return Shared(len(done), suspended)


def _share(row: Fingerprint, value: str, now: datetime) -> UUID:
    listing = listed(value, now=now)
    Feedback.objects.filter(listing=listing).update(settled=True)  # a person has looked since
    own = Fingerprint.objects.filter(id=row.id)
    own.update(listing=listing, shared_at=row.shared_at or now)
    move_all(own, FingerprintState.SHARED, now)
    return row.id
