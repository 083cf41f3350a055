"""How our own probes decide whether a place is up. Pure: no clock, no database, no network.

Only probes enter here; nothing that a platform says does (DESIGN, invariant 4). `decide` takes where a place
stands and one probe and returns where it stands now and when to look again; folding it over the probes since
a moment gives what somebody may know who knows only those probes (`replay`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from recourse.base.core.errors import IllegalMoveError
from recourse.base.jobs.domain import Event
from recourse.world.rules.schema import Verdict

__all__ = [
    "RESOLVED",
    "TRANSITIONS",
    "AvailabilityChanged",
    "AvailabilityState",
    "Decision",
    "Look",
    "ProbeRecorded",
    "Seen",
    "Signal",
    "Standing",
    "Verdict",
    "decide",
    "next_due",
    "replay",
    "start",
]

CONFIRM_AFTER = timedelta(hours=1)
CONTROL_WINDOW = timedelta(minutes=10)
AFTER_NOTICE = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7), timedelta(days=30))
MONTHLY = timedelta(days=30)
UNWATCHED = timedelta(days=7)
FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(hours=24)


class AvailabilityState(StrEnum):
    """Where a place stands. The comment says who must act next."""

    NOT_CHECKED = "not_checked"  # our worker: the first probe
    AVAILABLE = "available"  # officer and recipient: it is up; our worker looks again as planned
    SUSPECTED_GONE = "suspected_gone"  # our worker: the second probe, an hour after the first
    REMOVED_AT_SOURCE = "removed_at_source"  # nobody; our worker keeps looking at a falling rate
    ACCOUNT_OR_CHANNEL_REMOVED = "account_or_channel_removed"  # nobody; our worker keeps looking
    DEINDEXED = "deindexed"  # officer: the place itself is still up
    GEO_BLOCKED = "geo_blocked"  # officer: still up elsewhere
    ISP_BLOCKED = "isp_blocked"  # officer: still up elsewhere
    RESTRICTED = "restricted"  # officer: hidden from some, still up
    UNREACHABLE = "unreachable"  # our worker: try again, then a person
    UNKNOWN = "unknown"  # a person: the page cannot be read, or the rule is old
    REAPPEARED = "reappeared"  # officer: ask again; the case is open again


RESOLVED = frozenset({AvailabilityState.REMOVED_AT_SOURCE, AvailabilityState.ACCOUNT_OR_CHANNEL_REMOVED})
_S = AvailabilityState


class Signal(StrEnum):
    """What a probe means where the place stands now."""

    LIVE = "live"
    LIVE_AGAIN = "live_again"  # live, and it had been removed before
    GONE = "gone"  # not there; nothing confirms it yet
    GONE_CONFIRMED = "gone_confirmed"  # not there, and not there at least an hour before
    CHANNEL_GONE_CONFIRMED = "channel_gone_confirmed"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


# Rows: where the place stands. Columns: what the probe means there. `...` cannot happen: two probes that agree
# are counted from `suspected_gone`. A removed place stays removed until it is seen live, and a reappeared or
# suspected one keeps its state through unreadable answers: a page that we cannot read proves nothing.
_COLUMNS = tuple(Signal)
_NOT, _UP, _SUS = _S.NOT_CHECKED, _S.AVAILABLE, _S.SUSPECTED_GONE
_REM, _ACC = _S.REMOVED_AT_SOURCE, _S.ACCOUNT_OR_CHANNEL_REMOVED
_UNK, _NET, _BACK = _S.UNKNOWN, _S.UNREACHABLE, _S.REAPPEARED
_GRID: Mapping[AvailabilityState, tuple[AvailabilityState | None, ...]] = {
    #                live  live_again  gone  gone_confirmed  channel_gone_confirmed  unknown  unreachable
    _NOT:           (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _UP:            (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _SUS:           (_UP,  _BACK,      _SUS, _REM,           _ACC,                   _SUS,    _SUS),
    _REM:           (None, _BACK,      _REM, _REM,           _REM,                   _REM,    _REM),
    _ACC:           (None, _BACK,      _ACC, _ACC,           _ACC,                   _ACC,    _ACC),
    _S.DEINDEXED:   (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _S.GEO_BLOCKED: (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _S.ISP_BLOCKED: (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _S.RESTRICTED:  (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _NET:           (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _UNK:           (_UP,  _BACK,      _SUS, None,           None,                   _UNK,    _NET),
    _BACK:          (None, _BACK,      _SUS, None,           None,                   _BACK,   _BACK),
}  # fmt: skip
TRANSITIONS: Mapping[tuple[AvailabilityState, Signal], AvailabilityState] = {
    (state, signal): after
    for state, row in _GRID.items()
    for signal, after in zip(_COLUMNS, row, strict=True)
    if after is not None
}


@dataclass(frozen=True)
class AvailabilityChanged(Event):
    """A place moved from one availability to another."""

    place_id: UUID
    before: str
    after: str
    at: datetime


@dataclass(frozen=True)
class ProbeRecorded(Event):
    """We looked at a place."""

    place_id: UUID
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a place showed. `marker` is a code: the rule's own, or why nothing could be read."""

    verdict: Verdict
    marker: str
    status: int | None = None
    body_digest: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One probe. `control_ok` is None where no control was needed: a live place proves itself."""

    at: datetime
    verdict: Verdict
    vantage: str = "home"
    control_ok: bool | None = None
    vantages: int = 1  # how many vantage points there were; with two or more, two must agree

    def trusted(self) -> Verdict:
        """Return the verdict, where "gone" counts only beside a control that was seen live."""
        if self.verdict in (Verdict.GONE, Verdict.CHANNEL_GONE) and self.control_ok is not True:
            return Verdict.UNKNOWN
        return self.verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a place stands, with what the next decision needs to know of the probes before it.

    The place went between `last_live_at` and `first_gone_at`; both are published as bounds.
    """

    state: AvailabilityState
    since: datetime
    first_gone_at: datetime | None = None
    first_gone_vantage: str = ""
    last_live_at: datetime | None = None
    removed_before: bool = False
    failures: int = 0
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a probe changed: where the place stands now, and when to look again at the latest."""

    standing: Standing
    signal: Signal
    changed: bool
    next_in: timedelta


def start(at: datetime) -> Standing:
    """Return the standing of a place that nobody looked at yet."""
    return Standing(AvailabilityState.NOT_CHECKED, since=at)


def decide(standing: Standing, seen: Seen, *, watch_since: datetime | None = None) -> Decision:
    """Return what one probe makes of a place.

    Args:
        standing: where it stood before the probe.
        seen: the probe.
        watch_since: when a notice about it was handed over, if one was.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    signal = _signal(standing, seen)
    state = TRANSITIONS.get((standing.state, signal))
    if state is None:
        raise IllegalMoveError(f"{standing.state} has no {signal}")
    changed = state is not standing.state
    live = signal in (Signal.LIVE, Signal.LIVE_AGAIN)
    unread = signal in (Signal.UNKNOWN, Signal.UNREACHABLE)
    after = replace(
        standing,
        state=state,
        since=seen.at if changed else standing.since,
        last_live_at=seen.at if live else standing.last_live_at,
        removed_before=standing.removed_before or state in RESOLVED,
        failures=standing.failures + 1 if unread else 0,
        checked_at=seen.at,
    )
    if live:
        after = replace(after, first_gone_at=None, first_gone_vantage="")
    elif not unread and after.first_gone_at is None:
        after = replace(after, first_gone_at=seen.at, first_gone_vantage=seen.vantage)
    due = next_due(after, now=seen.at, watch_since=watch_since)
    return Decision(after, signal, changed, due - seen.at)


def replay(begun_at: datetime, probes: Iterable[Seen]) -> Standing:
    """Return where a place stands for somebody who knows only these probes, oldest first.

    What a survivor is shown is replayed from her own report on, so that no state, time or order tells her
    that somebody else reported the same place before.
    """
    standing = start(begun_at)
    for seen in probes:
        standing = decide(standing, seen).standing
    return standing


def next_due(standing: Standing, *, now: datetime, watch_since: datetime | None) -> datetime:
    """Return when to look again: the soonest of confirming, trying again and the plan."""
    candidates = [_planned(standing, now, watch_since)]
    if standing.failures:
        candidates.append(now + min(FIRST_RETRY * 2 ** min(standing.failures - 1, 20), LAST_RETRY))
    if standing.state is AvailabilityState.SUSPECTED_GONE and standing.first_gone_at is not None:
        confirm_at = standing.first_gone_at + CONFIRM_AFTER
        if confirm_at > now:
            candidates.append(confirm_at)
        elif not standing.failures:
            candidates.append(now + FIRST_RETRY)  # the other vantage point has not been asked yet
    return min(candidates)


def _planned(standing: Standing, now: datetime, watch_since: datetime | None) -> datetime:
    """Return the next planned look: after a notice, and again after a removal or a return, at a falling rate."""
    anchors = [] if watch_since is None else [watch_since]
    if standing.state in RESOLVED or standing.state is AvailabilityState.REAPPEARED:
        anchors.append(standing.since)
    if not anchors:
        return now + UNWATCHED
    anchor = max(anchors)
    for step in AFTER_NOTICE:
        if anchor + step > now:
            return anchor + step
    months = (now - anchor) // MONTHLY + 1
    return anchor + MONTHLY * months


def _signal(standing: Standing, seen: Seen) -> Signal:
    """Return what a probe means where the place stands."""
    verdict = seen.trusted()
    if verdict is Verdict.LIVE:
        return Signal.LIVE_AGAIN if standing.removed_before else Signal.LIVE
    if verdict is Verdict.UNKNOWN:
        return Signal.UNKNOWN
    if verdict is Verdict.UNREACHABLE:
        return Signal.UNREACHABLE
    first = standing.first_gone_at
    agrees = seen.vantages == 1 or seen.vantage != standing.first_gone_vantage
    if first is None or seen.at - first < CONFIRM_AFTER or not agrees:
        return Signal.GONE
    return Signal.GONE_CONFIRMED if verdict is Verdict.GONE else Signal.CHANNEL_GONE_CONFIRMED
