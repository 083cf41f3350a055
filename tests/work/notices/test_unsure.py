"""A letter that was stopped on its way may have arrived: nothing says that it did not, and a late answer finds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import OutsideError
from recourse.base.jobs.domain import ArrivalUnknownError, UndeliverableError
from recourse.work.cases import services as cases
from recourse.work.cases.models import Case
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import Check, CheckState, NoticeState, Reason, ReminderState
from recourse.work.notices.models import Notice, NoticeLine, Reminder
from recourse.work.notices.selectors.letters import opened as unseal
from tests.work.notices.making import (
    OFFICER,
    World,
    drafted,
    forward,
    fresh,
    handed_over,
    mail,
    receive,
    removal_of,
    settle,
)
from tests.work.notices.test_after_all import corrects, said
from tests.work.notices.test_by_hand import shown
from tests.work.notices.test_reminding import remind, window

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DIED = RuntimeError("killed")  # the worker's own end: nobody says how the try went
LOST = ArrivalUnknownError("the line broke")


def stopped(clock: FixedClock, world: World, how: Exception) -> tuple[Case, Notice]:
    """A letter that was being handed over when its worker or its line died; she withdraws before the next try."""
    world.failures = [how]
    case, notice = handed_over(clock.at, 12)
    assert notice.state == NoticeState.SENDING
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    settle(clock.at)
    forward(clock, timedelta(minutes=10))
    assert not world.letters
    return case, fresh(notice)


@pytest.mark.parametrize("how", [DIED, LOST], ids=["worker", "line"])
def test_what_was_stopped_on_its_way_may_have_arrived(
    clock: FixedClock, world: World, how: Exception
) -> None:
    began = clock.at
    case, notice = stopped(clock, world, how)
    assert (notice.state, notice.reason) == (NoticeState.HELD, Reason.MANDATE_WITHDRAWN)
    assert (notice.unsure_since, said(notice)) == (began, ["notice"])
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert said(notice) == ["arrival_unknown", "notice"]
    assert corrects(notice, "arrival_unknown") == "notice"
    assert shown(notice, clock.at).row.unsure_since == began
    [item] = case.items.all()
    track = selectors.tracks([item.id])[item.id]
    assert (track.asked_at, track.unsure_since) == (None, began)
    [sent] = selectors.sent_out([item.id])
    assert (sent.at, sent.sure) == (began, False), "what may have been sent outside is not left out"


def test_a_relay_that_said_later_does_not_have_it(clock: FixedClock, world: World) -> None:
    case, notice = stopped(clock, world, OutsideError("away"))
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert fresh(notice).unsure_since is None
    assert said(notice) == ["not_sent", "notice"]
    assert selectors.sent_out([case.items.get().id]) == ()


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_late_answer_shows_that_it_had_arrived(clock: FixedClock, world: World, *, cancelled: bool) -> None:
    began = clock.at
    case, notice = stopped(clock, world, DIED)
    if cancelled:
        services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    clock.advance(timedelta(hours=2))
    found = receive(
        mail("We received your report.", Auto_Submitted="auto-replied"),
        unseal(notice, "reply_address"),
        clock.at,
    )
    notice = fresh(notice)
    assert found.notice_id == notice.id
    assert (notice.state, notice.receipt_proven_at) == (NoticeState.RECEIPT_PROVEN, clock.at)
    why = Reason.BY_OFFICER if cancelled else Reason.MANDATE_WITHDRAWN
    assert (notice.handed_over_at, notice.left_despite) == (began, why)
    denied = ["arrival_unknown", "left_after_all"] if cancelled else []
    assert said(notice) == sorted([*denied, "notice", "receipt"])
    [item] = case.items.all()
    assert selectors.tracks([item.id])[item.id].asked_at == began
    services.confirm_answer(mail_id=found.id, kind="acknowledged", actor=OFFICER, now=clock.at)
    assert notice.lines.get().answer == "acknowledged"


def test_an_answer_on_their_page_shows_it_too(clock: FixedClock, world: World) -> None:
    _case, notice = stopped(clock, world, LOST)
    services.record_answer(
        notice_id=notice.id, kind="refused", reason="other", came_at=clock.at, actor=OFFICER, now=clock.at
    )
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert fresh(notice).handed_over_at is not None


def test_what_was_given_up_after_it_may_have_arrived(clock: FixedClock, world: World) -> None:
    world.failures = [LOST, UndeliverableError("550")]
    _case, notice = handed_over(clock.at, 12)
    forward(clock, timedelta(minutes=10))
    notice = fresh(notice)
    assert (notice.state, notice.reason) == (NoticeState.HELD, Reason.UNDELIVERABLE)
    assert notice.unsure_since is not None
    assert said(notice) == ["arrival_unknown", "notice"]
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert said(notice) == ["arrival_unknown", "notice"], "said once"


def test_what_is_written_anew_says_that_it_may_be_there(clock: FixedClock, world: World) -> None:
    world.failures = [LOST, UndeliverableError("550")]
    case, notice = handed_over(clock.at, 12)
    forward(clock, timedelta(minutes=10))
    services.redraft(notice_id=notice.id, actor=OFFICER, now=clock.at)
    anew = removal_of(case)
    checks = {view.check: view for view in shown(anew, clock.at).checks}
    assert checks[Check.NOT_SENT_BEFORE].state is CheckState.NO
    assert checks[Check.NOT_SENT_BEFORE].at == fresh(notice).unsure_since
    receive(mail("We will remove it."), unseal(notice, "reply_address"), clock.at)
    settle(clock.at)
    assert (fresh(anew).state, fresh(anew).reason) == (NoticeState.CANCELLED, Reason.JOINED)
    asking = NoticeLine.objects.filter(kind="removal", open=True, behind=None)
    assert [line.notice_id for line in asking] == [notice.id], "nothing is asked twice"


def test_a_slow_worker_s_word_is_true_after_the_stop(clock: FixedClock, world: World) -> None:
    """It was overtaken, but it had handed the letter over, and now says so."""
    _case, notice = stopped(clock, world, DIED)
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert notice.outbox_id is not None
    services.record_delivered(outbox_id=notice.outbox_id, at=clock.at, now=clock.at)
    notice = fresh(notice)
    assert (notice.state, notice.handed_over_at) == (NoticeState.HANDED_OVER, clock.at)
    assert said(notice) == ["arrival_unknown", "left_after_all", "notice"]


def test_an_undeliverable_letter_that_is_answered_had_arrived(clock: FixedClock, world: World) -> None:
    world.failures = [UndeliverableError("550")]
    _case, notice = handed_over(clock.at, 12)
    assert said(notice) == ["not_delivered", "notice"]
    receive(mail("We will remove it."), unseal(notice, "reply_address"), clock.at)
    notice = fresh(notice)
    assert (notice.state, notice.handed_over_at) == (NoticeState.RECEIPT_PROVEN, clock.at)
    assert said(notice) == ["left_after_all", "not_delivered", "notice", "receipt"]


def test_a_reminder_that_was_stopped_on_its_way(clock: FixedClock, world: World) -> None:
    case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    world.failures = [DIED]
    remind(notice, clock)
    assert Reminder.objects.get().state == ReminderState.QUEUED
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    forward(clock, timedelta(minutes=10))
    reminder = Reminder.objects.get()
    assert reminder.state == ReminderState.CANCELLED
    assert reminder.unsure_since is not None
    assert corrects(notice, "arrival_unknown") == "reminder"
    assert shown(notice, clock.at).reminders[0].unsure_since is not None
    assert reminder.outbox_id is not None
    services.record_delivered(outbox_id=reminder.outbox_id, at=clock.at, now=clock.at)
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.left_despite) == (ReminderState.SENT, True)
    assert corrects(notice, "left_after_all") == "arrival_unknown"


def test_what_waits_to_leave_is_not_unsure(clock: FixedClock, world: World) -> None:
    _case, notice = drafted(clock.at, 12)
    services.cancel(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert (fresh(notice).unsure_since, said(notice)) == (None, [])
