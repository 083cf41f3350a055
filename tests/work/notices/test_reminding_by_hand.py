"""A reminder that a person submits: it is on the work-sheet only as long as there is something to remind of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases import services as cases
from recourse.work.cases.models import Case
from recourse.work.notices import services
from recourse.work.notices.domain import ReminderState
from recourse.work.notices.models import LedgerEntry, Notice, Reminder
from tests.work.notices.making import OFFICER, World, forward, settle
from tests.work.notices.test_by_hand import on_worksheet, shown, submit
from tests.work.notices.test_reminding import remind, window

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def reminder_on_worksheet(clock: FixedClock) -> tuple[Case, Notice]:
    """A form that was submitted and not answered, with an approved reminder to be filled in."""
    case, notice = on_worksheet(clock.at, kind="blocking", channel="kmcsc-portal")
    submit(notice, clock.at)
    forward(clock, window(notice))
    remind(notice, clock)
    forward(clock, timedelta(minutes=2))
    sheet = shown(notice, clock.at).worksheet
    assert sheet is not None
    assert sheet.reminder
    return case, notice


def corrections(notice: Notice) -> int:
    return LedgerEntry.objects.filter(notice=notice, kind="correction").count()


def test_an_answer_takes_it_off_the_work_sheet(clock: FixedClock, world: World) -> None:
    _case, notice = reminder_on_worksheet(clock)
    services.record_answer(
        notice_id=notice.id, kind="accepted", came_at=clock.at, actor=OFFICER, now=clock.at
    )
    assert shown(notice, clock.at).worksheet is None
    settle(clock.at)
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert corrections(notice) == 1, "the record says that it was not sent"


def test_a_withdrawal_takes_it_off_the_work_sheet(clock: FixedClock, world: World) -> None:
    case, notice = reminder_on_worksheet(clock)
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    assert shown(notice, clock.at).worksheet is None
    settle(clock.at)
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert corrections(notice) == 1


def test_old_checks_of_it_are_made_again(clock: FixedClock, world: World) -> None:
    _case, notice = reminder_on_worksheet(clock)
    clock.advance(timedelta(hours=2))
    sheet = shown(notice, clock.at).worksheet
    assert sheet is not None
    assert not sheet.fresh
    services.check_again(notice_id=notice.id, now=clock.at)
    forward(clock, timedelta(minutes=2))
    sheet = shown(notice, clock.at).worksheet
    assert sheet is not None
    assert sheet.fresh
    services.record_reminder_submitted(
        notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at
    )
    assert Reminder.objects.get().state == ReminderState.SENT
