"""What whoever has her old code, her mailbox or her patience cannot make of a new code, a freeze and an ending."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.jobs.domain import UndeliverableError
from recourse.base.vault.models import WrappedKey
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, EndingKind
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import (
    COOL_DOWN,
    FETCH_WITHIN,
    SHOWN_AGAIN,
    Confirmed,
    NotToldYetError,
    PickupState,
    Reached,
    ReachRow,
    SecondPersonError,
    Tell,
)
from recourse.work.hotline.models import Pickup
from tests.work.cases.making import actor
from tests.work.hotline.reaching import BY_MAIL, BY_MAIL_AT_HOURS, BY_PHONE, Her, her, mails
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR, SUPERVISOR = actor(Role.OPERATOR, 1), actor(Role.SUPERVISOR, 3)


def pickup_code(hers: Her, now: datetime) -> str:
    """A pick-up code that was handed over."""
    asked = services.ask_new_code(case_id=hers.case_id, by_mail=False, actor=OPERATOR, now=now)
    services.confirm_new_code(pickup_id=asked, how=Confirmed.ANSWERED, actor=OPERATOR, now=now)
    return services.hand_over(pickup_id=asked, actor=OPERATOR, now=now)


def telling(hers: Her, what: Tell) -> ReachRow:
    (row,) = (row for row in selectors.reached_of(hers.case_id) if row.what is what)
    return row


def test_a_pick_up_code_from_before_opens_no_frozen_case(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    secret = pickup_code(hers, clock.at)
    clock.at += timedelta(minutes=5)
    cases.freeze_case(case_id=hers.case_id, now=clock.at)
    assert services.fetch(pickup_code=secret, now=clock.at) is None, "whoever has it is shut out at once"
    assert hers.state == CaseState.FROZEN
    settle(clock.at)
    assert selectors.pickup_of(hers.case_id) is None, "and a supervisor can begin anew"


def test_what_an_operator_began_is_not_mailed_to_a_frozen_case(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    services.ask_new_code(case_id=hers.case_id, by_mail=True, actor=OPERATOR, now=clock.at)
    forward(clock, timedelta(hours=1))
    cases.freeze_case(case_id=hers.case_id, now=clock.at)
    forward(clock, COOL_DOWN)
    assert {row.what for row in selectors.reached_of(hers.case_id)} == {Tell.NEW_CODE, Tell.FROZEN}
    assert not Pickup.objects.filter(state=PickupState.HANDED_OVER).exists()


def test_a_code_that_was_shown_and_not_kept_does_not_stand_in_the_way_of_a_frozen_case(
    clock: FixedClock, world: World
) -> None:
    hers = her(clock.at, BY_PHONE)
    secret = pickup_code(hers, clock.at)
    services.fetch(pickup_code=secret, now=clock.at)
    clock.at += timedelta(minutes=5)
    cases.freeze_case(case_id=hers.case_id, now=clock.at)
    services.ask_new_code(case_id=hers.case_id, by_mail=False, actor=SUPERVISOR, now=clock.at)
    settle(clock.at)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    assert found.state is PickupState.ASKED


def test_a_fetched_code_is_shown_again_for_an_hour_only(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    secret = pickup_code(hers, clock.at)
    code = services.fetch(pickup_code=secret, now=clock.at)
    assert WrappedKey.objects.filter(key_id=hers.key.id, by_pickup=None).exists(), "it opens no key twice"
    assert services.fetch(pickup_code=secret, now=clock.at + SHOWN_AGAIN - timedelta(minutes=1)) == code
    assert services.fetch(pickup_code=secret, now=clock.at + SHOWN_AGAIN) is None
    forward(clock, SHOWN_AGAIN)
    assert not Pickup.objects.exclude(sealed=b"").exists(), "nothing of it is left"


def test_nothing_is_left_of_a_pick_up_code_that_nobody_used(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    pickup_code(hers, clock.at)
    forward(clock, FETCH_WITHIN)
    assert selectors.pickup_of(hers.case_id) is None
    assert WrappedKey.objects.filter(key_id=hers.key.id, by_pickup=None).exists()


def test_not_her_stops_a_new_code(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL_AT_HOURS)
    services.ask_new_code(case_id=hers.case_id, by_mail=True, actor=OPERATOR, now=clock.at)
    settle(clock.at)
    row = telling(hers, Tell.NEW_CODE)
    services.record_reached(outreach_id=row.id, outcome=Reached.NOT_HER, actor=OPERATOR, now=clock.at)
    assert selectors.pickup_of(hers.case_id) is None
    forward(clock, COOL_DOWN)
    assert mails(world) == []
    assert cases_read.case_by_code(hers.code, clock.at) is not None, "her code was never in other hands"


def test_not_her_gives_back_the_permission_that_somebody_else_took(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind=EndingKind.CASE, now=clock.at)
    settle(clock.at)
    row = telling(hers, Tell.ENDING)
    services.record_reached(outreach_id=row.id, outcome=Reached.NOT_HER, actor=OPERATOR, now=clock.at)
    assert hers.state == CaseState.FROZEN
    assert cases_read.own_ending(hers.case_id) is None
    assert cases_read.case_facts(hers.case_id).mandate_since is not None


def test_a_pick_up_mail_that_was_refused_is_not_sent_again_without_its_code(
    clock: FixedClock, world: World
) -> None:
    hers = her(clock.at, BY_MAIL)
    services.ask_new_code(case_id=hers.case_id, by_mail=True, actor=OPERATOR, now=clock.at)
    settle(clock.at)
    world.failures.append(UndeliverableError("no such mailbox"))
    forward(clock, COOL_DOWN)
    row = telling(hers, Tell.PICKUP)
    with pytest.raises(NotToldYetError):
        services.write_at_her_hour(outreach_id=row.id, actor=OPERATOR, now=clock.at)


def test_closing_a_frozen_case_lets_nobody_past_the_supervisor(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind=EndingKind.CASE, now=clock.at)
    cases.freeze_case(case_id=hers.case_id, now=clock.at)
    cases.move_case(case_id=hers.case_id, to=CaseState.CLOSED, actor=actor(Role.OFFICER), now=clock.at)
    with pytest.raises(SecondPersonError):
        services.ask_new_code(case_id=hers.case_id, by_mail=False, actor=OPERATOR, now=clock.at)
    ending = cases_read.own_ending(hers.case_id)
    assert ending is not None
    assert not cases.finish_ending(ending_id=ending.id, now=ending.final_at), "she could not take it back"
    assert hers.state == CaseState.CLOSED
