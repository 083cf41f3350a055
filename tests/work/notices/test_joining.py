"""A second survivor's request about the same place: approved like the first, sent once, and nothing tells of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Purpose
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import AnswerKind, NoticeState, Reason
from recourse.work.notices.models import Backing, LedgerEntry, Notice, NoticeLine
from recourse.world.recipients import services as recipients
from tests.work.notices.making import (
    CHANNEL,
    OFFICER,
    World,
    approve,
    approved,
    assess,
    choose,
    drafted,
    forward,
    fresh,
    handed_over,
    joined_by,
    mail,
    receive,
    removal_of,
    reply_address,
    report,
    settle,
)
from tests.work.notices.test_by_hand import on_worksheet, submit

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def second(clock: FixedClock) -> tuple[Case, Notice]:
    """A second survivor who reports the same post; her notice is drafted."""
    case, items = report(clock.at, 12)
    assess(case, items, clock.at)
    settle(clock.at)
    return case, removal_of(case)


def test_it_is_read_and_approved_on_the_same_page(clock: FixedClock, world: World) -> None:
    handed_over(clock.at, 12)
    case, joining = second(clock)
    opened = selectors.access_notice(
        actor=OFFICER, notice_id=joining.id, purpose=Purpose.APPROVE_NOTICE, now=clock.at
    )
    assert opened.may_be_approved
    assert opened.row.joins
    assert opened.case_number == case.number
    assert not Backing.objects.filter(case=case, line__notice__handed_over_at__isnull=False).exists()
    assert selectors.tracks([case.items.get().id])[case.items.get().id].asked_at is None


def test_invariant_9_nothing_is_sent_twice(clock: FixedClock, world: World) -> None:
    """9. Nothing is sent twice: what joins has no letter, no leaf, no outbox row."""
    _case, first = handed_over(clock.at, 12)
    clock.advance(timedelta(days=1))
    case, _item = joined_by(clock.at, 12)
    joining = removal_of(case)
    assert (joining.state, joining.reason, joining.joined_at) == (NoticeState.CLOSED, Reason.JOINED, clock.at)
    assert (joining.handed_over_at, joining.outbox_id, joining.ledger_entry) == (None, None, None)
    assert len(world.letters) == 1
    assert not LedgerEntry.objects.filter(notice=joining).exists()
    assert Backing.objects.get(case=case, line__kind="removal").line.notice_id == first.id


def test_her_page_reads_as_if_hers_had_been_the_first(clock: FixedClock, world: World) -> None:
    """Neither a state nor a time on it is older than her own approval, whatever was said before."""
    handed_over(clock.at, 12)
    to = reply_address(world)
    receive(mail("We received your report.", Auto_Submitted="auto-replied"), to, clock.at)
    clock.advance(timedelta(hours=1))
    said = receive(mail("We will remove it."), to, clock.at)
    services.confirm_answer(mail_id=said.id, kind="accepted", actor=OFFICER, now=clock.at)
    clock.advance(timedelta(days=1))
    _case, item = joined_by(clock.at, 12)
    joined_at = clock.at
    track = selectors.tracks([item])[item]
    assert track.asked_at == joined_at
    assert (track.acknowledged_at, track.answer, track.answered_at) == (None, AnswerKind.NONE, None)
    later = clock.advance(timedelta(hours=1))
    said = receive(mail("The content has been removed."), to, later)
    services.confirm_answer(mail_id=said.id, kind="claims_removed", actor=OFFICER, now=later)
    track = selectors.tracks([item])[item]
    assert (track.answer, track.answered_at) == (AnswerKind.CLAIMS_REMOVED, later)


def test_who_approved_is_told_to_each_of_her_own(clock: FixedClock, world: World) -> None:
    first, _notice = handed_over(clock.at, 12)
    began = clock.at
    later = clock.advance(timedelta(days=1))
    case, _item = joined_by(later, 12)
    assert [one.at for one in selectors.approvals(first.id)] == [began]
    assert [one.at for one in selectors.approvals(case.id)] == [later]


def test_whoever_is_approved_first_is_sent_and_the_other_joins(clock: FixedClock, world: World) -> None:
    case, waiting = drafted(clock.at, 12)
    clock.advance(timedelta(minutes=5))
    other, _item = joined_by(clock.at, 12)
    overtaking = removal_of(other)
    assert (overtaking.state, len(world.letters)) == (NoticeState.HANDED_OVER, 1)
    assert waiting.lines.get().behind == overtaking.lines.get()
    approve(waiting.id, clock.at)
    settle(clock.at)
    assert (fresh(waiting).state, fresh(waiting).reason) == (NoticeState.CLOSED, Reason.JOINED)
    assert len(world.letters) == 1
    assert set(Backing.objects.filter(line__notice=overtaking).values_list("case_id", flat=True)) == {
        case.id,
        other.id,
    }


def test_one_that_is_about_to_leave_is_waited_for(clock: FixedClock, world: World) -> None:
    """Both are approved before anything left: one letter, and both are asked for by it."""
    _case, first = approved(clock.at, 12)
    case, joining = second(clock)
    settled = fresh(first)
    assert settled.state == NoticeState.HANDED_OVER, "settling sent it"
    Notice.objects.filter(pk=first.pk).update(state=NoticeState.QUEUED, handed_over_at=None, sent_at=None)
    approve(joining.id, clock.at)
    settle(clock.at)
    assert fresh(joining).state == NoticeState.APPROVED
    assert settled.outbox_id is not None
    services.record_delivered(outbox_id=settled.outbox_id, at=clock.at, now=clock.at)
    settle(clock.at)
    assert (fresh(joining).state, fresh(joining).reason) == (NoticeState.CLOSED, Reason.JOINED)
    assert len(world.letters) == 1
    assert case.notices.count()


def test_when_the_first_is_stopped_the_second_asks_in_its_own_name(clock: FixedClock, world: World) -> None:
    _case, first = drafted(clock.at, 12)
    _other, joining = second(clock)
    services.cancel(notice_id=first.id, actor=OFFICER, now=clock.at)
    assert joining.lines.get().behind is None
    approve(joining.id, clock.at)
    settle(clock.at)
    assert fresh(joining).state == NoticeState.HANDED_OVER


def test_when_the_first_could_not_be_delivered_the_second_is_sent(clock: FixedClock, world: World) -> None:
    _case, first = handed_over(clock.at, 12)
    Notice.objects.filter(pk=first.pk).update(state=NoticeState.HELD, reason=Reason.BOUNCED)
    recipients.set_contact(channel_id=CHANNEL, address="desk@vidra.example", now=clock.at)
    _other, joining = second(clock)
    approve(joining.id, clock.at)
    settle(clock.at)
    assert fresh(joining).state == NoticeState.HANDED_OVER
    assert len(world.letters) == 2


def test_a_withdrawal_of_one_leaves_the_other(clock: FixedClock, world: World) -> None:
    first, notice = handed_over(clock.at, 12)
    other, item = joined_by(clock.at, 12)
    cases.withdraw_mandate(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert selectors.tracks([item])[item].asked_at == clock.at
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert fresh(notice).case_id == other.id
    assert selectors.tracks([item])[item].asked_at == clock.at


def test_what_comes_back_is_asked_for_each_by_herself(clock: FixedClock, world: World) -> None:
    first, notice = handed_over(clock.at, 12)
    other, _item = joined_by(clock.at, 12)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    assert fresh(notice).state == NoticeState.CLOSED
    world.gone.clear()
    forward(clock, timedelta(days=10))
    anew = Notice.objects.filter(kind="removal", state=NoticeState.READY)
    assert {one.case_id for one in anew} == {first.id, other.id}
    assert NoticeLine.objects.filter(kind="removal", open=True, behind=None).count() == 1
    assert {one.earlier_id for one in anew} == {notice.id}


def test_what_joined_lives_on_when_the_submission_was_none_and_the_first_is_cancelled(
    clock: FixedClock, world: World
) -> None:
    """Her request was approved by itself: an officer who stops another's decides nothing about hers."""
    _case, first = on_worksheet(clock.at)
    submit(first, clock.at)
    clock.advance(timedelta(hours=1))
    other, items = report(clock.at, 12)
    assess(other, items, clock.at)
    settle(clock.at)
    choose(other, key_for_machine(other.id), clock.at, channel=first.channel_id)
    settle(clock.at)
    joining = Notice.objects.get(case=other, kind=first.kind)
    approve(joining.id, clock.at)
    settle(clock.at)
    joining = fresh(joining)
    assert (joining.state, joining.reason) == (NoticeState.CLOSED, Reason.JOINED)
    services.undo_submission(notice_id=first.id, actor=OFFICER, now=clock.at)
    services.cancel(notice_id=first.id, actor=OFFICER, now=clock.at)
    assert fresh(first).state == NoticeState.CANCELLED
    hers = Notice.objects.get(case=other, kind=first.kind, state=NoticeState.READY)
    assert hers.channel_id == first.channel_id
    approve(hers.id, clock.at)
    settle(clock.at)
    submit(fresh(hers), clock.at)
    assert fresh(hers).state == NoticeState.HANDED_OVER
    assert not Notice.objects.filter(case=first.case, kind=first.kind).exclude(pk=first.pk).exists()


def test_what_joined_lives_on_when_the_letter_came_back_and_is_cancelled(
    clock: FixedClock, world: World
) -> None:
    _case, first = handed_over(clock.at, 12)
    other, _item = joined_by(clock.at, 12)
    Notice.objects.filter(pk=first.pk).update(state=NoticeState.HELD, reason=Reason.BOUNCED)
    services.cancel(notice_id=first.id, actor=OFFICER, now=clock.at)
    assert removal_of(other).state == NoticeState.READY
    assert removal_of(first.case).state == NoticeState.CANCELLED
