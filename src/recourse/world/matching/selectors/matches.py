"""Reads of matches and of lists: what waits in a case, and how often each source was right."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.world.matching.domain import FingerprintState, MatchState, MatchView, SourceView
from recourse.world.matching.models import Match, Source


def match_name(match_id: UUID) -> str:
    """Return the name under which the address of a match is sealed."""
    return f"matching.match:{match_id}"


def standing(case_id: UUID) -> QuerySet[Match]:
    """Return the rows of a case whose fingerprint she has not taken out and our permission covers."""
    return Match.objects.filter(case_id=case_id).exclude(fingerprint__state=FingerprintState.WITHDRAWN)


def matches_of(case_id: UUID, key: DataKey) -> tuple[MatchView, ...]:
    """Return the matches of a case, those that wait first, then the latest.

    Raises:
        SealBrokenError: the key is another case's.
    """
    rows = standing(case_id).select_related("source").order_by("-found_at", "id")
    views = [
        MatchView(
            id=row.id,
            fingerprint_id=row.fingerprint_id,
            distance=row.distance,
            state=MatchState(row.state),
            found_at=row.found_at,
            source=row.source.name if row.source else "",
            source_id=row.source_id,
            label=row.label,
            address=vault.unseal_text(key, match_name(row.id), row.address) if row.address else "",
        )
        for row in rows
    ]
    return tuple(sorted(views, key=lambda one: one.state is not MatchState.WAITING))


def matched_since(case_id: UUID) -> datetime | None:
    """Return since when a match of a case waits for a person; None when none does."""
    waiting = standing(case_id).filter(state=MatchState.WAITING)
    found: datetime | None = waiting.aggregate(since=Min("found_at"))["since"]
    return found


def sources() -> tuple[SourceView, ...]:
    """Return all lists with how often each was right, by name."""
    decided = Match.objects.exclude(source=None).values("source_id", "state").annotate(n=Count("id"))
    counted = {(row["source_id"], row["state"]): row["n"] for row in decided.order_by()}
    return tuple(
        SourceView(
            id=row.id,
            name=row.name,
            right=row.right,
            submitted=row.submitted,
            lawful=row.lawful,
            dated=row.dated,
            added_at=row.added_at,
            label=row.label,
            hashes=row.hashes,
            left_out=row.left_out,
            waiting=counted.get((row.id, MatchState.WAITING), 0),
            confirmed=counted.get((row.id, MatchState.CONFIRMED), 0),
            other=counted.get((row.id, MatchState.OTHER), 0),
        )
        for row in Source.objects.order_by("name", "submitted")
    )
