"""What she ends herself waits three days, is asked about over her safe contact, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import (
    ENDING_WAITS,
    CaseState,
    LegalHoldError,
    NothingToEndError,
    NothingToTakeBackError,
)
from recourse.work.cases.models import Case, Item, Mandate
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import Reached, ReachState, Tell
from tests.work.cases.making import actor
from tests.work.hotline.reaching import BY_MAIL, BY_PHONE, ONLY_HERE, her, mails
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR = actor(Role.OPERATOR)
MINUTE = timedelta(minutes=1)


def permitted(case_id: object) -> bool:
    live = Mandate.objects.filter(case_id=case_id, withdrawn_at=None).exists()
    assert live is Item.objects.filter(case_id=case_id, mandate_active=True).exists()
    return live


def test_nothing_is_sent_from_the_moment_she_asks(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    assert permitted(hers.case_id)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    assert not permitted(hers.case_id)
    assert hers.state == CaseState.OPEN


def test_it_is_final_after_three_days_and_not_before(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    forward(clock, ENDING_WAITS - MINUTE)
    assert hers.state == CaseState.OPEN
    forward(clock, 2 * MINUTE)
    assert hers.state == CaseState.CLOSED
    with pytest.raises(NothingToTakeBackError):
        cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    with pytest.raises(NothingToEndError):
        cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)


def test_taking_it_back_gives_the_permission_again(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    forward(clock, ENDING_WAITS - MINUTE)
    cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    assert permitted(hers.case_id)
    forward(clock, ENDING_WAITS)
    assert hers.state == CaseState.OPEN


def test_she_is_asked_by_mail_at_once_and_again_a_day_before(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    forward(clock, MINUTE)
    assert len(mails(world)) == 1
    assert "If it was not you" in mails(world)[0].get_content()
    forward(clock, timedelta(hours=48))
    assert len(mails(world)) == 2
    forward(clock, timedelta(hours=24))
    assert hers.state == CaseState.CLOSED
    assert len(mails(world)) == 2


def test_nobody_ends_it_silently_while_a_person_has_still_to_ask_her(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    forward(clock, ENDING_WAITS + timedelta(days=4))
    assert hers.state == CaseState.OPEN, "two calls wait, so it waits"
    assert not permitted(hers.case_id)
    waiting = selectors.calls_waiting(actor=OPERATOR)
    assert {row.what for row in waiting} == {Tell.ENDING}
    for row in waiting:
        services.record_reached(outreach_id=row.id, outcome=Reached.TOLD, actor=OPERATOR, now=clock.at)
    forward(clock, timedelta(hours=7))
    assert hers.state == CaseState.ERASED


def test_the_whole_case_is_erased_when_its_time_is_over(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    forward(clock, ENDING_WAITS + MINUTE)
    assert hers.state == CaseState.ERASED
    assert cases_read.case_by_code(hers.code, clock.at) is None
    assert selectors.reached_of(hers.case_id) == ()


def test_the_larger_ending_takes_the_place_of_the_smaller(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    first = cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    assert cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at) == first
    clock.advance(timedelta(hours=71))
    second = cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    assert second != first
    assert cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at) == second
    forward(clock, timedelta(hours=2))
    assert hers.state == CaseState.OPEN, "its three days begin anew"
    cases.take_back_ending(case_id=hers.case_id, now=clock.at)
    assert permitted(hers.case_id), "her permission is what it was before both"


def test_an_order_forbids_erasing_and_says_so(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    officer = actor(Role.SUPERVISOR)
    cases.set_legal_hold(case_id=hers.case_id, hold=True, actor=officer, now=clock.at)
    with pytest.raises(LegalHoldError):
        cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    cases.set_legal_hold(case_id=hers.case_id, hold=False, actor=officer, now=clock.at)
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    cases.set_legal_hold(case_id=hers.case_id, hold=True, actor=officer, now=clock.at)
    forward(clock, ENDING_WAITS + timedelta(days=2))
    assert hers.state == CaseState.OPEN
    cases.set_legal_hold(case_id=hers.case_id, hold=False, actor=officer, now=clock.at)
    forward(clock, timedelta(hours=7))
    assert hers.state == CaseState.ERASED


def test_while_frozen_nothing_becomes_final_and_a_new_code_gives_three_days(
    clock: FixedClock, world: World
) -> None:
    hers = her(clock.at, ONLY_HERE)
    key = hers.key
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    cases.freeze_case(case_id=hers.case_id, now=clock.at)
    forward(clock, ENDING_WAITS + timedelta(days=2))
    assert hers.state == CaseState.FROZEN
    cases.renew_code(case_id=hers.case_id, key=key, code="0" * 24, now=clock.at)
    forward(clock, ENDING_WAITS - timedelta(hours=1))
    assert hers.state == CaseState.OPEN
    assert not permitted(hers.case_id)
    forward(clock, timedelta(hours=8))
    assert hers.state == CaseState.ERASED


def test_a_withdrawal_that_is_asked_is_a_row_of_the_outreach(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    settle(clock.at)
    (row,) = selectors.reached_of(hers.case_id)
    assert (row.what, row.state) == (Tell.ENDING, ReachState.DELIVERED)
    assert Case.objects.get(id=hers.case_id).state == CaseState.OPEN
