"""She could not be asked safely whether an ending was hers: it waits for a person, and becomes final by no clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import ENDING_WAITS, CaseState
from recourse.work.cases.models import RoomStep
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import (
    NotToldYetError,
    Reached,
    ReachRow,
    ReachState,
    SecondPersonError,
    Tell,
)
from recourse.work.hotline.domain.tries import AFTER_A_TRY
from tests.work.cases.making import actor
from tests.work.hotline.reaching import BY_PHONE, Her, her
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR, SUPERVISOR = actor(Role.OPERATOR, 1), actor(Role.SUPERVISOR, 3)
DAY = timedelta(days=1)


@pytest.fixture
def hers(clock: FixedClock, world: World) -> Her:
    """A case in which an erasing was asked for, and the first call was not safe."""
    made = her(clock.at, BY_PHONE, told={})
    cases.ask_ending(case_id=made.case_id, kind="case", now=clock.at)
    settle(clock.at)
    tried(made, Reached.NOT_SAFE, clock)
    return made


def question(hers: Her) -> ReachRow:
    """The question whether it was she; one, because nobody calls again where calling was not safe."""
    (row,) = (row for row in selectors.reached_of(hers.case_id) if row.what is Tell.ENDING)
    return row


def tried(hers: Her, how: Reached, clock: FixedClock, by: Role = Role.OPERATOR) -> ReachState:
    person = SUPERVISOR if by is Role.SUPERVISOR else OPERATOR
    services.record_reached(outreach_id=question(hers).id, outcome=how, actor=person, now=clock.at)
    return question(hers).state


def todo(hers: Her) -> str:
    return (
        RoomStep.objects.filter(case_id=hers.case_id, room="hotline").values_list("todo", flat=True).first()
        or ""
    )


@pytest.mark.parametrize("kind", ["case", "permission"])
def test_an_ending_that_she_could_not_be_asked_about_safely_does_not_become_final_by_the_clock(
    clock: FixedClock, world: World, kind: str
) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind=kind, now=clock.at)
    settle(clock.at)
    assert tried(hers, Reached.NOT_SAFE, clock) is ReachState.UNSAFE
    forward(clock, ENDING_WAITS + 60 * DAY)
    assert hers.state == CaseState.OPEN
    assert cases_read.own_ending(hers.case_id) is not None
    assert cases_read.case_facts(hers.case_id).mandate_since is None, "nothing is sent meanwhile all the same"
    assert question(hers).state is ReachState.UNSAFE, "and nobody was sent to call again"


def test_silence_afterwards_settles_nothing(hers: Her, clock: FixedClock) -> None:
    for how in (Reached.NO_ANSWER, Reached.NOT_SAFE, Reached.NO_ANSWER):
        clock.at += DAY
        assert tried(hers, how, clock, Role.SUPERVISOR) is ReachState.UNSAFE
    forward(clock, ENDING_WAITS)
    assert hers.state == CaseState.OPEN


def test_a_call_that_nobody_answered_holds_up_nothing(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    forward(clock, ENDING_WAITS - DAY)
    for row in selectors.calls_waiting(actor=OPERATOR):
        services.record_reached(outreach_id=row.id, outcome=Reached.NO_ANSWER, actor=OPERATOR, now=clock.at)
    forward(clock, DAY + timedelta(minutes=1))
    assert hers.state == CaseState.ERASED


def test_it_is_final_once_a_supervisor_has_it_from_her(hers: Her, clock: FixedClock) -> None:
    forward(clock, ENDING_WAITS + DAY)
    with pytest.raises(SecondPersonError):
        tried(hers, Reached.TOLD, clock)
    assert hers.state == CaseState.OPEN
    assert tried(hers, Reached.TOLD, clock, Role.SUPERVISOR) is ReachState.DONE
    assert todo(hers) == ""
    forward(clock, timedelta(hours=7))
    assert hers.state == CaseState.ERASED


def test_it_is_never_final_before_its_three_days_even_if_she_confirms(hers: Her, clock: FixedClock) -> None:
    tried(hers, Reached.TOLD, clock, Role.SUPERVISOR)
    forward(clock, ENDING_WAITS - timedelta(minutes=1))
    assert hers.state == CaseState.OPEN


def test_anybody_may_record_that_it_was_not_she(hers: Her, clock: FixedClock) -> None:
    tried(hers, Reached.NOT_HER, clock)
    assert hers.state == CaseState.FROZEN
    assert cases_read.own_ending(hers.case_id) is None


def test_a_supervisor_may_leave_it_to_her_and_the_queue_asks_no_more(hers: Her, clock: FixedClock) -> None:
    assert todo(hers) == "unsafe_ending"
    with pytest.raises(SecondPersonError):
        tried(hers, Reached.LEFT, clock)
    assert tried(hers, Reached.LEFT, clock, Role.SUPERVISOR) is ReachState.LEFT_TO_HER
    assert todo(hers) == ""
    with pytest.raises(NotToldYetError):
        tried(hers, Reached.NO_ANSWER, clock, Role.SUPERVISOR)
    forward(clock, ENDING_WAITS + 30 * DAY)
    assert hers.state == CaseState.OPEN
    tried(hers, Reached.TOLD, clock, Role.SUPERVISOR)
    forward(clock, timedelta(hours=7))
    assert hers.state == CaseState.ERASED


def test_what_she_takes_back_leaves_the_queue(hers: Her, clock: FixedClock) -> None:
    cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    forward(clock, ENDING_WAITS)
    assert hers.state == CaseState.OPEN
    assert (todo(hers), question(hers).state) == ("", ReachState.DONE)


def test_after_a_call_that_was_not_safe_a_supervisor_looks_before_anybody_calls_about_another_ending(
    hers: Her, clock: FixedClock
) -> None:
    cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    forward(clock, ENDING_WAITS)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    forward(clock, timedelta(hours=1))
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    forward(clock, ENDING_WAITS + DAY)
    assert hers.state == CaseState.OPEN
    assert selectors.calls_waiting(actor=OPERATOR) == ()
    rows = selectors.reached_of(hers.case_id)
    assert [row.state for row in rows] == [ReachState.UNSAFE, ReachState.DONE, ReachState.DONE]
    assert todo(hers) == "unsafe_ending"
    services.record_reached(outreach_id=rows[0].id, outcome=Reached.TOLD, actor=SUPERVISOR, now=clock.at)
    forward(clock, timedelta(hours=7))
    assert hers.state == CaseState.ERASED


def test_once_she_was_reached_safely_an_operator_may_call_about_the_next_ending(
    hers: Her, clock: FixedClock
) -> None:
    clock.at += timedelta(hours=1)
    tried(hers, Reached.TOLD, clock, Role.SUPERVISOR)
    cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    clock.at += timedelta(hours=1)
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    settle(clock.at)
    assert [row.what for row in selectors.calls_waiting(actor=OPERATOR)] == [Tell.ENDING]


def test_other_news_that_could_not_be_told_safely_is_settled(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    services.tell(case_id=hers.case_id, what=Tell.RETURNED, now=clock.at)
    settle(clock.at)
    (row,) = selectors.reached_of(hers.case_id)
    services.record_reached(outreach_id=row.id, outcome=Reached.NOT_SAFE, actor=OPERATOR, now=clock.at)
    assert selectors.reached_of(hers.case_id)[0].state is ReachState.DONE
    with pytest.raises(NotToldYetError):
        services.record_reached(outreach_id=row.id, outcome=Reached.TOLD, actor=OPERATOR, now=clock.at)


def test_where_it_was_not_safe_only_her_word_or_a_supervisor_leads_on() -> None:
    waiting = {ReachState.FOR_A_PERSON, ReachState.UNSAFE, ReachState.LEFT_TO_HER}
    assert set(AFTER_A_TRY) == waiting
    for state, tries in AFTER_A_TRY.items():
        assert tries[Reached.NOT_HER] is ReachState.DONE
        assert set(tries.values()) <= waiting | {ReachState.DONE}
        if state is not ReachState.FOR_A_PERSON:
            done = {how for how, after in tries.items() if after is ReachState.DONE}
            assert done == {Reached.TOLD, Reached.NOT_HER}
