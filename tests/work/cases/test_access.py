"""Invariant 10: nobody fetches a case without saying why, and what was said is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.base.vault.domain import KeyNotHeldError
from recourse.people.accounts.domain import Action, Role, may
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import (
    CLAIM_LASTS,
    PURPOSE_NEEDS,
    AccessView,
    FieldTooLongError,
    HeldBySomeoneError,
    OpenCase,
    Purpose,
    PurposeNeededError,
)
from recourse.work.cases.models import Access, Case
from tests.work.cases.making import actor, add, everything_stored, open_case, web_process

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def opened(case: Case, now: datetime, **said: object) -> OpenCase:
    arguments: dict[str, object] = {"actor": actor(), "purpose": Purpose.ASSESS, "words": "", **said}
    return selectors.access_case(case_id=case.id, now=now, **arguments)  # type: ignore[arg-type]


def test_reading_is_recorded_and_the_survivor_sees_it(now: datetime) -> None:
    case, key = open_case(now)
    add(case, key, now)
    seen = opened(case, now)
    assert [item.url for item in seen.items] == ["https://t.me/dusk_harbour/12"]
    assert seen.key == key
    assert seen.accesses == selectors.accesses_of(case.id)
    assert selectors.accesses_of(case.id) == (AccessView(now, "Officer 01", Purpose.ASSESS),)
    assert Access.objects.get().staff_id == actor().staff_id


@pytest.mark.parametrize("purpose", [None, "", "curiosity"])
def test_without_a_purpose_nothing_is_opened_and_nothing_unsealed(now: datetime, purpose: str | None) -> None:
    case, _key = open_case(now)
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(PurposeNeededError),
    ):
        opened(case, now, purpose=purpose)
    assert not any("wrappedkey" in query["sql"] for query in queries)
    assert not Access.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_the_role_table_decides_who_opens(now: datetime, role: Role) -> None:
    case, _key = open_case(now)
    if may(role, Action.CASE_OPEN):
        assert opened(case, now, actor=actor(role), purpose=Purpose.QUALITY_REVIEW).id == case.id
    else:
        with pytest.raises(NotAllowedError):
            opened(case, now, actor=actor(role))
        assert not Access.objects.exists()


def test_another_reason_needs_words_and_they_are_sealed(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(PurposeNeededError):
        opened(case, now, purpose=Purpose.OTHER, words="  \x00 ")
    seen = opened(case, now, purpose=Purpose.OTHER, words="the harbour master asked")
    assert seen.accesses[0].words == "the harbour master asked"
    assert selectors.accesses_of(case.id)[0].words == ""
    assert not [where for *where, raw in everything_stored() if b"harbour master" in raw]


def test_words_of_a_purpose_are_bounded(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(FieldTooLongError):
        opened(case, now, purpose=Purpose.OTHER, words="w" * 501)


def test_a_process_without_identity_leaves_no_trace_of_a_reading_that_was_none(
    now: datetime, home: Path
) -> None:
    case, _key = open_case(now)
    with web_process(home), pytest.raises(KeyNotHeldError):
        opened(case, now)
    assert not Access.objects.exists()


def test_an_unknown_or_erased_case_is_not_found(now: datetime) -> None:
    case, _key = open_case(now)
    services.erase_case(case_id=case.id, now=now)
    with pytest.raises(NotFoundError):
        opened(case, now)


def test_a_claim_supplies_the_purpose_while_it_lasts(now: datetime) -> None:
    case, _key = open_case(now)
    services.claim(case_id=case.id, actor=actor(), now=now, purpose=Purpose.APPROVE_NOTICE)
    seen = opened(case, now, purpose=None)
    assert seen.purpose is Purpose.APPROVE_NOTICE
    assert seen.accesses[0].purpose is Purpose.APPROVE_NOTICE
    assert seen.holder is not None
    with pytest.raises(PurposeNeededError):
        opened(case, now, purpose=None, actor=actor(number=2))
    with pytest.raises(PurposeNeededError):
        opened(case, now + CLAIM_LASTS, purpose=None)


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        (Role.OPERATOR, Purpose.APPROVE_NOTICE),
        (Role.OPERATOR, Purpose.READ_ANSWER),
        (Role.ANALYST, Purpose.APPROVE_NOTICE),
        (Role.LIAISON, Purpose.ANSWER_SURVIVOR),
        (Role.LIAISON, Purpose.ASSESS),
        (Role.OFFICER, Purpose.FIND),
    ],
)
def test_nobody_opens_or_takes_a_case_for_what_her_role_does_not_do(
    now: datetime, role: Role, purpose: Purpose
) -> None:
    """The survivor would read a reason that cannot be so, and who may do it would find the case taken."""
    case, _key = open_case(now)
    with pytest.raises(PurposeNeededError):
        opened(case, now, purpose=purpose, actor=actor(role))
    with pytest.raises(PurposeNeededError):
        services.claim(case_id=case.id, actor=actor(role), now=now, purpose=purpose)
    assert not Access.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if may(role, Action.CASE_OPEN)])
def test_every_role_that_opens_cases_has_a_reason_of_work(now: datetime, role: Role) -> None:
    case, _key = open_case(now)
    done = [one for one, needs in PURPOSE_NEEDS.items() if may(role, needs)]
    for purpose in done:
        opened(case, now, purpose=purpose, actor=actor(role), words="a harbour")
    assert set(done) - {Purpose.OTHER, Purpose.QUALITY_REVIEW}
    assert set(PURPOSE_NEEDS) == set(Purpose) - {Purpose.FIND}


def test_two_people_do_not_hold_one_case_and_a_claim_ends_by_itself(now: datetime) -> None:
    case, _key = open_case(now)
    one, two = actor(number=1), actor(number=2)
    services.claim(case_id=case.id, actor=one, now=now, purpose=Purpose.ASSESS)
    with pytest.raises(HeldBySomeoneError):
        services.claim(case_id=case.id, actor=two, now=now, purpose=Purpose.ASSESS)
    assert not services.release(case_id=case.id, actor=two)
    later = now + CLAIM_LASTS
    services.claim(case_id=case.id, actor=two, now=later, purpose=Purpose.ASSESS)
    with pytest.raises(HeldBySomeoneError):
        services.claim(case_id=case.id, actor=one, now=later, purpose=Purpose.ASSESS)
    assert services.release(case_id=case.id, actor=two)
    services.claim(case_id=case.id, actor=one, now=later, purpose=Purpose.ASSESS)


def test_a_claim_for_another_reason_is_refused_it_needs_words_each_time(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(PurposeNeededError):
        services.claim(case_id=case.id, actor=actor(), now=now, purpose=Purpose.OTHER)


def test_the_queue_unseals_nothing_and_is_due_first(now: datetime, home: Path) -> None:
    early, key = open_case(now)
    late, _ = open_case(now + timedelta(hours=2))
    add(early, key, now)
    services.claim(case_id=late.id, actor=actor(), now=now + timedelta(hours=2), purpose=Purpose.ASSESS)
    with web_process(home), CaptureQueriesContext(connection) as queries:
        rows = selectors.list_queue(actor=actor(), now=now + timedelta(hours=2, minutes=5))
    assert [row.number for row in rows] == [early.number, late.number]
    assert [(row.items, row.mine) for row in rows] == [(1, False), (0, True)]
    assert rows[0].age == timedelta(hours=2, minutes=5)
    assert len(queries) <= 3
    assert not any("url" in query["sql"] or "vault" in query["sql"] for query in queries)


def test_pages_of_the_queue_join_without_gap_or_double(now: datetime) -> None:
    made = []
    for hour in range(7):
        case, _key = open_case(now + timedelta(hours=hour))
        if hour % 2:
            services.assess(
                case_id=case.id, item_ids=[], in_scope=False, basis="statement", grounds=[], reasons="",
                actor=actor(), now=now + timedelta(hours=hour),
            )  # fmt: skip
        made.append((hour % 2, hour, case.number))
    expected = [number for *_order, number in sorted(made)]
    for limit in (1, 2, 3, 4, 5, 100):
        walked: list[str] = []
        after = None
        while page := selectors.list_queue(actor=actor(), now=now, limit=limit, after=after):
            walked += [row.number for row in page]
            after = selectors.place_after(page[-1])
        assert walked == expected


def test_the_queue_is_for_roles_that_may_see_it() -> None:
    with pytest.raises(NotAllowedError):
        selectors.list_queue(actor=actor(Role.ADMINISTRATOR), now=datetime.fromisoformat("2026-03-02T09:00Z"))
