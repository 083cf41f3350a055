"""What one look shows, and what the looks of one turn, made from every vantage point, show together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recourse.world.rules.schema import Verdict

GONE = frozenset({Verdict.GONE, Verdict.CHANNEL_GONE})
UNSEEN = GONE | {Verdict.NOT_PUBLIC}  # the public is shown nothing
_UP = frozenset({Verdict.LIVE, Verdict.RESTRICTED})
_HIDDEN = UNSEEN | {Verdict.WITHHELD}
READ = _UP | _HIDDEN  # a rule recognised the page


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a place showed. `marker` is a code: the rule's own, or why nothing could be read."""

    verdict: Verdict
    marker: str
    status: int | None = None
    body_digest: str = ""


@dataclass(frozen=True, slots=True)
class LookFrom:
    """A look with where it was made from. `control_ok` is None where none was needed: a live place proves itself."""

    vantage: str
    look: Look
    control_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One look as the decision takes it."""

    at: datetime
    verdict: Verdict
    vantage: str = "home"
    control_ok: bool | None = None
    vantages: int = 1  # how many vantage points there were; a turn without one of them is not whole

    def trusted(self) -> Verdict:
        """Return the verdict, where "not there" counts only beside a control that was seen live from the same place."""
        if self.verdict in UNSEEN and self.control_ok is not True:
            return Verdict.UNKNOWN
        return self.verdict


@dataclass(frozen=True, slots=True)
class Sight:
    """What a turn shows: one verdict, and from where the place is hidden and up where the two differ."""

    at: datetime
    verdict: Verdict
    hidden_from: tuple[str, ...] = ()
    up_from: tuple[str, ...] = ()


def sight_of(turn: Sequence[Seen]) -> Sight:
    """Return what the looks of one turn show together.

    Seen anywhere, it is up. Gone means gone from every vantage point of a whole turn, not public that one of them
    could not tell gone from hidden; gone here and up there is hidden. A marker that says "not in your country" is
    never gone, even where no vantage point sees it up.
    """
    at = turn[0].at
    verdicts = {one.vantage: one.trusted() for one in sorted(turn, key=lambda one: one.vantage)}
    shown = set(verdicts.values())
    up_from = tuple(vantage for vantage, verdict in verdicts.items() if verdict in _UP)
    hidden_from = tuple(vantage for vantage, verdict in verdicts.items() if verdict in _HIDDEN)
    if up_from:
        verdict = Verdict.RESTRICTED if Verdict.RESTRICTED in shown else Verdict.LIVE
        return Sight(at, verdict, hidden_from, up_from)
    if Verdict.WITHHELD in shown:
        return Sight(at, Verdict.WITHHELD, hidden_from)
    whole = len(verdicts) >= max(one.vantages for one in turn)
    if whole and shown <= GONE:
        return Sight(at, Verdict.CHANNEL_GONE if shown == {Verdict.CHANNEL_GONE} else Verdict.GONE)
    if whole and shown <= UNSEEN:
        return Sight(at, Verdict.NOT_PUBLIC)
    if Verdict.UNREACHABLE in shown and Verdict.UNKNOWN not in shown:
        return Sight(at, Verdict.UNREACHABLE)
    return Sight(at, Verdict.UNKNOWN)
