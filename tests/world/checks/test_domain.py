"""Only our own probes decide availability (invariant 4), and the table of moves says how."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from recourse.base.core.errors import IllegalMoveError
from recourse.world.checks import domain
from recourse.world.checks.domain import (
    AFTER_NOTICE,
    RESOLVED,
    TRANSITIONS,
    AvailabilityState,
    Seen,
    Signal,
    Standing,
    Verdict,
    decide,
    next_due,
    replay,
    start,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GONE = (Verdict.GONE, Verdict.CHANNEL_GONE)
S = AvailabilityState


def seen(verdict: Verdict, at: datetime, **more: object) -> Seen:
    control_ok = True if verdict in GONE else None
    return Seen(**{"at": at, "verdict": verdict, "control_ok": control_ok, **more})  # type: ignore[arg-type]


def after(*steps: tuple[Verdict, timedelta], **more: object) -> Standing:
    return replay(T0, [seen(verdict, T0 + offset, **more) for verdict, offset in steps])


def test_gone_twice_an_hour_apart_is_removed() -> None:
    once = after((Verdict.LIVE, timedelta(0)), (Verdict.GONE, HOUR))
    assert once.state is S.SUSPECTED_GONE
    assert (once.last_live_at, once.first_gone_at) == (T0, T0 + HOUR)
    twice = decide(once, seen(Verdict.GONE, T0 + 2 * HOUR))
    assert twice.standing.state is S.REMOVED_AT_SOURCE
    assert (twice.standing.last_live_at, twice.standing.first_gone_at) == (T0, T0 + HOUR)


def test_the_next_look_after_the_first_gone_is_exactly_an_hour_later() -> None:
    for verdict in GONE:
        decision = decide(start(T0), seen(verdict, T0), watch_since=T0)
        assert decision.next_in == HOUR


def test_a_second_short_of_an_hour_confirms_nothing() -> None:
    early = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR - timedelta(seconds=1)))
    assert early.state is S.SUSPECTED_GONE
    decision = decide(early, seen(Verdict.GONE, T0 + HOUR))
    assert decision.standing.state is S.REMOVED_AT_SOURCE


@pytest.mark.parametrize("control", [None, False])
@pytest.mark.parametrize("verdict", GONE)
def test_gone_without_a_live_control_is_unknown(verdict: Verdict, control: bool | None) -> None:
    standing = start(T0)
    for hours in range(5):
        standing = decide(standing, seen(verdict, T0 + hours * HOUR, control_ok=control)).standing
    assert standing.state is S.UNKNOWN
    assert standing.first_gone_at is None


def test_with_two_vantage_points_two_must_agree() -> None:
    first = decide(start(T0), seen(Verdict.GONE, T0, vantage="home", vantages=2)).standing
    same = decide(first, seen(Verdict.GONE, T0 + HOUR, vantage="home", vantages=2))
    assert same.standing.state is S.SUSPECTED_GONE
    assert same.next_in < HOUR, "the other vantage point is asked soon"
    other = decide(same.standing, seen(Verdict.GONE, T0 + 2 * HOUR, vantage="away", vantages=2))
    assert other.standing.state is S.REMOVED_AT_SOURCE


def test_a_channel_that_is_gone_is_said_to_be() -> None:
    standing = after((Verdict.CHANNEL_GONE, timedelta(0)), (Verdict.CHANNEL_GONE, HOUR))
    assert standing.state is S.ACCOUNT_OR_CHANNEL_REMOVED
    assert standing.state in RESOLVED


def test_a_removed_place_that_is_live_again_has_reappeared_and_can_go_again() -> None:
    removed = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR))
    back = decide(removed, seen(Verdict.LIVE, T0 + 48 * HOUR))
    assert back.standing.state is S.REAPPEARED
    assert back.changed
    still = decide(back.standing, seen(Verdict.LIVE, T0 + 49 * HOUR)).standing
    assert still.state is S.REAPPEARED
    going = decide(still, seen(Verdict.GONE, T0 + 50 * HOUR)).standing
    assert going.state is S.SUSPECTED_GONE
    not_yet = decide(going, seen(Verdict.LIVE, T0 + 51 * HOUR)).standing
    assert not_yet.state is S.REAPPEARED, "it had been removed before, whatever came between"
    again = decide(going, seen(Verdict.GONE, T0 + 51 * HOUR)).standing
    assert again.state is S.REMOVED_AT_SOURCE


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.UNREACHABLE])
def test_what_we_cannot_read_neither_removes_nor_brings_back(verdict: Verdict) -> None:
    for steps, state in [
        (((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR)), S.REMOVED_AT_SOURCE),
        (((Verdict.GONE, timedelta(0)),), S.SUSPECTED_GONE),
    ]:
        standing = after(*steps)
        assert decide(standing, seen(verdict, T0 + 3 * HOUR)).standing.state is state
    up = after((Verdict.LIVE, timedelta(0)))
    expected = S.UNKNOWN if verdict is Verdict.UNKNOWN else S.UNREACHABLE
    assert decide(up, seen(verdict, T0 + HOUR)).standing.state is expected


def test_an_unreadable_answer_between_two_gones_does_not_start_the_hour_again() -> None:
    standing = after((Verdict.GONE, timedelta(0)), (Verdict.UNREACHABLE, HOUR), (Verdict.GONE, HOUR * 1.2))
    assert standing.state is S.REMOVED_AT_SOURCE


def test_a_live_answer_between_two_gones_does() -> None:
    standing = after((Verdict.GONE, timedelta(0)), (Verdict.LIVE, HOUR), (Verdict.GONE, 2 * HOUR))
    assert standing.state is S.SUSPECTED_GONE
    assert standing.first_gone_at == T0 + 2 * HOUR


def test_failures_are_tried_again_ever_more_slowly_and_at_least_daily() -> None:
    standing, at, waits = start(T0), T0, []
    for _ in range(14):
        decision = decide(standing, seen(Verdict.UNREACHABLE, at))
        waits.append(decision.next_in)
        standing, at = decision.standing, at + decision.next_in
    assert waits[0] == timedelta(minutes=10)
    assert waits == sorted(waits)
    assert max(waits) == timedelta(hours=24)
    assert decide(standing, seen(Verdict.LIVE, at)).standing.failures == 0


def test_after_a_notice_we_look_at_1_h_24_h_7_d_30_d_and_then_monthly() -> None:
    up, at, looks = after((Verdict.LIVE, -HOUR)), T0, []
    for _ in range(7):
        at = next_due(up, now=at, watch_since=T0)
        looks.append(at - T0)
        up = decide(up, seen(Verdict.LIVE, at), watch_since=T0).standing
    days = timedelta(days=1)
    assert looks == [HOUR, days, 7 * days, 30 * days, 60 * days, 90 * days, 120 * days]


def test_after_a_removal_the_plan_starts_again_so_that_a_return_is_seen_early() -> None:
    late = T0 + timedelta(days=100)
    removed = after((Verdict.GONE, late - HOUR - T0), (Verdict.GONE, late - T0))
    assert next_due(removed, now=late, watch_since=T0) == late + AFTER_NOTICE[0]
    assert next_due(removed, now=late + HOUR, watch_since=T0) == late + AFTER_NOTICE[1]


def test_every_state_can_be_left_only_by_a_probe_and_says_who_acts() -> None:
    assert {state for state, _signal in TRANSITIONS} == set(AvailabilityState)
    source = inspect.getsource(AvailabilityState)
    for state in AvailabilityState:
        line = next(line for line in source.splitlines() if f'"{state.value}"' in line)
        assert "  # " in line, state
    fields = set(Seen.__dataclass_fields__)
    assert fields == {"at", "verdict", "vantage", "control_ok", "vantages"}, "nothing a platform says enters"
    assert set(inspect.signature(decide).parameters) == {"standing", "seen", "watch_since"}


def test_resolved_is_two_states_and_nothing_else() -> None:
    assert {S.REMOVED_AT_SOURCE, S.ACCOUNT_OR_CHANNEL_REMOVED} == RESOLVED
    into = {state for (before, signal), state in TRANSITIONS.items() if before not in RESOLVED}
    confirmed = {
        state
        for (before, signal), state in TRANSITIONS.items()
        if signal in (Signal.GONE_CONFIRMED, Signal.CHANNEL_GONE_CONFIRMED) and before not in RESOLVED
    }
    assert into & RESOLVED == confirmed == RESOLVED
    only_from = {before for (before, signal) in TRANSITIONS if signal is Signal.GONE_CONFIRMED}
    assert only_from == {S.SUSPECTED_GONE, *RESOLVED}


def test_a_move_the_table_has_not_is_an_error() -> None:
    impossible = Standing(S.AVAILABLE, since=T0, first_gone_at=T0 - 2 * HOUR)
    with pytest.raises(IllegalMoveError):
        decide(impossible, seen(Verdict.GONE, T0))


# -- properties over whole histories --------------------------------------------------------------------------

_verdicts = st.sampled_from(list(Verdict))
_gaps = st.integers(0, 3 * 3600).map(lambda seconds: timedelta(seconds=seconds))
_vantages = st.sampled_from(["home", "away"])
_controls = st.sampled_from([True, True, True, False, None])


class AvailabilityMachine(RuleBasedStateMachine):
    """Any order of probes, against what the invariants say about the whole history."""

    @initialize(vantages=st.integers(1, 2), watched=st.booleans())
    def begin(self, vantages: int, watched: bool) -> None:
        self.vantages = vantages
        self.now = T0
        self.watch_since = T0 if watched else None
        self.standing = start(T0)
        self.history: list[Seen] = []
        self.was_removed = False

    @rule(verdict=_verdicts, gap=_gaps, vantage=_vantages, control=_controls)
    def probe(self, verdict: Verdict, gap: timedelta, vantage: str, control: bool | None) -> None:
        self.now += gap
        vantage = vantage if self.vantages > 1 else "home"
        one = Seen(self.now, verdict, vantage, control, self.vantages)
        self.was_removed |= self.standing.state in RESOLVED
        before = self.standing
        decision = decide(before, one, watch_since=self.watch_since)
        self.history.append(one)
        self.standing = decision.standing
        assert decision.changed == (before.state is not self.standing.state)
        assert timedelta(0) < decision.next_in <= timedelta(days=30)

    @precondition(lambda self: self.standing.state is S.SUSPECTED_GONE)
    @rule(verdict=st.sampled_from(GONE))
    def confirm_in_time(self, verdict: Verdict) -> None:
        first = self.standing.first_gone_at
        assert first is not None
        gap = max(first + HOUR - self.now, timedelta(0))
        vantage = "away" if self.standing.first_gone_vantage == "home" and self.vantages > 1 else "home"
        self.probe(verdict, gap, vantage, True)
        assert self.standing.state in RESOLVED

    @invariant()
    def removed_needs_two_gone_an_hour_apart_with_control_and_no_live_between(self) -> None:
        if self.standing.state not in RESOLVED:
            return
        last_live = max((n for n, one in enumerate(self.history) if one.verdict is Verdict.LIVE), default=-1)
        gone = [one for one in self.history[last_live + 1 :] if one.verdict in GONE and one.control_ok]
        assert any(
            later.at - earlier.at >= HOUR and (self.vantages == 1 or later.vantage != earlier.vantage)
            for earlier in gone
            for later in gone
        )

    @invariant()
    def reappeared_means_removed_before_and_live_since(self) -> None:
        if self.standing.state is S.REAPPEARED:
            assert self.was_removed
            assert any(one.verdict is Verdict.LIVE for one in self.history)

    @invariant()
    def never_gone_without_control(self) -> None:
        trusted = [one for one in self.history if one.verdict in GONE and one.control_ok]
        if not trusted:
            assert self.standing.state not in RESOLVED | {S.SUSPECTED_GONE}

    @invariant()
    def available_was_never_removed(self) -> None:
        if self.standing.state is S.AVAILABLE:
            assert not self.was_removed

    @invariant()
    def replaying_the_history_gives_the_same(self) -> None:
        assert replay(T0, self.history) == self.standing

    @invariant()
    def bounds_of_the_removal_are_in_order(self) -> None:
        live, gone = self.standing.last_live_at, self.standing.first_gone_at
        if live is not None and gone is not None:
            assert live <= gone


AvailabilityMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
TestAvailability = AvailabilityMachine.TestCase


@given(st.lists(st.tuples(_verdicts, _gaps, _controls), max_size=20), st.integers(0, 20))
def test_whoever_joins_late_learns_only_from_the_probes_since(
    steps: list[tuple[Verdict, timedelta, bool | None]], joined: int
) -> None:
    """A replay from a moment on is the same whatever was seen before it (DESIGN, section 2)."""
    at, probes = T0, []
    for verdict, gap, control in steps:
        at += gap
        probes.append(Seen(at, verdict, "home", control))
    late = probes[joined:]
    mine = replay(T0, late)
    alone = start(T0)
    for one in late:
        alone = decide(alone, one).standing
    assert mine == alone
    if mine.state in RESOLVED | {S.REAPPEARED}:
        assert sum(one.verdict in GONE for one in late) >= 2


def test_the_room_imports_nothing_that_could_carry_an_answer() -> None:
    imported = [line for line in inspect.getsource(domain).splitlines() if line.startswith("from recourse.")]
    assert imported == [
        "from recourse.base.core.errors import IllegalMoveError",
        "from recourse.base.jobs.domain import Event",
        "from recourse.world.rules.schema import Verdict",
    ]
