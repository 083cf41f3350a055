"""A lost or stolen code is replaced by her own hand; nobody of staff sees it, and one person alone cannot do it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.base.vault.domain import new_case_code
from recourse.base.vault.models import WrappedKey
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, StepKind
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import (
    COOL_DOWN,
    FETCH_WITHIN,
    Confirmed,
    NoSafeWayError,
    NotReadyError,
    PickupState,
    SecondPersonError,
    Tell,
)
from tests.work.cases.making import actor, everything_stored, web_process
from tests.work.hotline.reaching import BY_MAIL, BY_PHONE, ONLY_HERE, Her, her, mails
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR, SECOND = actor(Role.OPERATOR, 1), actor(Role.OPERATOR, 2)
SUPERVISOR = actor(Role.SUPERVISOR, 3)


def asked(hers: Her, now: datetime, *, by_mail: bool = False) -> None:
    services.ask_new_code(case_id=hers.case_id, by_mail=by_mail, actor=OPERATOR, now=now)


def on_its_way(hers: Her) -> PickupState | None:
    found = selectors.pickup_of(hers.case_id)
    return found.state if found else None


def confirmed(hers: Her, now: datetime) -> str:
    """Answered at her number, and handed over."""
    asked(hers, now)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    services.confirm_new_code(pickup_id=found.id, how=Confirmed.ANSWERED, actor=OPERATOR, now=now)
    return services.hand_over(pickup_id=found.id, actor=OPERATOR, now=now)


def test_she_answers_and_fetches_a_new_code_and_the_old_one_dies(
    now: datetime, world: World, home: Path
) -> None:
    hers = her(now, BY_PHONE)
    secret = confirmed(hers, now)
    assert cases_read.case_by_code(hers.code, now) is not None, (
        "the old code lives until the new one is fetched"
    )
    with web_process(home):
        code = services.fetch(pickup_code=secret.lower().replace("-", " "), now=now)
        assert code is not None
        assert code != secret
        assert cases_read.case_by_code(hers.code, now) is None
        opened = cases_read.case_by_code(code, now)
        assert opened is not None
        assert opened.case_id == hers.case_id
        assert cases_read.case_by_code(secret, now) is None, "a pick-up code opens no case"


def test_the_code_is_shown_again_until_she_says_that_she_kept_it(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    secret = confirmed(hers, now)
    code = services.fetch(pickup_code=secret, now=now)
    assert services.fetch(pickup_code=secret, now=now) == code
    services.keep(pickup_code=secret, now=now)
    assert services.fetch(pickup_code=secret, now=now) is None
    assert on_its_way(hers) is None
    services.keep(pickup_code=secret, now=now)


def test_neither_code_stands_anywhere(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    secret = confirmed(hers, now)
    code = services.fetch(pickup_code=secret, now=now)
    assert code is not None
    for table, column, raw in everything_stored():
        for one in (code, secret):
            assert one.encode() not in raw, (table, column)
            assert one.replace("-", "").encode() not in raw, (table, column)


def test_a_second_person_takes_a_day_and_is_not_the_first(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, ONLY_HERE)
    asked(hers, clock.at)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    with pytest.raises(NoSafeWayError):
        services.confirm_new_code(pickup_id=found.id, how=Confirmed.ANSWERED, actor=OPERATOR, now=clock.at)
    with pytest.raises(SecondPersonError):
        services.confirm_new_code(
            pickup_id=found.id, how=Confirmed.SECOND_PERSON, actor=OPERATOR, now=clock.at
        )
    with pytest.raises(NotReadyError):
        services.hand_over(pickup_id=found.id, actor=OPERATOR, now=clock.at)
    services.confirm_new_code(pickup_id=found.id, how=Confirmed.SECOND_PERSON, actor=SECOND, now=clock.at)
    with pytest.raises(NotReadyError):
        services.hand_over(
            pickup_id=found.id, actor=OPERATOR, now=clock.at + COOL_DOWN - timedelta(minutes=1)
        )
    secret = services.hand_over(pickup_id=found.id, actor=OPERATOR, now=clock.at + COOL_DOWN)
    assert services.fetch(pickup_code=secret, now=clock.at + COOL_DOWN) is not None


def test_by_mail_it_goes_to_her_own_mailbox_after_a_day(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    asked(hers, clock.at, by_mail=True)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    forward(clock, COOL_DOWN - timedelta(minutes=1))
    assert len(mails(world)) == 1, "was it you, at once"
    with pytest.raises(NotReadyError):
        services.hand_over(pickup_id=found.id, actor=OPERATOR, now=clock.at)
    forward(clock, timedelta(minutes=2))
    told = mails(world)[1].get_content()
    secret = re.search(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}", told)
    assert secret is not None
    code = services.fetch(pickup_code=secret[0], now=clock.at)
    assert code is not None
    assert cases_read.case_by_code(code, clock.at) is not None
    forward(clock, timedelta(days=4))
    assert len(mails(world)) == 2


def test_her_page_can_stop_it_before_it_is_fetched(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    asked(hers, clock.at, by_mail=True)
    assert services.stop_new_code(case_id=hers.case_id, now=clock.at)
    assert not services.stop_new_code(case_id=hers.case_id, now=clock.at)
    forward(clock, timedelta(days=3))
    assert [mail.get_content() for mail in mails(world)][1:] == []
    assert cases_read.case_by_code(hers.code, clock.at) is not None
    steps = [step.what for step in cases_read.steps_of(hers.case_id)]
    assert set(steps) == {StepKind.NEW_CODE_STOPPED, StepKind.NEW_CODE_ASKED}


def test_it_is_over_after_three_days(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_PHONE)
    secret = confirmed(hers, clock.at)
    assert services.fetch(pickup_code=secret, now=clock.at + FETCH_WITHIN) is None
    assert cases_read.case_by_code(hers.code, clock.at) is not None
    clock.at += FETCH_WITHIN
    asked(hers, clock.at)
    assert on_its_way(hers) is PickupState.ASKED
    assert services.fetch(pickup_code=secret, now=clock.at) is None


def test_another_pick_up_code_takes_the_place_of_one_that_got_lost(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    first = confirmed(hers, now)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    second = services.hand_over(pickup_id=found.id, actor=OPERATOR, now=now)
    assert services.fetch(pickup_code=first, now=now) is None
    assert services.fetch(pickup_code=second, now=now) is not None


def test_a_frozen_case_opens_by_a_new_code_and_a_supervisor_alone(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    key = hers.key
    cases.freeze_case(case_id=hers.case_id, now=now)
    assert cases_read.case_by_code(hers.code, now) is None
    assert cases_read.own_case(hers.case_id, key, now, turn=0) is None
    with pytest.raises(SecondPersonError):
        asked(hers, now)
    services.ask_new_code(case_id=hers.case_id, by_mail=False, actor=SUPERVISOR, now=now)
    found = selectors.pickup_of(hers.case_id)
    assert found is not None
    with pytest.raises(SecondPersonError):
        services.confirm_new_code(pickup_id=found.id, how=Confirmed.ANSWERED, actor=OPERATOR, now=now)
    services.confirm_new_code(pickup_id=found.id, how=Confirmed.ANSWERED, actor=SUPERVISOR, now=now)
    secret = services.hand_over(pickup_id=found.id, actor=SUPERVISOR, now=now)
    assert hers.state == CaseState.FROZEN
    code = services.fetch(pickup_code=secret, now=now)
    assert code is not None
    assert hers.state == CaseState.OPEN
    assert cases_read.case_by_code(hers.code, now) is None
    assert cases_read.own_case(hers.case_id, key, now, turn=0) is None, "a page open before stays shut"
    assert cases_read.own_case(hers.case_id, key, now, turn=1) is None


def test_roles_that_may_not_are_refused(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    for role in (Role.ANALYST, Role.LIAISON, Role.ADMINISTRATOR, Role.OFFICER):
        with pytest.raises(NotAllowedError):
            services.ask_new_code(case_id=hers.case_id, by_mail=False, actor=actor(role), now=now)


def test_she_is_told_on_her_page_and_by_her_safe_contact(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    asked(hers, now)
    settle(now)
    assert [row.what for row in selectors.reached_of(hers.case_id)] == [Tell.NEW_CODE]
    assert [(step.what, step.label) for step in cases_read.steps_of(hers.case_id)] == [
        (StepKind.NEW_CODE_ASKED, OPERATOR.label)
    ]


def test_erasing_takes_the_way_to_the_key_with_it(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    secret = confirmed(hers, now)
    key_id = hers.key.id
    cases.erase_case(case_id=hers.case_id, now=now)
    assert services.fetch(pickup_code=secret, now=now) is None
    settle(now)
    assert not WrappedKey.objects.filter(key_id=key_id).exists()
    assert on_its_way(hers) is None
    with pytest.raises(NotFoundError):
        asked(hers, now)


def test_a_wrong_pick_up_code_tells_nothing(now: datetime) -> None:
    for wrong in (new_case_code(), "", "dusk", "x" * 500):
        assert services.fetch(pickup_code=wrong, now=now) is None
        services.keep(pickup_code=wrong, now=now)
