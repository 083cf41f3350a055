"""A waiting survivor's place does not leave in another's notice, and is asked for when her case acts again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.jobs.domain import UndeliverableError
from recourse.base.vault.domain import new_case_code
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NoticeState, Reason
from recourse.work.notices.models import Backing, Notice, NoticeLine
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    approved,
    drafted,
    forward,
    fresh,
    handed_over,
    joined_by,
    letter,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def shared(now: datetime) -> tuple[Case, Case, Notice]:
    """One approved notice about two posts: the first backed by one survivor alone, the second by the other.

    As a letter to the host of a web page may be; what she had drafted by herself is not there any more.
    """
    first, notice = drafted(now, 12, 13)
    second, item_id = joined_by(now, 13, approved=False)
    Notice.objects.filter(case=second).delete()
    for kind in ("removal", "preservation"):
        Backing.objects.filter(case=first, item__number=2, line__kind=kind).update(
            item_id=item_id, case=second
        )
    first.items.get(number=2).delete()
    approve(notice.id, now)
    return first, second, notice


def move(case: Case, to: CaseState, now: datetime) -> None:
    cases.move_case(case_id=case.id, to=to, actor=OFFICER, now=now)


@pytest.mark.parametrize("state", [CaseState.WAITING_FOR_SURVIVOR, CaseState.FROZEN])
def test_a_waiting_survivor_s_place_is_left_out(now: datetime, world: World, state: CaseState) -> None:
    _first, second, notice = shared(now)
    move(second, state, now)
    settle(now)
    assert fresh(notice).state == NoticeState.HANDED_OVER
    body = letter(world).get_content()
    assert "dusk_harbour/12" in body
    assert "dusk_harbour/13" not in body
    line = notice.lines.get(dropped=Reason.CASE_WAITS)
    assert not line.open
    item = second.items.get()
    assert line.place_id == item.place_id
    track = selectors.tracks([item.id])[item.id]
    assert (track.asked_at, track.acknowledged_at) == (None, None)


def test_the_other_line_leaves_when_the_notice_s_own_case_waits(now: datetime, world: World) -> None:
    first, second, notice = shared(now)
    move(first, CaseState.WAITING_FOR_SURVIVOR, now)
    settle(now)
    assert fresh(notice).state == NoticeState.HANDED_OVER
    body = letter(world).get_content()
    assert "dusk_harbour/13" in body
    assert "dusk_harbour/12" not in body
    assert second.items.get().place_id == notice.lines.get(dropped="").place_id


def test_a_line_whose_acting_case_has_no_mandate_does_not_carry_the_waiting_one(
    now: datetime, world: World
) -> None:
    first, second, notice = shared(now)
    first.items.update(mandate_active=False)
    move(second, CaseState.WAITING_FOR_SURVIVOR, now)
    settle(now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.CASE_WAITS)
    assert not world.letters


def test_one_line_goes_as_long_as_one_of_its_survivors_acts(now: datetime, world: World) -> None:
    first, notice = drafted(now, 12)
    second, item_id = joined_by(now, 12, approved=False)
    Backing.objects.create(line=notice.lines.get(), item_id=item_id, case=second, since=now)
    approve(notice.id, now)
    move(first, CaseState.WAITING_FOR_SURVIVOR, now)
    settle(now)
    assert fresh(notice).state == NoticeState.HANDED_OVER


def test_what_was_left_out_is_drafted_when_her_case_acts_again(clock: FixedClock, world: World) -> None:
    _first, second, notice = shared(clock.at)
    move(second, CaseState.WAITING_FOR_SURVIVOR, clock.at)
    forward(clock, timedelta(hours=1))
    assert Notice.objects.filter(kind="removal").count() == 1
    move(second, CaseState.OPEN, clock.at)
    settle(clock.at)
    again = Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get()
    assert (again.state, again.case_id) == (NoticeState.READY, second.id)
    assert again.assessment_id == second.assessments.get().id
    assert again.lines.get().place_id == second.items.get().place_id
    move(second, CaseState.FROZEN, clock.at)
    key = key_for_machine(second.id)
    cases.renew_code(case_id=second.id, key=key, code=new_case_code(), now=clock.at)
    settle(clock.at)
    assert Notice.objects.filter(kind="removal").count() == 2, "asked for once"


def test_a_case_that_moved_back_while_the_letter_was_written_is_not_lost(
    clock: FixedClock, world: World
) -> None:
    """Her event may be worked on before the line is left out: the sending itself has the place looked at again."""
    _first, second, notice = shared(clock.at)
    Case.objects.filter(id=second.id).update(state=CaseState.WAITING_FOR_SURVIVOR)
    services.send(notice_id=notice.id, now=clock.at)
    assert notice.lines.filter(dropped=Reason.CASE_WAITS).count() == 1
    Case.objects.filter(id=second.id).update(state=CaseState.OPEN)
    forward(clock, timedelta(minutes=1))
    assert Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get().case_id == second.id


def test_a_mandate_given_again_has_her_place_drafted_again(now: datetime, world: World) -> None:
    case, notice = approved(now, 12)
    cases.withdraw_mandate(case_id=case.id, now=now)
    settle(now)
    assert fresh(notice).state == NoticeState.CANCELLED
    cases.give_mandate(case_id=case.id, now=now)
    settle(now)
    again = Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get()
    assert again.state == NoticeState.READY
    assert NoticeLine.objects.filter(open=True, kind="removal").count() == 1


def test_what_an_officer_cancelled_stays_cancelled(now: datetime, world: World) -> None:
    case, notice = approved(now, 12)
    services.cancel(notice_id=notice.id, actor=OFFICER, now=now)
    move(case, CaseState.WAITING_FOR_SURVIVOR, now)
    move(case, CaseState.OPEN, now)
    settle(now)
    assert Notice.objects.get(kind="removal").state == NoticeState.CANCELLED


def test_what_was_sent_is_not_asked_for_twice(now: datetime, world: World) -> None:
    case, _notice = handed_over(now, 12)
    move(case, CaseState.WAITING_FOR_SURVIVOR, now)
    move(case, CaseState.OPEN, now)
    settle(now)
    assert Notice.objects.filter(kind="removal").count() == 1


def test_her_case_beginning_to_wait_while_the_letter_is_in_the_outbox_stops_the_letter(
    now: datetime, world: World
) -> None:
    """The letter is signed and names her place, so it cannot be cut: it is stopped and written anew."""
    first, second, notice = shared(now)
    services.send(notice_id=notice.id, now=now)
    move(second, CaseState.WAITING_FOR_SURVIVOR, now)
    outbox_id = fresh(notice).outbox_id
    assert outbox_id is not None
    with pytest.raises(UndeliverableError):
        services.leave(outbox_id=outbox_id, now=now)
    settle(now)
    assert not world.letters
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.CASE_WAITS)
    anew = Notice.objects.filter(kind="removal").exclude(pk=notice.pk)
    assert {one.state for one in anew} == {NoticeState.READY}
    assert {one.case_id for one in anew} == {first.id, second.id}, "each case by itself, hers for its turn"


def test_what_was_held_because_her_case_waited_is_drafted_again_by_itself(
    now: datetime, world: World
) -> None:
    case, notice = approved(now, 12)
    move(case, CaseState.WAITING_FOR_SURVIVOR, now)
    settle(now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.CASE_WAITS)
    move(case, CaseState.OPEN, now)
    settle(now)
    assert fresh(notice).state == NoticeState.CANCELLED
    again = Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get()
    assert again.state == NoticeState.READY, "an officer approves it anew"
    assert not world.letters
