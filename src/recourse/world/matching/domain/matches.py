"""Matches: leads that a person confirms or sets aside, and what they say of a source. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from recourse.base.core.errors import ConflictError
from recourse.base.core.marking import gettext_noop


class MatchState(StrEnum):
    """Where a match stands. The comment says who must act next."""

    WAITING = "waiting"  # a person: is it her picture?
    CONFIRMED = "confirmed"  # nobody; where it was found is an item of the case now
    OTHER = "other"  # nobody: it is something else


_M = MatchState
MATCH_MOVES: Mapping[MatchState, frozenset[MatchState]] = MappingProxyType(
    {
        _M.WAITING: frozenset({_M.CONFIRMED, _M.OTHER}),
        _M.CONFIRMED: frozenset(),
        _M.OTHER: frozenset({_M.CONFIRMED}),  # a second look
    }
)


class MatchDecidedError(ConflictError):
    """Somebody decided before."""

    code = "match_decided"
    sentence = gettext_noop("Somebody has decided on this match already. Look at the page again.")


@dataclass(frozen=True, slots=True)
class MatchView:
    """One match of a case. Without an address it came from a list, and says only that somebody else has the picture."""

    id: UUID
    fingerprint_id: UUID
    distance: int
    state: MatchState
    found_at: datetime
    source: str  # whose list; "" when somebody of us looked
    source_id: UUID | None
    label: str  # who decided
    address: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class SourceView:
    """A list of others, and how often it was right."""

    id: UUID
    name: str
    right: str
    submitted: bool  # by a platform, through the exchange
    lawful: bool
    dated: date
    added_at: datetime
    label: str
    hashes: int
    left_out: int  # rows of it that stand nowhere here
    waiting: int
    confirmed: int
    other: int

    @property
    def precision(self) -> float | None:
        """The share of decided matches that a person confirmed, 0 to 1; None while nobody has decided."""
        decided = self.confirmed + self.other
        return self.confirmed / decided if decided else None
