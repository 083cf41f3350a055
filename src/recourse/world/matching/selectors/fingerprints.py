"""What is known of a case's fingerprints: without a key their states, with the case's key what they say."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.world.matching import domain
from recourse.world.matching.domain import FingerprintState, FingerprintView, Kind, Waits
from recourse.world.matching.models import Consent, Fingerprint


def sealed_name(fingerprint_id: UUID) -> str:
    """Return the name under which a fingerprint is sealed: it binds the value to its row."""
    return f"matching.fingerprint:{fingerprint_id}"


def lookup_of(case_id: UUID, fingerprint: domain.Fingerprint) -> bytes:
    """Return the keyed hash by which a case finds that it holds a fingerprint; another case's is another."""
    return vault.lookup("matching.fingerprint", f"{case_id}:{domain.written(fingerprint)}")


def live(case_id: UUID) -> QuerySet[Fingerprint]:
    """Return the rows of a case that are not withdrawn."""
    return Fingerprint.objects.filter(case_id=case_id).exclude(state=FingerprintState.WITHDRAWN)


def fingerprints_of(case_id: UUID) -> tuple[FingerprintView, ...]:
    """Return the fingerprints of a case that are not withdrawn, oldest first."""
    return tuple(
        FingerprintView(
            row.id,
            Kind(row.kind),
            row.parts,
            row.quality,
            FingerprintState(row.state),
            row.made_at,
            row.state_since,
            Waits(row.because) if row.because in set(Waits) else None,
        )
        for row in live(case_id).defer("sealed").order_by("made_at", "id")
    )


def open_fingerprints(case_id: UUID, key: DataKey) -> dict[UUID, domain.Fingerprint]:
    """Return what the fingerprints of a case say that are not withdrawn, oldest first.

    Raises:
        SealBrokenError: the key is another case's.
    """
    return {row.id: opened(row, key) for row in live(case_id).order_by("made_at", "id")}


def opened(row: Fingerprint, key: DataKey) -> domain.Fingerprint:
    """Return what one row says.

    Raises:
        SealBrokenError: the key is another case's.
    """
    return domain.read(vault.unseal_text(key, sealed_name(row.id), row.sealed))


def waiting_since(case_id: UUID) -> datetime | None:
    """Return since when fingerprints of a case wait for a person who looks why there are so many; None when none do."""
    waiting = Fingerprint.objects.filter(case_id=case_id, state=FingerprintState.SUSPENDED)
    found: datetime | None = waiting.aggregate(since=Min("state_since"))["since"]
    return found


def agreed_since(case_id: UUID) -> datetime | None:
    """Return since when she agrees that companies get the fingerprints of her pictures; None if she does not."""
    return Consent.objects.filter(case_id=case_id).values_list("given_at", flat=True).first()


def companies_know_of(case_id: UUID) -> bool:
    """Tell whether platforms hold fingerprints of a case, or are still being told to drop them."""
    return Fingerprint.objects.filter(case_id=case_id, listing__isnull=False).exists()


def unreviewed_since(case_id: UUID) -> datetime | None:
    """Return since when fingerprints that she agrees to share wait for a person's review; None when none do."""
    if agreed_since(case_id) is None:
        return None
    waiting = Fingerprint.objects.filter(case_id=case_id, state=FingerprintState.INTERNAL, kind=Kind.IMAGE)
    found: datetime | None = waiting.aggregate(since=Min("state_since"))["since"]
    return found
