"""What a platform reads about one hash, and what it may say back. Pure.

The words are those of StopNCII's v1 format (reference, section 1.1). A hash that is in force reads `Active`; one
that is withdrawn or suspended reads `Withdrawn`, and carries a `NotBlocked` of ours besides: the stock client of
threatexchange 1.2.17 overlooks the state, and shows at least that the hash is disputed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

from recourse.world.exchange.domain.paging import second
from recourse.world.matching.domain import Change, ListingState, Verdict

US = "Recourse"
CANARY = "canary"
WITHDRAWN = "withdrawn"
MOST_AT_ONCE = 1_000
"""How many hashes one request may bring."""

STATUS: Mapping[ListingState, str] = MappingProxyType(
    {ListingState.ACTIVE: "Active", ListingState.WITHDRAWN: "Withdrawn"}
)
SPOKEN: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.BLOCKED: "Blocked",
        Verdict.NOT_BLOCKED: "NotBlocked",
        Verdict.PENDING_REVIEW: "PendingReview",
    }
)
"""The verdicts of platforms that mean something to us; the format's others say nothing that we could act on."""
HEARD: Mapping[str, Verdict] = MappingProxyType({said: verdict for verdict, said in SPOKEN.items()})


@dataclass(frozen=True, slots=True)
class Said:
    """One feedback, as the format carries it."""

    source: str
    value: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One hash as a platform reads it. `reference` names it towards platforms; it tells nothing."""

    modified: int
    hash: str = field(repr=False)
    status: str
    reference: UUID
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a sending, in numbers.

    Taken; about hashes that are not listed; of canaries; of a kind that means nothing to us.
    """

    taken: int = 0
    not_listed: int = 0
    canaries: int = 0
    passed_over: int = 0


def record(change: Change) -> Record:
    """Return what a platform reads about a change."""
    said = tuple(Said(one.platform, SPOKEN[one.verdict]) for one in change.opinions)
    if change.state is ListingState.WITHDRAWN:
        said = (Said(US, SPOKEN[Verdict.NOT_BLOCKED], (WITHDRAWN,)), *said)
    if change.reference in CANARIES:
        said = (Said(US, "None", (CANARY,)),)
    return Record(second(change.at), change.hash, STATUS[change.state], change.reference, said)


CANARIES_SINCE = datetime(2020, 1, 1, tzinfo=UTC)  # before any change of any bank
CANARIES: Mapping[UUID, Change] = MappingProxyType(
    {
        UUID(int=number): Change(
            sequence=number - 2,  # the bank counts from 1: these come before
            at=CANARIES_SINCE,
            reference=UUID(int=number),
            hash=value,
            state=ListingState.ACTIVE,
        )
        for number, value in enumerate(
            (
                "954f2a95954b3a95954a2a95803f3f6a95b53fea95553fef6aaac0606aaac060",
                "faedf5da5e4d55d9aaef0098aacd00faaa5500faaa5500faaa5500fa55aaff00",
            ),
            start=1,
        )
    }
)
"""Two generated pictures (`canary.py`) that stand for nobody, so that a platform can try its own chain. Two, because an
index of one hash finds nothing with the stock client (threatexchange, issue 1318)."""
