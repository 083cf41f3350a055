"""Reads of matching: a case's fingerprints, what platforms are told, what is near a hash."""

from __future__ import annotations

from recourse.world.matching.selectors.changes import access_changes, sequence_before
from recourse.world.matching.selectors.fingerprints import (
    agreed_since,
    companies_know_of,
    fingerprints_of,
    live,
    lookup_of,
    open_fingerprints,
    sealed_name,
    unreviewed_since,
    waiting_since,
)
from recourse.world.matching.selectors.matches import matched_since, matches_of, sources
from recourse.world.matching.selectors.searching import access_near, near

__all__ = [
    "access_changes",
    "access_near",
    "agreed_since",
    "companies_know_of",
    "fingerprints_of",
    "live",
    "lookup_of",
    "matched_since",
    "matches_of",
    "near",
    "open_fingerprints",
    "sealed_name",
    "sequence_before",
    "sources",
    "unreviewed_since",
    "waiting_since",
]
