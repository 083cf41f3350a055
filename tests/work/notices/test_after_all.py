"""What a person had submitted before anybody could tell her that it was stopped: recorded as it happened.

A fact outside is never refused. The log takes back that it was not sent, her page tells that it was asked, and
nothing is asked twice.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import IllegalMoveError, NotFoundError
from recourse.base.ledger import selectors as ledger
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, Choice
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import (
    AfterAll,
    MailState,
    NoticeState,
    Reason,
    ReminderState,
    may_turn_out,
)
from recourse.work.notices.models import LedgerEntry, Notice, NoticeLine, Reminder
from recourse.work.notices.selectors.letters import opened as unseal
from recourse.work.notices.services.by_hand import SubmittedWhenError
from recourse.work.statistics.domain.figures import group_of
from recourse.work.statistics.domain.periods import Month
from recourse.work.statistics.selectors.counting import count_month
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import RESOLVED
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    assess,
    choose,
    drafted,
    forward,
    fresh,
    mail,
    receive,
    report,
    settle,
)
from tests.work.notices.test_by_hand import FORM, on_worksheet, shown, submit
from tests.work.notices.test_reminding_by_hand import reminder_on_worksheet

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def said(notice: Notice) -> list[str]:
    """What the public record says of a notice, sorted: kinds, and of corrections what they say."""
    facts = [ledger.facts_of(entry.entry_id) for entry in LedgerEntry.objects.filter(notice=notice)]
    return sorted(one.get("what") or one["kind"] for one in facts)


def corrects(notice: Notice, what: str) -> str:
    """What the last correction that says this corrects: the kind of that entry, or what it says."""
    found = [
        ledger.facts_of(one.entry_id) for one in LedgerEntry.objects.filter(notice=notice, kind="correction")
    ]
    [named] = [one["corrects"] for one in found if one["what"] == what]
    facts = next(
        ledger.facts_of(one.entry_id)
        for one in LedgerEntry.objects.filter(notice=notice)
        if str(one.entry_id) == named
    )
    return facts.get("what") or facts["kind"]


def withdrawn_on_the_sheet(clock: FixedClock) -> tuple[Case, Notice]:
    """She takes her permission back while an officer fills in the form."""
    case, notice = on_worksheet(clock.at, kind="removal")
    clock.advance(timedelta(minutes=5))
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    settle(clock.at)
    assert fresh(notice).state == NoticeState.CANCELLED
    clock.advance(timedelta(minutes=5))
    return case, notice


def test_it_left_although_she_had_taken_her_permission_back(clock: FixedClock, world: World) -> None:
    case, notice = withdrawn_on_the_sheet(clock)
    assert said(notice) == ["not_sent", "notice"]
    assert shown(notice, clock.at).after_all is AfterAll.NOTICE
    at = clock.at - timedelta(minutes=7)
    services.record_submission(notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=at)
    notice = fresh(notice)
    assert (notice.state, notice.handed_over_at) == (NoticeState.HANDED_OVER, at)
    assert (notice.left_despite, notice.submitted_by) == (Reason.MANDATE_WITHDRAWN, OFFICER.staff_id)
    assert said(notice) == ["left_after_all", "not_sent", "notice"]
    assert corrects(notice, "left_after_all") == "not_sent"
    opened = shown(notice, clock.at)
    assert (opened.after_all, opened.row.left_despite) == (None, Reason.MANDATE_WITHDRAWN)
    [item] = case.items.all()
    assert selectors.tracks([item.id])[item.id].asked_at == at, "her page tells what was sent outside"
    assert count_month(Month.of(clock.at))[group_of(notice.recipient_id)].asked == 1
    assert opened.reminders == () or opened.reminders[-1].state is not ReminderState.POSSIBLE


def test_their_reference_proves_receipt_all_the_same(clock: FixedClock, world: World) -> None:
    _case, notice = withdrawn_on_the_sheet(clock)
    submit(notice, clock.at, their_reference="HB-112")
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert said(notice) == ["left_after_all", "not_sent", "notice", "receipt"]
    found = receive(
        mail("About your report, reference HB-112: it was removed."), "desk@localhost.test", clock.at
    )
    assert found.notice_id == notice.id


def test_a_mail_of_theirs_waits_for_who_submitted_it(clock: FixedClock, world: World) -> None:
    """Their own words show that the form was filled in; only a person knows when."""
    _case, notice = withdrawn_on_the_sheet(clock)
    contact = unseal(notice, "reply_address")
    found = receive(mail("We received your report.", Auto_Submitted="auto-replied"), contact, clock.at)
    assert (found.notice_id, found.state) == (notice.id, MailState.WAITING_FOR_PERSON)
    assert fresh(notice).state == NoticeState.CANCELLED
    services.record_submission(
        notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at - timedelta(minutes=1)
    )
    assert (fresh(notice).state, fresh(notice).receipt_proven_at) == (NoticeState.RECEIPT_PROVEN, found.at)


def test_what_was_held_meanwhile_is_recorded_too(clock: FixedClock, world: World) -> None:
    case, notice = on_worksheet(clock.at)
    cases.move_case(case_id=case.id, to=CaseState.WAITING_FOR_SURVIVOR, actor=OFFICER, now=clock.at)
    clock.advance(timedelta(hours=1))
    services.check_again(notice_id=notice.id, now=clock.at)
    forward(clock, timedelta(minutes=5))
    assert fresh(notice).state == NoticeState.HELD
    submit(notice, clock.at)
    notice = fresh(notice)
    assert (notice.state, notice.left_despite) == (NoticeState.HANDED_OVER, Reason.CASE_WAITS)
    assert said(notice) == ["notice"], "the record never said that it did not leave"
    assert notice.lines.get().open


def test_what_seemed_gone_is_closed_by_our_own_checks_as_ever(clock: FixedClock, world: World) -> None:
    case, notice = on_worksheet(clock.at, kind="removal")
    world.gone.add("dusk_harbour/12")
    clock.advance(timedelta(hours=1))
    services.check_again(notice_id=notice.id, now=clock.at)
    forward(clock, timedelta(minutes=5))
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.PLACE_GONE)
    forward(clock, timedelta(hours=3))
    place = case.items.get().place_id
    assert place is not None
    assert checks.availability([place])[place].state in RESOLVED
    submit(notice, clock.at, their_reference="HB-112")
    assert fresh(notice).state == NoticeState.CLOSED
    assert (fresh(notice).reason, fresh(notice).left_despite) == ("", Reason.PLACE_GONE)


def open_lines(notice: Notice) -> list[NoticeLine]:
    line = notice.lines.get()
    same = NoticeLine.objects.filter(place=line.place_id, kind=line.kind, recipient_id=line.recipient_id)
    return list(same.filter(open=True, behind=None))


@pytest.mark.parametrize("approved", [False, True])
def test_what_was_drafted_in_its_place_asks_no_more(
    clock: FixedClock, world: World, *, approved: bool
) -> None:
    """She wanted to talk first, then went on: the request was drafted anew, and perhaps lies on the sheet again."""
    case, notice = on_worksheet(clock.at)
    key = key_for_machine(case.id)
    for choice in (Choice.TALK_FIRST, Choice.GO_ON):
        choose(case, key, clock.at, choice, channel=FORM)
        settle(clock.at)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.TALK_FIRST)
    anew = Notice.objects.get(case=case, kind=notice.kind, state=NoticeState.READY)
    if approved:
        approve(anew.id, clock.at)
        settle(clock.at)
        assert fresh(anew).state == NoticeState.QUEUED
    submit(notice, clock.at)
    settle(clock.at)
    assert (fresh(anew).state, fresh(anew).reason) == (NoticeState.CANCELLED, Reason.JOINED)
    assert [line.notice_id for line in open_lines(notice)] == [notice.id]
    assert not Notice.objects.filter(case=case, kind=notice.kind, state=NoticeState.READY).exists()


def test_another_survivor_s_request_joins_it(clock: FixedClock, world: World) -> None:
    first, notice = on_worksheet(clock.at)
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    second, items = report(clock.at, 12)
    assess(second, items, clock.at)
    settle(clock.at)
    choose(second, key_for_machine(second.id), clock.at, channel=FORM)
    [hers] = services.draft_further(
        case_id=second.id,
        place_ids=[item.place_id for item in items if item.place_id],
        kind=notice.kind,
        channel_id=FORM,
        actor=OFFICER,
        now=clock.at,
    )
    approve(hers, clock.at)
    settle(clock.at)
    assert Notice.objects.get(id=hers).state == NoticeState.QUEUED
    submit(notice, clock.at)
    settle(clock.at)
    anew = Notice.objects.get(case=second, kind=notice.kind, state=NoticeState.READY)
    approve(anew.id, clock.at)
    settle(clock.at)
    assert (fresh(anew).state, fresh(anew).reason) == (NoticeState.CLOSED, Reason.JOINED)
    assert set(notice.lines.get().backings.values_list("case_id", flat=True)) == {first.id, second.id}


def test_one_that_left_meanwhile_asks_in_its_stead(clock: FixedClock, world: World) -> None:
    case, notice = on_worksheet(clock.at)
    key = key_for_machine(case.id)
    for choice in (Choice.TALK_FIRST, Choice.GO_ON):
        choose(case, key, clock.at, choice, channel=FORM)
        settle(clock.at)
    anew = Notice.objects.get(case=case, kind=notice.kind, state=NoticeState.READY)
    approve(anew.id, clock.at)
    settle(clock.at)
    submit(fresh(anew), clock.at)
    submit(notice, clock.at)
    assert fresh(notice).state == fresh(anew).state == NoticeState.HANDED_OVER, "both were submitted"
    assert [line.notice_id for line in open_lines(notice)] == [anew.id]


def test_a_record_by_mistake_is_undone_and_it_is_stopped_as_before(clock: FixedClock, world: World) -> None:
    _case, notice = withdrawn_on_the_sheet(clock)
    submit(notice, clock.at)
    services.undo_submission(notice_id=notice.id, actor=OFFICER, now=clock.at)
    notice = fresh(notice)
    assert (notice.state, notice.reason) == (NoticeState.CANCELLED, Reason.MANDATE_WITHDRAWN)
    assert (notice.handed_over_at, notice.left_despite, notice.submitted_label) == (None, "", "")
    assert said(notice) == ["left_after_all", "not_sent", "not_sent", "notice", "submission_undone"]
    submit(notice, clock.at)
    assert said(notice).count("left_after_all") == 2, "and it can be recorded again"


def test_what_never_lay_on_a_work_sheet_was_not_submitted(clock: FixedClock, world: World) -> None:
    _case, letter = drafted(clock.at, 13)
    services.cancel(notice_id=letter.id, actor=OFFICER, now=clock.at)
    with pytest.raises(IllegalMoveError):
        submit(letter, clock.at)
    _case, notice = withdrawn_on_the_sheet(clock)
    with pytest.raises(SubmittedWhenError):
        services.record_submission(
            notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at - timedelta(hours=1)
        )
    submit(notice, clock.at)
    with pytest.raises(IllegalMoveError):
        submit(notice, clock.at)


def test_of_an_erased_case_nothing_is_recorded(clock: FixedClock, world: World) -> None:
    case, notice = on_worksheet(clock.at)
    cases.erase_case(case_id=case.id, now=clock.at)
    settle(clock.at)
    with pytest.raises(NotFoundError):
        submit(notice, clock.at, their_reference="HB-112")
    assert not fresh(notice).their_reference


def test_a_reminder_that_was_stopped_and_had_been_submitted(clock: FixedClock, world: World) -> None:
    _case, notice = reminder_on_worksheet(clock)
    services.record_answer(
        notice_id=notice.id, kind="accepted", came_at=clock.at, actor=OFFICER, now=clock.at
    )
    settle(clock.at)
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert shown(notice, clock.at).after_all is AfterAll.REMINDER
    services.record_reminder_submitted(
        notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at
    )
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.left_despite) == (ReminderState.SENT, True)
    assert corrects(notice, "left_after_all") == "not_sent"
    opened = shown(notice, clock.at)
    assert opened.after_all is None
    assert opened.reminders[0].left_despite
    with pytest.raises(NotFoundError):
        services.record_reminder_submitted(
            notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at
        )


@pytest.mark.parametrize("state", list(NoticeState))
@pytest.mark.parametrize("queued", [False, True])
def test_what_may_turn_out_is_decided_purely(state: NoticeState, *, queued: bool) -> None:
    """Invariant 8 holds here too: only what was approved and ready to leave may turn out to have left."""
    stopped = state in {NoticeState.HELD, NoticeState.CANCELLED}
    assert may_turn_out(state, queued=queued, left=False) is (stopped and queued)
    assert not may_turn_out(state, queued=queued, left=True)
