"""The table of a case, the table of retention, and what is done to typed words."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from recourse.base.core.errors import IllegalMoveError
from recourse.work.cases.domain import (
    ASSESS_WITHIN,
    MOVES,
    RETENTION,
    AgeBand,
    CaseState,
    FieldTooLongError,
    ForWhom,
    NextStep,
    Retention,
    after_availability,
    bounded_text,
    check_move,
    clean_text,
    gives_mandate,
    is_minor_path,
    next_step,
    retain_until,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STATES = st.sampled_from(CaseState)


class TableMachine(RuleBasedStateMachine):
    """Whatever people and checks do, a case follows its table, and erased is for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CaseState.OPEN
        self.erased = False

    @rule(to=STATES)
    def move(self, to: CaseState) -> None:
        if to in MOVES[self.state]:
            check_move(self.state, to)
            self.state = to
        else:
            with pytest.raises(IllegalMoveError):
                check_move(self.state, to)
        self.erased = self.erased or self.state is CaseState.ERASED

    @rule(all_resolved=st.booleans(), came_back=st.booleans())
    def see(self, all_resolved: bool, came_back: bool) -> None:
        after = after_availability(self.state, all_resolved=all_resolved, came_back=came_back)
        if after is not None:
            check_move(self.state, after)
            self.state = after

    @invariant()
    def erased_is_for_ever(self) -> None:
        assert not self.erased or self.state is CaseState.ERASED

    @invariant()
    def every_state_but_erased_can_be_erased(self) -> None:
        assert (CaseState.ERASED in MOVES[self.state]) is (self.state is not CaseState.ERASED)

    @invariant()
    def only_people_thaw(self) -> None:
        for resolved, back in ((True, True), (True, False), (False, True), (False, False)):
            assert after_availability(CaseState.FROZEN, all_resolved=resolved, came_back=back) is None


TestTable = TableMachine.TestCase


def test_every_state_has_its_row() -> None:
    assert set(MOVES) == set(CaseState)
    assert all(state not in after for state, after in MOVES.items())


def test_a_place_that_comes_back_reopens_watching_and_closed() -> None:
    for state in (CaseState.WATCHING, CaseState.CLOSED):
        assert after_availability(state, all_resolved=False, came_back=True) is CaseState.OPEN


@pytest.mark.parametrize("band", [AgeBand.MINOR, AgeBand.UNKNOWN, "", "unheard of"])
def test_invariant_12_all_but_adults_are_the_minor_path(band: str) -> None:
    assert is_minor_path(band)


def test_invariant_12_an_adult_is_not() -> None:
    assert not is_minor_path(AgeBand.ADULT)


def test_only_reporting_for_a_stranger_gives_no_mandate() -> None:
    assert {who for who in ForWhom if not gives_mandate(who)} == {ForWhom.SOMEONE_ELSE}


@given(state=STATES, undecided=st.none() | st.integers(0, 1000), assessed=st.booleans())
def test_next_step_is_due_within_the_promise_or_waits(
    state: CaseState, undecided: int | None, assessed: bool
) -> None:
    since = None if undecided is None else START + timedelta(hours=undecided)
    step, due = next_step(state, undecided_since=since, ever_assessed=assessed, opened_at=START)
    if step is NextStep.WAIT:
        assert due is None
        assert state not in {CaseState.OPEN, CaseState.WATCHING} or (since is None and assessed)
    else:
        assert due == (since or START) + ASSESS_WITHIN


@given(state=STATES, hold=st.booleans(), since=st.integers(0, 900), active=st.integers(0, 900))
def test_invariant_16_every_case_has_a_retention_date_unless_held_or_erased(
    state: CaseState, hold: bool, since: int, active: int
) -> None:
    state_since, last = START + timedelta(days=since), START + timedelta(days=active)
    until = retain_until(state=state, state_since=state_since, last_activity_at=last, legal_hold=hold)
    if hold or state is CaseState.ERASED:
        assert until is None
    elif state is CaseState.CLOSED:
        assert until == state_since + RETENTION[Retention.CLOSED]
    else:
        assert until == last + RETENTION[Retention.INACTIVE]


@given(st.text(st.characters(), max_size=300))
def test_cleaned_text_can_be_stored_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode() == cleaned
    assert not {c for c in cleaned if unicodedata.category(c) == "Cc"} - {"\n", "\t"}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_what_can_be_read_is_kept(text: str) -> None:
    assert clean_text(text) == text


def test_control_characters_go_and_the_text_stays() -> None:
    assert (
        clean_text("a harbour\x00 at\x1b dusk\r\nand\rboats\ud800") == "a harbour at dusk\nand\nboats\ufffd"
    )


def test_too_long_names_the_field_and_counts() -> None:
    assert bounded_text("d" * 20_000, question="words", field="words") == "d" * 20_000
    with pytest.raises(FieldTooLongError) as refused:
        bounded_text("d" * 20_001, question="words", field="words")
    assert (refused.value.question, refused.value.field, refused.value.length) == ("words", "words", 20_001)
    assert refused.value.status == 413
    assert "d" * 10 not in str(refused.value)
