"""Invariant 8, "Machine drafts, person sends": what a person decided last is what the machine drafts."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError
from recourse.people.accounts.domain import Action, Role, may
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Grounds, HeldBySomeoneError, Purpose
from recourse.work.cases.models import Case, Item
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NoticeState
from recourse.work.notices.models import Notice
from tests.work.cases.making import actor
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    approved,
    drafted,
    fresh,
    letter,
    person,
    report,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SYNTHETIC = "synthetic or manipulated"


def decide(case: Case, items: list[Item], clock: FixedClock, grounds: Grounds) -> None:
    cases.assess(
        case_id=case.id,
        item_ids=[item.id for item in items],
        in_scope=True,
        basis="statement",
        grounds=[grounds],
        reasons="",
        actor=OFFICER,
        now=clock.at,
    )
    settle(clock.at)


def body(notice: Notice, clock: FixedClock) -> str:
    return selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=clock.at
    ).body


def test_invariant_8_a_corrected_decision_corrects_the_draft(clock: FixedClock, world: World) -> None:
    """8. Machine drafts, person sends: a draft gives the grounds of the decision that stands, not of one before."""
    case, items = report(clock.at, 12)
    decide(case, items, clock, Grounds.SYNTHETIC_SEXUAL)
    notice = Notice.objects.get(kind="removal")
    assert SYNTHETIC in body(notice, clock)
    clock.at += timedelta(minutes=5)
    decide(case, items, clock, Grounds.INTIMATE_NO_CONSENT)
    assert Notice.objects.filter(kind="removal").count() == 1
    assert SYNTHETIC not in body(notice, clock)
    approve(notice.id, clock.at)
    settle(clock.at)
    assert SYNTHETIC not in letter(world).get_content()


def test_invariant_8_a_corrected_decision_stops_what_was_approved_on_the_one_before(
    clock: FixedClock, world: World
) -> None:
    """8. Machine drafts, person sends: nobody's approval covers a letter on other grounds."""
    case, notice = approved(clock.at, 12)
    items = list(Item.objects.filter(case=case))
    cases.assess(
        case_id=case.id,
        item_ids=[items[0].id],
        in_scope=True,
        basis="statement",
        grounds=[Grounds.INTIMATE_NO_CONSENT],
        reasons="",
        actor=OFFICER,
        now=clock.at,
    )
    services.draft_for_assessment(case.assessments.latest("at", "id").id, clock.at)
    settle(clock.at)
    assert world.letters == []
    assert fresh(notice).state == NoticeState.CANCELLED
    anew = Notice.objects.filter(kind="removal").exclude(id=notice.id).get()
    assert anew.state == NoticeState.READY
    assert SYNTHETIC not in body(anew, clock)


def test_invariant_8_nobody_decides_on_a_notice_of_a_case_that_somebody_else_holds(
    clock: FixedClock, world: World
) -> None:
    """8. Machine drafts, person sends: the page says that nobody else decides meanwhile, so nobody does."""
    case, notice = drafted(clock.at)
    cases.claim(case_id=case.id, actor=actor(Role.OFFICER, 2), now=clock.at, purpose=Purpose.APPROVE_NOTICE)
    with pytest.raises(HeldBySomeoneError):
        approve(notice.id, clock.at)
    with pytest.raises(HeldBySomeoneError):
        services.send_back(notice_id=notice.id, remark="x", actor=OFFICER, now=clock.at)
    with pytest.raises(HeldBySomeoneError):
        services.redraft(notice_id=notice.id, actor=OFFICER, now=clock.at)
    with pytest.raises(HeldBySomeoneError):
        services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert fresh(notice).state == NoticeState.READY
    approve(notice.id, clock.at, actor=actor(Role.OFFICER, 2))


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Action.NOTICE_APPROVE)])
def test_invariant_8_only_roles_that_decide_approve(clock: FixedClock, world: World, role: Role) -> None:
    """8. Machine drafts, person sends: a named person approves, and not an operator."""
    _case, notice = drafted(clock.at)
    for verb in (partial(services.approve, digest=""), services.redraft, services.cancel):
        with pytest.raises(NotAllowedError):
            verb(notice_id=notice.id, actor=person(role), now=clock.at)
    assert fresh(notice).state == NoticeState.READY


def test_invariant_8_a_late_job_drafts_nothing_that_a_later_decision_took_back(
    clock: FixedClock, world: World
) -> None:
    """8. Machine drafts, person sends: jobs may run late and in any order; the decision that stands decides."""
    case, items = report(clock.at, 12)
    settle(clock.at)
    ids = [
        cases.assess(
            case_id=case.id,
            item_ids=[items[0].id],
            in_scope=in_scope,
            basis="statement",
            grounds=[Grounds.THREAT] if in_scope else [],
            reasons="",
            actor=OFFICER,
            now=clock.at,
        ).id
        for in_scope in (True, False)
    ]
    for assessment_id in reversed(ids):
        services.draft_for_assessment(assessment_id, clock.at)
    assert not Notice.objects.filter(kind="removal").exclude(state=NoticeState.CANCELLED).exists()
