"""Only our own probes decide availability (invariant 4), and the table of moves says how."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from recourse.base.core.errors import IllegalMoveError
from recourse.world.checks.domain import (
    AFTER_NOTICE,
    RESOLVED,
    TRANSITIONS,
    UNSEEN,
    AvailabilityState,
    Seen,
    Signal,
    Standing,
    Verdict,
    alarms,
    decide,
    deciding,
    looks,
    next_due,
    replay,
    start,
    states,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GONE = (Verdict.GONE, Verdict.CHANNEL_GONE)
S = AvailabilityState


def seen(verdict: Verdict, at: datetime, **more: object) -> Seen:
    control_ok = True if verdict in UNSEEN else None
    return Seen(**{"at": at, "verdict": verdict, "control_ok": control_ok, **more})  # type: ignore[arg-type]


def after(*steps: tuple[Verdict, timedelta], **more: object) -> Standing:
    return replay(T0, [[seen(verdict, T0 + offset, **more)] for verdict, offset in steps])


def turn(at: datetime, **verdicts: Verdict) -> list[Seen]:
    """One whole turn: what each vantage point saw, each with a living control."""
    return [seen(one, at, vantage=name, vantages=len(verdicts)) for name, one in verdicts.items()]


def test_gone_twice_an_hour_apart_is_removed() -> None:
    once = after((Verdict.LIVE, timedelta(0)), (Verdict.GONE, HOUR))
    assert once.state is S.SUSPECTED_GONE
    assert (once.last_live_at, once.first_gone_at) == (T0, T0 + HOUR)
    twice = decide(once, [seen(Verdict.GONE, T0 + 2 * HOUR)])
    assert twice.standing.state is S.REMOVED_AT_SOURCE
    assert (twice.standing.last_live_at, twice.standing.first_gone_at) == (T0, T0 + HOUR)


def test_the_next_look_after_the_first_gone_is_exactly_an_hour_later() -> None:
    for verdict in GONE:
        decision = decide(start(T0), [seen(verdict, T0)], watch_since=T0)
        assert decision.next_in == HOUR


def test_a_second_short_of_an_hour_confirms_nothing() -> None:
    early = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR - timedelta(seconds=1)))
    assert early.state is S.SUSPECTED_GONE
    decision = decide(early, [seen(Verdict.GONE, T0 + HOUR)])
    assert decision.standing.state is S.REMOVED_AT_SOURCE


@pytest.mark.parametrize("control", [None, False])
@pytest.mark.parametrize("verdict", sorted(UNSEEN))
def test_gone_without_a_live_control_is_unknown(verdict: Verdict, control: bool | None) -> None:
    standing = start(T0)
    for hours in range(5):
        standing = decide(standing, [seen(verdict, T0 + hours * HOUR, control_ok=control)]).standing
    assert standing.state is S.UNKNOWN
    assert (standing.first_gone_at, standing.first_unseen_at) == (None, None)


def test_what_cannot_be_told_from_hidden_is_never_called_removed() -> None:
    once = after((Verdict.LIVE, timedelta(0)), (Verdict.NOT_PUBLIC, HOUR))
    assert once.state is S.SUSPECTED_GONE
    assert (once.first_unseen_at, once.first_gone_at) == (T0 + HOUR, None)
    assert next_due(once, now=T0 + HOUR, watch_since=None) == T0 + 2 * HOUR
    standing = once
    for hours in range(2, 8):
        standing = decide(standing, [seen(Verdict.NOT_PUBLIC, T0 + hours * HOUR)]).standing
        assert standing.state is S.NOT_PUBLIC
    assert standing.state not in RESOLVED
    assert (standing.last_live_at, standing.first_unseen_at) == (T0, T0 + HOUR)
    unread = decide(standing, [seen(Verdict.UNKNOWN, T0 + 9 * HOUR)]).standing
    assert unread.state is S.NOT_PUBLIC
    shown = decide(unread, [seen(Verdict.LIVE, T0 + 10 * HOUR)]).standing
    assert (shown.state, shown.first_unseen_at) == (S.AVAILABLE, None), "it was never said to be removed"


def test_what_is_not_public_is_removed_only_once_two_looks_can_tell() -> None:
    hidden = after((Verdict.NOT_PUBLIC, timedelta(0)), (Verdict.NOT_PUBLIC, HOUR))
    once = decide(hidden, [seen(Verdict.GONE, T0 + 9 * HOUR)])
    assert once.standing.state is S.NOT_PUBLIC, "one look that can tell, and nothing confirms it"
    assert once.next_in == HOUR
    twice = decide(once.standing, [seen(Verdict.GONE, T0 + 10 * HOUR)]).standing
    assert twice.state is S.REMOVED_AT_SOURCE
    assert twice.first_gone_at == T0 + 9 * HOUR


def test_gone_here_and_not_public_there_is_not_public() -> None:
    both = {"home": Verdict.GONE, "abroad": Verdict.NOT_PUBLIC}
    assert replay(T0, [turn(T0, **both), turn(T0 + HOUR, **both)]).state is S.NOT_PUBLIC
    hidden = {"home": Verdict.NOT_PUBLIC, "abroad": Verdict.LIVE}
    assert replay(T0, [turn(T0, **hidden), turn(T0 + HOUR, **hidden)]).state is S.GEO_BLOCKED


def test_with_two_vantage_points_a_turn_is_gone_only_where_both_say_so() -> None:
    first = replay(T0, [turn(T0, home=Verdict.GONE, abroad=Verdict.GONE)])
    assert first.state is S.SUSPECTED_GONE
    one_silent = decide(first, turn(T0 + HOUR, home=Verdict.GONE, abroad=Verdict.UNREACHABLE))
    assert one_silent.standing.state is S.SUSPECTED_GONE
    assert one_silent.next_in < HOUR, "the one that was silent is asked again soon"
    half = [seen(Verdict.GONE, T0 + HOUR, vantage="home", vantages=2)]
    assert decide(first, half).standing.state is S.SUSPECTED_GONE, (
        "a turn without a vantage point is not whole"
    )
    both = decide(one_silent.standing, turn(T0 + 2 * HOUR, home=Verdict.GONE, abroad=Verdict.GONE))
    assert both.standing.state is S.REMOVED_AT_SOURCE


def test_gone_here_and_up_there_twice_an_hour_apart_is_hidden_and_not_gone() -> None:
    hidden = {"home": Verdict.GONE, "abroad": Verdict.LIVE}
    up = replay(T0, [turn(T0, home=Verdict.LIVE, abroad=Verdict.LIVE)])
    once = decide(up, turn(T0 + HOUR, **hidden))
    assert once.standing.state is S.AVAILABLE, "one vantage point that errs once says nothing"
    assert once.next_in == HOUR
    twice = decide(once.standing, turn(T0 + 2 * HOUR, **hidden)).standing
    assert twice.state is S.GEO_BLOCKED
    assert twice.state not in RESOLVED
    assert (twice.hidden_from, twice.up_from) == (("home",), ("abroad",))
    assert twice.last_live_at == T0 + 2 * HOUR
    unread = decide(twice, turn(T0 + 3 * HOUR, home=Verdict.UNKNOWN, abroad=Verdict.UNREACHABLE)).standing
    assert (unread.state, unread.hidden_from) == (S.GEO_BLOCKED, ("home",))
    shown = decide(unread, turn(T0 + 4 * HOUR, home=Verdict.LIVE, abroad=Verdict.LIVE)).standing
    assert (shown.state, shown.hidden_from) == (S.AVAILABLE, ())


def test_hidden_first_from_one_and_then_from_the_other_confirms_nothing() -> None:
    standing = replay(T0, [turn(T0, home=Verdict.GONE, abroad=Verdict.LIVE)])
    other = decide(standing, turn(T0 + HOUR, home=Verdict.LIVE, abroad=Verdict.GONE)).standing
    assert other.state is S.AVAILABLE
    assert other.first_hidden_at == T0 + HOUR


def test_hidden_then_gone_from_everywhere_takes_two_whole_turns_more() -> None:
    hidden = {"home": Verdict.GONE, "abroad": Verdict.LIVE}
    gone = {"home": Verdict.GONE, "abroad": Verdict.GONE}
    standing = replay(T0, [turn(T0, **hidden), turn(T0 + HOUR, **hidden), turn(T0 + 2 * HOUR, **gone)])
    assert standing.state is S.SUSPECTED_GONE
    removed = decide(standing, turn(T0 + 3 * HOUR, **gone)).standing
    assert removed.state is S.REMOVED_AT_SOURCE
    back = decide(removed, turn(T0 + 4 * HOUR, **hidden)).standing
    assert back.state is S.REAPPEARED, "seen from anywhere it is back, and the case opens again"
    assert decide(back, turn(T0 + 5 * HOUR, **hidden)).standing.state is S.GEO_BLOCKED


@pytest.mark.parametrize("abroad", [Verdict.WITHHELD, Verdict.GONE, Verdict.UNREACHABLE])
def test_withheld_is_never_gone_even_where_nobody_sees_it_up(abroad: Verdict) -> None:
    looks = {"home": Verdict.WITHHELD, "abroad": abroad}
    standing = replay(T0, [turn(T0, home=Verdict.LIVE, abroad=Verdict.LIVE)])
    for hours in range(1, 6):
        standing = decide(standing, turn(T0 + hours * HOUR, **looks)).standing
        assert standing.state is (S.UNKNOWN if hours == 1 else S.GEO_BLOCKED)
    assert "home" in standing.hidden_from
    assert standing.up_from == ()


def test_one_vantage_point_alone_can_tell_what_is_withheld_by_its_own_words() -> None:
    standing = after((Verdict.WITHHELD, timedelta(0)), (Verdict.WITHHELD, HOUR))
    assert standing.state is S.GEO_BLOCKED
    removed = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR), (Verdict.WITHHELD, 2 * HOUR))
    assert removed.state is S.REMOVED_AT_SOURCE, "a removed place stays so until it is seen"


def test_restricted_is_up_and_brings_back_what_was_removed() -> None:
    assert after((Verdict.RESTRICTED, timedelta(0))).state is S.RESTRICTED
    removed = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR))
    assert decide(removed, turn(T0 + 2 * HOUR, home=Verdict.RESTRICTED)).standing.state is S.REAPPEARED
    account = after((Verdict.CHANNEL_GONE, timedelta(0)), (Verdict.CHANNEL_GONE, HOUR))
    assert decide(account, turn(T0 + 2 * HOUR, home=Verdict.LIVE)).standing.state is S.REAPPEARED


def test_a_channel_that_is_gone_is_said_to_be() -> None:
    standing = after((Verdict.CHANNEL_GONE, timedelta(0)), (Verdict.CHANNEL_GONE, HOUR))
    assert standing.state is S.ACCOUNT_OR_CHANNEL_REMOVED
    assert standing.state in RESOLVED


def test_a_removed_place_that_is_live_again_has_reappeared_and_can_go_again() -> None:
    removed = after((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR))
    back = decide(removed, [seen(Verdict.LIVE, T0 + 48 * HOUR)])
    assert back.standing.state is S.REAPPEARED
    assert back.changed
    still = decide(back.standing, [seen(Verdict.LIVE, T0 + 49 * HOUR)]).standing
    assert still.state is S.REAPPEARED
    going = decide(still, [seen(Verdict.GONE, T0 + 50 * HOUR)]).standing
    assert going.state is S.SUSPECTED_GONE
    not_yet = decide(going, [seen(Verdict.LIVE, T0 + 51 * HOUR)]).standing
    assert not_yet.state is S.REAPPEARED, "it had been removed before, whatever came between"
    again = decide(going, [seen(Verdict.GONE, T0 + 51 * HOUR)]).standing
    assert again.state is S.REMOVED_AT_SOURCE


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.UNREACHABLE])
def test_what_we_cannot_read_neither_removes_nor_brings_back(verdict: Verdict) -> None:
    for steps, state in [
        (((Verdict.GONE, timedelta(0)), (Verdict.GONE, HOUR)), S.REMOVED_AT_SOURCE),
        (((Verdict.GONE, timedelta(0)),), S.SUSPECTED_GONE),
    ]:
        standing = after(*steps)
        assert decide(standing, [seen(verdict, T0 + 3 * HOUR)]).standing.state is state
    up = after((Verdict.LIVE, timedelta(0)))
    expected = S.UNKNOWN if verdict is Verdict.UNKNOWN else S.UNREACHABLE
    assert decide(up, [seen(verdict, T0 + HOUR)]).standing.state is expected


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
        decision = decide(standing, [seen(Verdict.UNREACHABLE, at)])
        waits.append(decision.next_in)
        standing, at = decision.standing, at + decision.next_in
    assert waits[0] == timedelta(minutes=10)
    assert waits == sorted(waits)
    assert max(waits) == timedelta(hours=24)
    assert decide(standing, [seen(Verdict.LIVE, at)]).standing.failures == 0


def test_after_a_notice_we_look_at_1_h_24_h_7_d_30_d_and_then_monthly() -> None:
    up, at, looks = after((Verdict.LIVE, -HOUR)), T0, []
    for _ in range(7):
        at = next_due(up, now=at, watch_since=T0)
        looks.append(at - T0)
        up = decide(up, [seen(Verdict.LIVE, at)], watch_since=T0).standing
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
    assert set(inspect.signature(decide).parameters) == {"standing", "turn", "watch_since"}


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
    assert only_from == {S.SUSPECTED_GONE, S.NOT_PUBLIC, *RESOLVED}


def test_a_move_the_table_has_not_is_an_error() -> None:
    impossible = Standing(S.AVAILABLE, since=T0, first_gone_at=T0 - 2 * HOUR)
    with pytest.raises(IllegalMoveError):
        decide(impossible, [seen(Verdict.GONE, T0)])


# -- properties over whole histories --------------------------------------------------------------------------

_verdicts = st.sampled_from(list(Verdict))
_gaps = st.integers(0, 3 * 3600).map(lambda seconds: timedelta(seconds=seconds))
_controls = st.sampled_from([True, True, True, False, None])
_look = st.tuples(_verdicts, _controls)
_UP = (Verdict.LIVE, Verdict.RESTRICTED)


class AvailabilityMachine(RuleBasedStateMachine):
    """Any order of turns from one vantage point or two, against what the invariants say about the whole history."""

    @initialize(vantages=st.integers(1, 2), watched=st.booleans())
    def begin(self, vantages: int, watched: bool) -> None:
        self.names = ["home", "abroad"][:vantages]
        self.now = T0
        self.watch_since = T0 if watched else None
        self.standing = start(T0)
        self.history: list[list[Seen]] = []
        self.was_removed = False

    @rule(looks=st.tuples(_look, _look), gap=_gaps, whole=st.sampled_from([True, True, True, False]))
    def look(self, looks: tuple[tuple[Verdict, bool | None], ...], gap: timedelta, whole: bool) -> None:
        names = self.names if whole else self.names[:1]
        shown = zip(names, looks, strict=False)
        self._turn(gap, [Seen(self.now + gap, one, name, ok, len(self.names)) for name, (one, ok) in shown])

    def _turn(self, gap: timedelta, looks: list[Seen]) -> None:
        self.now += gap
        self.was_removed |= self.standing.state in RESOLVED
        before = self.standing
        decision = decide(before, looks, watch_since=self.watch_since)
        self.history.append(looks)
        self.standing = decision.standing
        assert decision.changed == (before.state is not self.standing.state)
        assert timedelta(0) < decision.next_in <= timedelta(days=30)

    @precondition(lambda self: self.standing.state is S.SUSPECTED_GONE)
    @rule(verdict=st.sampled_from(sorted(UNSEEN)))
    def confirm_in_time(self, verdict: Verdict) -> None:
        tells = verdict in GONE and self.standing.first_gone_at is not None
        first = self.standing.first_gone_at if tells else self.standing.first_unseen_at
        assert first is not None
        gap = max(first + HOUR - self.now, timedelta(0))
        self._turn(gap, turn(self.now + gap, **dict.fromkeys(self.names, verdict)))
        assert self.standing.state in (RESOLVED if tells else {S.NOT_PUBLIC})

    @precondition(lambda self: len(self.names) > 1 and self.standing.state not in RESOLVED)
    @rule(gap=_gaps)
    def hide_at_home_for_an_hour(self, gap: timedelta) -> None:
        for wait in (gap, HOUR):
            self._turn(wait, turn(self.now + wait, home=Verdict.GONE, abroad=Verdict.LIVE))
        assert self.standing.state is S.GEO_BLOCKED

    def _turns_of(self, verdicts: Collection[Verdict]) -> list[list[Seen]]:
        """Whole turns in which every vantage point saw one of these beside a living control, since it was seen last."""
        last_up = max(
            (n for n, looks in enumerate(self.history) if any(one.verdict in _UP for one in looks)),
            default=-1,
        )
        return [
            looks
            for looks in self.history[last_up + 1 :]
            if len(looks) == len(self.names)
            and all(one.verdict in verdicts and one.control_ok for one in looks)
        ]

    @invariant()
    def removed_needs_two_whole_gone_turns_an_hour_apart_and_nobody_who_saw_it_between(self) -> None:
        if self.standing.state in RESOLVED | {S.NOT_PUBLIC}:
            found = self._turns_of(GONE if self.standing.state in RESOLVED else UNSEEN)
            assert len(found) >= 2
            assert found[-1][0].at - found[0][0].at >= HOUR

    @invariant()
    def suspected_needs_one(self) -> None:
        if self.standing.state is S.SUSPECTED_GONE:
            assert self._turns_of(UNSEEN)

    @invariant()
    def hidden_is_not_gone_and_was_hidden_from_the_same_place_an_hour_before(self) -> None:
        if self.standing.state is not S.GEO_BLOCKED:
            return
        assert self.standing.state not in RESOLVED
        hidden = [*UNSEEN, Verdict.WITHHELD]
        for name in self.standing.hidden_from:
            times = [
                one.at
                for looks in self.history
                for one in looks
                if one.vantage == name and one.trusted() in hidden
            ]
            assert max(times) - min(times) >= HOUR

    @invariant()
    def reappeared_means_removed_before_and_seen_since(self) -> None:
        if self.standing.state is S.REAPPEARED:
            assert self.was_removed
            assert any(one.verdict in _UP for looks in self.history for one in looks)

    @invariant()
    def available_was_never_removed(self) -> None:
        if self.standing.state is S.AVAILABLE:
            assert not self.was_removed

    @invariant()
    def replaying_the_history_gives_the_same_in_any_order_of_the_looks_of_a_turn(self) -> None:
        assert replay(T0, [looks[::-1] for looks in self.history]) == self.standing

    @invariant()
    def bounds_of_the_removal_are_in_order(self) -> None:
        live, gone = self.standing.last_live_at, self.standing.first_gone_at
        if live is not None and gone is not None:
            assert live <= gone


AvailabilityMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
TestAvailability = AvailabilityMachine.TestCase


@given(st.lists(st.tuples(_look, _look, _gaps), max_size=20), st.integers(0, 20))
def test_whoever_joins_late_learns_only_from_the_turns_since(
    steps: list[tuple[tuple[Verdict, bool | None], tuple[Verdict, bool | None], timedelta]], joined: int
) -> None:
    """A replay from a moment on is the same whatever was seen before it (DESIGN, section 2)."""
    at, turns = T0, []
    for here, there, gap in steps:
        at += gap
        turns.append([Seen(at, here[0], "home", here[1], 2), Seen(at, there[0], "abroad", there[1], 2)])
    late = turns[joined:]
    mine = replay(T0, late)
    alone = start(T0)
    for one in late:
        alone = decide(alone, one).standing
    assert mine == alone
    if mine.state in RESOLVED | {S.REAPPEARED}:
        assert sum(all(one.verdict in GONE for one in looks) for looks in late) >= 2


def test_the_room_imports_nothing_that_could_carry_an_answer() -> None:
    for part in (deciding, looks, states, alarms):
        imported = [
            line for line in inspect.getsource(part).splitlines() if line.startswith("from recourse.")
        ]
        allowed = ("recourse.world.checks.domain.", "recourse.world.rules.", "recourse.base.core.errors ")
        assert all(line.removeprefix("from ").startswith(allowed) for line in imported), part
