"""Decisions: by whom, on what, with which reasons; and what a case does by itself afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.errors import IllegalMoveError, NotAllowedError, NotFoundError
from recourse.base.jobs.models import Job
from recourse.people.accounts.domain import Action, Role, may
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import (
    ASSESS_WITHIN,
    WORKABLE,
    AgeBand,
    Basis,
    CaseState,
    Grounds,
    HeldBySomeoneError,
    NoLookingError,
    NoRevealError,
    Purpose,
)
from recourse.work.cases.models import Assessment, Case, Item
from recourse.work.cases.services.deciding import NoGroundsError
from tests.work.cases.making import actor, add, everything_stored, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def assess(case: Case, items: list[Item], now: datetime, **said: object) -> Assessment:
    arguments: dict[str, object] = {
        "in_scope": True,
        "basis": Basis.STATEMENT,
        "grounds": [Grounds.SYNTHETIC_SEXUAL],
        "reasons": "the harbour master recognised her",
        "actor": actor(),
        **said,
    }
    return services.assess(
        case_id=case.id,
        item_ids=[item.id for item in items],
        now=now,
        **arguments,  # type: ignore[arg-type]
    )


def test_a_decision_is_told_as_facts_and_its_reasons_are_sealed(now: datetime) -> None:
    case, key = open_case(now)
    items = [add(case, key, now), add(case, key, now, number=13)]
    made = assess(case, items, now)
    facts = selectors.assessment_facts(made.id)
    assert [item.number for item in facts.items] == [1, 2]
    assert all(item.mandate_active for item in facts.items)
    assert (facts.in_scope, facts.basis, facts.grounds) == (
        True,
        Basis.STATEMENT,
        (Grounds.SYNTHETIC_SEXUAL,),
    )
    assert facts.case.case_id == case.id
    event = {"assessment_id": str(made.id), "case_id": str(case.id)}
    told = Job.objects.filter(kind__startswith="on.cases.AssessmentRecorded.")
    assert all(job.args == event for job in told)
    assert not [where for *where, raw in everything_stored() if b"harbour master" in raw]
    opened = selectors.access_case(actor=actor(), case_id=case.id, purpose=Purpose.ASSESS, now=now)
    assert opened.assessments[0].reasons == "the harbour master recognised her"
    assert opened.assessments[0].item_numbers == (1, 2)
    assert [item.in_scope for item in opened.items] == [True, True]


def step_of(case: Case) -> tuple[str, datetime | None]:
    now_there = Case.objects.get(id=case.id)
    return now_there.next_step, now_there.next_due_at


def test_the_next_step_follows_what_is_undecided(now: datetime) -> None:
    case, key = open_case(now)
    assert step_of(case) == ("assess", now + ASSESS_WITHIN)
    later = now + timedelta(hours=3)
    item = add(case, key, later)
    assert step_of(case) == ("assess", later + ASSESS_WITHIN)
    assess(case, [item], later)
    assert step_of(case) == ("wait", None)
    days_later = later + timedelta(days=1)
    add(case, key, days_later, number=13)
    assert step_of(case) == ("assess", days_later + ASSESS_WITHIN)


def test_a_report_without_a_place_can_be_decided_on_too(now: datetime) -> None:
    case, _key = open_case(now)
    assess(case, [], now, grounds=[Grounds.THREAT])
    assert step_of(case) == ("wait", None)


def test_a_later_decision_replaces_and_keeps_the_one_before(now: datetime) -> None:
    case, key = open_case(now)
    item = add(case, key, now)
    first = assess(case, [item], now)
    second = assess(case, [item], now + timedelta(hours=1), in_scope=False, grounds=[])
    item.refresh_from_db()
    assert item.assessment_id == second.id
    assert [line.item_id for line in first.lines.all()] == [item.id]
    assert selectors.live_items_at(item.place_id or case.id) == ()


@pytest.mark.parametrize("role", list(Role))
def test_the_role_table_decides_who_decides(now: datetime, role: Role) -> None:
    case, _key = open_case(now)
    if may(role, Action.CASE_ASSESS):
        assess(case, [], now, actor=actor(role))
    else:
        with pytest.raises(NotAllowedError):
            assess(case, [], now, actor=actor(role))
        assert not Assessment.objects.exists()


@pytest.mark.parametrize("band", [AgeBand.MINOR, AgeBand.UNKNOWN])
def test_invariant_12_nobody_decides_by_looking_on_the_minor_path(now: datetime, band: AgeBand) -> None:
    case, _key = open_case(now, age_band=band)
    with pytest.raises(NoLookingError):
        assess(case, [], now, basis=Basis.LOOKED_AT)
    assess(case, [], now, basis=Basis.TEXT_AND_CONTEXT)


def test_invariant_11_nobody_decides_by_looking_while_looking_is_not_metered(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(NoRevealError) as refused:
        assess(case, [], now, basis=Basis.LOOKED_AT)
    assert isinstance(refused.value, NotAllowedError)
    assert "looking" in refused.value.sentence
    assert not Assessment.objects.exists()


def test_in_scope_needs_grounds(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(NoGroundsError):
        assess(case, [], now, grounds=[])


def test_an_item_of_another_case_is_not_found(now: datetime) -> None:
    (one, key), (two, _) = open_case(now), open_case(now)
    item = add(one, key, now)
    with pytest.raises(NotFoundError):
        assess(two, [item], now)


def test_nobody_decides_in_a_case_another_holds(now: datetime) -> None:
    case, _key = open_case(now)
    services.claim(case_id=case.id, actor=actor(number=2), now=now, purpose=Purpose.ASSESS)
    with pytest.raises(HeldBySomeoneError):
        assess(case, [], now)
    assess(case, [], now, actor=actor(number=2))


def test_a_closed_or_frozen_case_takes_no_decision_and_backs_no_request(now: datetime) -> None:
    case, key = open_case(now)
    item = add(case, key, now)
    assess(case, [item], now)
    assert item.place_id is not None
    assert [live.item_id for live in selectors.live_items_at(item.place_id)] == [item.id]
    for state in (CaseState.FROZEN, CaseState.CLOSED):
        services.move_case(case_id=case.id, to=state, actor=actor(), now=now)
        assert state not in WORKABLE
        with pytest.raises(IllegalMoveError):
            assess(case, [item], now)
        assert selectors.live_mandates([item.id]) == frozenset()
        assert selectors.live_items_at(item.place_id) == ()


def test_withdrawing_one_mandate_leaves_the_other_survivor_s(now: datetime) -> None:
    (one, key_one), (two, key_two) = open_case(now), open_case(now)
    first, second = add(one, key_one, now), add(two, key_two, now)
    for case, item in ((one, first), (two, second)):
        assess(case, [item], now)
    services.withdraw_mandate(case_id=one.id, now=now)
    assert selectors.live_mandates([first.id, second.id]) == {second.id}
    assert second.place_id is not None
    assert [live.case_id for live in selectors.live_items_at(second.place_id)] == [two.id]
    assert selectors.case_facts(one.id).mandate_since is None
    late = add(one, key_one, now, number=13)
    assert not late.mandate_active


def test_erasing_is_no_move_by_hand(now: datetime) -> None:
    case, _key = open_case(now)
    with pytest.raises(IllegalMoveError):
        services.move_case(case_id=case.id, to=CaseState.ERASED, actor=actor(), now=now)
