"""The fingerprints of a case, as facts: kind, quality, state, time. No hash and no picture of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.pages.lists import proven
from recourse.surfaces.desk.words_fingerprints import KINDS, MATCHES, STATES, WAITS
from recourse.work.cases.domain import OpenCase
from recourse.world.matching.domain import (
    MATCHED_FROM,
    FingerprintState,
    FingerprintView,
    Kind,
    MatchState,
    MatchView,
    SourceView,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One fingerprint."""

    id: UUID
    number: int
    what: str
    parts: int
    quality: int
    plain: bool  # too plain to be matched or given
    state: tuple[str, str, str]
    since: datetime
    made_at: datetime
    waits: str
    video: bool
    may_choose: bool

    @property
    def key(self) -> str:
        """The id as a form carries it."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One match of the case: a lead."""

    id: UUID
    number: int  # of the fingerprint
    distance: int
    source: str
    proven: str  # how often its list was right
    address: str
    found_at: datetime
    state: tuple[str, str, str]
    waits: bool

    @property
    def key(self) -> str:
        """The id as a form carries it."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class FingerprintsPage:
    """Everything the page shows."""

    number: str
    minor: bool
    permission: bool
    agreed_since: datetime | None
    lines: tuple[Line, ...]
    matches: tuple[MatchLine, ...]
    may_decide: bool
    may_compare: bool
    may_record: bool  # that she agreed, as she told one of us

    def _any(self, state: str) -> bool:
        return any(line.state == _state(FingerprintState(state)) for line in self.lines)

    @property
    def waiting(self) -> int:
        """How many wait for somebody to look why."""
        return sum(line.waits != "" for line in self.lines)

    @property
    def may_review(self) -> bool:
        """Whether there is something to review."""
        return self.may_decide and self._any("internal")

    @property
    def may_share(self) -> bool:
        """Whether something can be given to companies."""
        allowed = self.may_decide and self.permission and not self.minor and self.agreed_since is not None
        return allowed and self._any("reviewed")


def fingerprints_page(
    case: OpenCase,
    views: Sequence[FingerprintView],
    matches: Sequence[MatchView],
    sources: Sequence[SourceView],
    agreed_since: datetime | None,
    *,
    actor: Actor,
) -> FingerprintsPage:
    """Return the page of an opened case."""
    said = {one.id: proven(one) for one in sources}
    numbers = {view.id: number for number, view in enumerate(views, start=1)}
    return FingerprintsPage(
        number=case.number,
        minor=case.minor_path,
        permission=case.mandate_since is not None,
        agreed_since=agreed_since,
        lines=tuple(_line(number, view) for number, view in enumerate(views, start=1)),
        matches=tuple(_match(one, numbers.get(one.fingerprint_id, 0), said) for one in matches),
        may_decide=may(actor.role, Action.CASE_ASSESS),
        may_compare=may(actor.role, Action.CASE_NOTE) and bool(views),
        may_record=may(actor.role, Action.CASE_NOTE) and not case.minor_path,
    )


def _match(view: MatchView, number: int, said: Mapping[UUID, str]) -> MatchLine:
    kind, sign, words = MATCHES[view.state]
    return MatchLine(
        id=view.id,
        number=number,
        distance=view.distance,
        source=view.source,
        proven=said.get(view.source_id, "") if view.source_id else "",
        address=view.address,
        found_at=view.found_at,
        state=(kind, sign, str(words)),
        waits=view.state is MatchState.WAITING,
    )


def _line(number: int, view: FingerprintView) -> Line:
    return Line(
        id=view.id,
        number=number,
        what=str(KINDS[view.kind]),
        parts=view.parts,
        quality=view.quality,
        plain=view.quality < MATCHED_FROM,
        state=_state(view.state),
        since=view.since,
        made_at=view.made_at,
        waits=str(WAITS[view.waits or "many"]) if view.state is FingerprintState.SUSPENDED else "",
        video=view.kind is Kind.VIDEO,
        may_choose=view.state in {FingerprintState.INTERNAL, FingerprintState.REVIEWED},
    )


def _state(state: FingerprintState) -> tuple[str, str, str]:
    kind, sign, words = STATES[state]
    return kind, sign, str(words)
