"""How our own looks decide whether a place is up. Pure: no clock, no database, no network.

Only looks enter here; nothing that a platform says does (DESIGN, invariant 4). `decide` takes where a place
stands and one turn of looks and returns where it stands now and when to look again; folding it over the turns
since a moment gives what somebody may know who knows only those turns (`replay`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recourse.base.core.errors import IllegalMoveError
from recourse.world.checks.domain.looks import GONE, UNSEEN, Seen, Sight, sight_of
from recourse.world.checks.domain.states import RESOLVED, TRANSITIONS, AvailabilityState, Signal
from recourse.world.rules.schema import Verdict

CONFIRM_AFTER = timedelta(hours=1)
CONTROL_WINDOW = timedelta(minutes=10)
AFTER_NOTICE = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7), timedelta(days=30))
MONTHLY = timedelta(days=30)
UNWATCHED = timedelta(days=7)
FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(hours=24)
_UNCONFIRMED = frozenset({AvailabilityState.SUSPECTED_GONE, AvailabilityState.NOT_PUBLIC})
_LOOKED_AT_ANEW = RESOLVED | {AvailabilityState.NOT_PUBLIC, AvailabilityState.REAPPEARED}  # it could return
_PLAIN = {
    Verdict.LIVE: Signal.LIVE,
    Verdict.RESTRICTED: Signal.RESTRICTED,
    Verdict.WITHHELD: Signal.UNKNOWN,  # for the first time; an hour later it is hidden
    Verdict.UNKNOWN: Signal.UNKNOWN,
    Verdict.UNREACHABLE: Signal.UNREACHABLE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a place stands, with what the next decision needs to know of the turns before it.

    The place went between `last_live_at` and `first_gone_at`; both are published as bounds. `first_unseen_at` is
    since when nobody is shown it, gone or only not public. `hidden_from` are the vantage points that did not see
    it since `first_hidden_at`, when it was hidden from them.
    """

    state: AvailabilityState
    since: datetime
    first_gone_at: datetime | None = None
    first_unseen_at: datetime | None = None
    first_hidden_at: datetime | None = None
    hidden_from: tuple[str, ...] = ()
    up_from: tuple[str, ...] = ()
    last_live_at: datetime | None = None
    removed_before: bool = False
    failures: int = 0
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a turn changed: where the place stands now, and when to look again at the latest."""

    standing: Standing
    sight: Sight
    signal: Signal
    changed: bool
    next_in: timedelta


def start(at: datetime) -> Standing:
    """Return the standing of a place that nobody looked at yet."""
    return Standing(AvailabilityState.NOT_CHECKED, since=at)


def decide(standing: Standing, turn: Sequence[Seen], *, watch_since: datetime | None = None) -> Decision:
    """Return what one turn of looks makes of a place.

    Args:
        standing: where it stood before the turn.
        turn: the looks of the turn, one from each vantage point.
        watch_since: when a notice about it was handed over, if one was.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    sight = sight_of(turn)
    signal = _signal(standing, sight)
    state = TRANSITIONS.get((standing.state, signal))
    if state is None:
        raise IllegalMoveError(f"{standing.state} has no {signal}")
    changed = state is not standing.state
    unread = sight.verdict in (Verdict.UNKNOWN, Verdict.UNREACHABLE)
    after = replace(
        standing,
        state=state,
        since=sight.at if changed else standing.since,
        first_gone_at=_first(standing.first_gone_at, GONE, sight, state),
        first_unseen_at=_first(standing.first_unseen_at, UNSEEN, sight, state),
        last_live_at=sight.at if sight.up_from else standing.last_live_at,
        removed_before=standing.removed_before or state in RESOLVED,
        failures=standing.failures + 1 if unread else 0,
        checked_at=sight.at,
    )
    after = _follow_hiding(after, sight, confirmed=changed and state is AvailabilityState.GEO_BLOCKED)
    due = next_due(after, now=sight.at, watch_since=watch_since)
    return Decision(after, sight, signal, changed, due - sight.at)


def replay(begun_at: datetime, turns: Iterable[Sequence[Seen]]) -> Standing:
    """Return where a place stands for somebody who knows only these turns, oldest first.

    What a survivor is shown is replayed from her own report on, so that no state, time or order tells her
    that somebody else reported the same place before.
    """
    standing = start(begun_at)
    for turn in turns:
        standing = decide(standing, turn).standing
    return standing


def next_due(standing: Standing, *, now: datetime, watch_since: datetime | None) -> datetime:
    """Return when to look again: the soonest of confirming, trying again and the plan."""
    candidates = [_planned(standing, now, watch_since)]
    if standing.failures:
        candidates.append(now + min(FIRST_RETRY * 2 ** min(standing.failures - 1, 20), LAST_RETRY))
    if standing.state in _UNCONFIRMED:
        firsts = (standing.first_unseen_at, standing.first_gone_at)
        candidates += [first + CONFIRM_AFTER for first in firsts if first is not None]
    if standing.state is not AvailabilityState.GEO_BLOCKED and standing.first_hidden_at is not None:
        candidates += [standing.first_hidden_at + CONFIRM_AFTER, now + LAST_RETRY]
    return min(due for due in candidates if due > now)


def _planned(standing: Standing, now: datetime, watch_since: datetime | None) -> datetime:
    """Return the next planned look: after a notice, and again after a removal or a return, at a falling rate."""
    anchors = [] if watch_since is None else [watch_since]
    if standing.state in _LOOKED_AT_ANEW:
        anchors.append(standing.since)
    if not anchors:
        return now + UNWATCHED
    anchor = max(anchors)
    for step in AFTER_NOTICE:
        if anchor + step > now:
            return anchor + step
    months = (now - anchor) // MONTHLY + 1
    return anchor + MONTHLY * months


def _signal(standing: Standing, sight: Sight) -> Signal:
    """Return what a turn means where the place stands."""
    resolved = standing.state in RESOLVED
    if sight.up_from and resolved:
        return Signal.LIVE_AGAIN  # whoever sees it, it is back; from where it is hidden is for the next turn
    if not resolved and _hidden(standing, sight):
        return Signal.HIDDEN_CONFIRMED
    if sight.verdict in UNSEEN:
        return _unseen(standing, sight)
    if sight.verdict is Verdict.LIVE and standing.removed_before:
        return Signal.LIVE_AGAIN
    return _PLAIN[sight.verdict]


def _unseen(standing: Standing, sight: Sight) -> Signal:
    """Return whether what is shown from nowhere was so an hour ago; gone only where both turns said gone."""
    if sight.verdict in GONE and _an_hour_ago(standing.first_gone_at, sight):
        return Signal.GONE_CONFIRMED if sight.verdict is Verdict.GONE else Signal.CHANNEL_GONE_CONFIRMED
    return Signal.NOT_PUBLIC_CONFIRMED if _an_hour_ago(standing.first_unseen_at, sight) else Signal.GONE


def _an_hour_ago(first: datetime | None, sight: Sight) -> bool:
    return first is not None and sight.at - first >= CONFIRM_AFTER


def _first(
    before: datetime | None, verdicts: Collection[Verdict], sight: Sight, state: AvailabilityState
) -> datetime | None:
    """Return since when a turn shows one of these verdicts; forgotten once the place is seen or hidden."""
    if state not in RESOLVED | _UNCONFIRMED:
        return None
    return sight.at if before is None and sight.verdict in verdicts else before


def _hidden(standing: Standing, sight: Sight) -> bool:
    """Tell whether it is hidden now, and was an hour ago, from the same vantage point.

    What is hidden stays so until a vantage point that it was hidden from sees it.
    """
    if sight.up_from and standing.state is AvailabilityState.GEO_BLOCKED:
        return bool(_not_seen_since(standing, sight))
    first = standing.first_hidden_at
    same = set(standing.hidden_from) & set(sight.hidden_from)
    return first is not None and sight.at - first >= CONFIRM_AFTER and bool(same)


def _not_seen_since(standing: Standing, sight: Sight) -> tuple[str, ...]:
    """Return from where it was hidden and is not seen now either."""
    return tuple(vantage for vantage in standing.hidden_from if vantage not in sight.up_from)


def _follow_hiding(standing: Standing, sight: Sight, *, confirmed: bool) -> Standing:
    """Return the standing with where the place is hidden and since when; an unreadable page says nothing of it."""
    still = _not_seen_since(standing, sight)
    if standing.state in RESOLVED or not (still or sight.hidden_from):
        return replace(standing, first_hidden_at=None, hidden_from=(), up_from=())
    if not still:
        return replace(
            standing, first_hidden_at=sight.at, hidden_from=sight.hidden_from, up_from=sight.up_from
        )
    if confirmed:
        still = tuple(vantage for vantage in still if vantage in sight.hidden_from)
    return replace(standing, hidden_from=still, up_from=sight.up_from or standing.up_from)
