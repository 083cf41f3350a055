"""Verbs of a person with fingerprints: review, share, let in again; and of the survivor: agree that they are shared.

Who may do it is the business of the rooms above. Refuses to share: without her consent, what no person reviewed, a
video (the exchange has no word for one), a hash too plain to mean one picture, what a lawful picture fits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import ConflictError
from recourse.base.core.marking import gettext_noop
from recourse.base.vault.domain import DataKey
from recourse.world.matching import domain
from recourse.world.matching.domain import FingerprintState, Kind, counts
from recourse.world.matching.models import Consent, Feedback, Fingerprint
from recourse.world.matching.selectors.fingerprints import live, opened
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


def share(*, case_id: UUID, key: DataKey, only: Collection[UUID], now: datetime) -> int:
    """Give some of a case's reviewed pictures to platforms; return how many. The rest stays as it is.

    Raises:
        NoConsentError: she has not agreed to it.
        NothingToShareError: none of them can be given.
    """
    with transaction.atomic():
        if not Consent.objects.filter(case_id=case_id).exists():
            raise NoConsentError(f"case {case_id}")
        rows = live(case_id).filter(id__in=only, state=FingerprintState.REVIEWED, kind=Kind.IMAGE)
        done = 0
        for row in rows.select_for_update().order_by("id"):
            part = opened(row, key).may_leave[0]
            if counts(part):
                _share(row, part, now)
                done += 1
        if not done:
            raise NothingToShareError(f"case {case_id}")
    return done


def _share(row: Fingerprint, part: domain.Part, now: datetime) -> None:
    listing = listed(part.hash, now=now)
    Feedback.objects.filter(listing=listing).update(settled=True)  # a person has looked since
    own = Fingerprint.objects.filter(id=row.id)
    own.update(listing=listing, shared_at=row.shared_at or now)
    move_all(own, FingerprintState.SHARED, now)
