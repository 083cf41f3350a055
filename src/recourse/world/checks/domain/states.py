"""Where a place can stand, what a turn of looks can mean there, and the table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class AvailabilityState(StrEnum):
    """Where a place stands. The comment says who must act next."""

    NOT_CHECKED = "not_checked"  # our worker: the first turn of looks
    AVAILABLE = "available"  # officer and recipient: it is up; our worker looks again as planned
    SUSPECTED_GONE = "suspected_gone"  # our worker: the second turn, an hour after the first
    REMOVED_AT_SOURCE = "removed_at_source"  # nobody; our worker keeps looking at a falling rate
    ACCOUNT_OR_CHANNEL_REMOVED = "account_or_channel_removed"  # nobody; our worker keeps looking
    NOT_PUBLIC = (
        "not_public"  # officer: removed or only hidden, no look of ours can tell; never counts as removed
    )
    DEINDEXED = "deindexed"  # officer: the place itself is still up
    GEO_BLOCKED = "geo_blocked"  # officer: hidden from one vantage point, up elsewhere; never counts as gone
    ISP_BLOCKED = "isp_blocked"  # officer: still up elsewhere
    RESTRICTED = "restricted"  # officer: hidden from some, still up
    UNREACHABLE = "unreachable"  # our worker: try again, then a person
    UNKNOWN = "unknown"  # a person: the page cannot be read, or the rule is old
    REAPPEARED = "reappeared"  # officer: ask again; the case is open again


RESOLVED = frozenset({AvailabilityState.REMOVED_AT_SOURCE, AvailabilityState.ACCOUNT_OR_CHANNEL_REMOVED})
OUT_OF_SIGHT = RESOLVED | {AvailabilityState.NOT_PUBLIC}  # the public sees nothing of it, removed or not
_S = AvailabilityState


class Signal(StrEnum):
    """What a turn of looks means where the place stands now."""

    LIVE = "live"
    LIVE_AGAIN = "live_again"  # live, and it had been removed before
    RESTRICTED = "restricted"  # there, and hidden from some people
    HIDDEN_CONFIRMED = "hidden_confirmed"  # hidden from a vantage point, and from the same one an hour before
    GONE = "gone"  # not shown from anywhere; nothing confirms it yet
    GONE_CONFIRMED = "gone_confirmed"  # not there, and not there at least an hour before
    CHANNEL_GONE_CONFIRMED = "channel_gone_confirmed"
    NOT_PUBLIC_CONFIRMED = (
        "not_public_confirmed"  # not shown twice, an hour apart; removed or hidden is not told
    )
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


# Rows: where the place stands. Columns: what the turn means there. `None` cannot happen: two turns that agree
# are counted from `suspected_gone`. A removed place stays removed until it is seen live, and whatever is
# suspected, not public, hidden, restricted or back keeps its state through unreadable answers: a page that we
# cannot read proves nothing.
_COLUMNS = tuple(Signal)
_NOT, _UP, _SUS = _S.NOT_CHECKED, _S.AVAILABLE, _S.SUSPECTED_GONE
_REM, _ACC, _PUB = _S.REMOVED_AT_SOURCE, _S.ACCOUNT_OR_CHANNEL_REMOVED, _S.NOT_PUBLIC
_GEO, _RES = _S.GEO_BLOCKED, _S.RESTRICTED
_UNK, _NET, _BACK = _S.UNKNOWN, _S.UNREACHABLE, _S.REAPPEARED
_GRID: Mapping[AvailabilityState, tuple[AvailabilityState | None, ...]] = {
    #                live  again  restr. hidden gone  gone2 channel2 public2 unknown unreachable
    _NOT:           (_UP,  _BACK, _RES,  None,  _SUS, None, None,    None,   _UNK,   _NET),
    _UP:            (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _UNK,   _NET),
    _SUS:           (_UP,  _BACK, _RES,  _GEO,  _SUS, _REM, _ACC,    _PUB,   _SUS,   _SUS),
    _REM:           (None, _BACK, None,  None,  _REM, _REM, _REM,    _REM,   _REM,   _REM),
    _ACC:           (None, _BACK, None,  None,  _ACC, _ACC, _ACC,    _ACC,   _ACC,   _ACC),
    _PUB:           (_UP,  _BACK, _RES,  _GEO,  None, _REM, _ACC,    _PUB,   _PUB,   _PUB),
    _S.DEINDEXED:   (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _UNK,   _NET),
    _GEO:           (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _GEO,   _GEO),
    _S.ISP_BLOCKED: (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _UNK,   _NET),
    _RES:           (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _RES,   _RES),
    _NET:           (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _UNK,   _NET),
    _UNK:           (_UP,  _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _UNK,   _NET),
    _BACK:          (None, _BACK, _RES,  _GEO,  _SUS, None, None,    None,   _BACK,  _BACK),
}  # fmt: skip
TRANSITIONS: Mapping[tuple[AvailabilityState, Signal], AvailabilityState] = {
    (state, signal): after
    for state, row in _GRID.items()
    for signal, after in zip(_COLUMNS, row, strict=True)
    if after is not None
}
