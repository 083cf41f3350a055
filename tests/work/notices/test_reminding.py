"""Reminders in the channel's own window, and the next step that is proposed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import IllegalMoveError, NotAllowedError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import (
    Late,
    MailCategory,
    MailState,
    NextStep,
    NoticeState,
    ReminderState,
    ReminderView,
    TokenFound,
)
from recourse.work.notices.models import LedgerEntry, Notice, Reminder
from recourse.work.notices.services.approving import LetterChangedError
from recourse.work.notices.services.reminding import TooEarlyError
from recourse.world.recipients import selectors as recipients
from tests.work.notices.making import (
    OFFICER,
    World,
    forward,
    fresh,
    handed_over,
    letter,
    mail,
    person,
    receive,
    reply_address,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def window(notice: Notice) -> timedelta:
    """How long the channel wants to be left alone before the first reminder."""
    hours = recipients.by_channel(notice.channel_id).remind_after_hours
    assert hours is not None
    return timedelta(hours=hours)


def possible(notice: Notice, clock: FixedClock) -> ReminderView:
    """The reminder that could be sent now or later, as it is read."""
    found = possible_or_none(notice, clock)
    assert found is not None
    return found


def possible_or_none(notice: Notice, clock: FixedClock) -> ReminderView | None:
    """The same, or nothing where none is offered."""
    opened = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=clock.at
    )
    return opened.reminders[-1] if opened.reminders else None


def remind(notice: Notice, clock: FixedClock) -> None:
    digest = possible(notice, clock).digest
    services.remind(notice_id=notice.id, digest=digest, actor=OFFICER, now=clock.at)
    settle(clock.at)


def test_before_the_window_it_is_refused(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    view = possible(notice, clock)
    assert (view.state, view.opens_at) == (ReminderState.TOO_EARLY, clock.at + window(notice))
    with pytest.raises(TooEarlyError):
        remind(notice, clock)


def test_a_reminder_is_a_mail_of_its_own_in_the_same_thread(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    late = {row.notice.id: row for row in selectors.overdue(now=clock.at)}
    assert late[notice.id].next_step is NextStep.REMIND
    remind(notice, clock)
    first, second = letter(world, 0), letter(world, 1)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    assert second["Reply-To"] == first["Reply-To"]
    assert "Reminder of our request" in second["Subject"]
    body = " ".join(second.get_content().split())
    assert "https://t.me/dusk_harbour/12" in body
    assert "Approved and signed: Officer 01" in body
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.sent_at) == (ReminderState.SENT, clock.at)
    kinds = list(LedgerEntry.objects.filter(notice=notice).values_list("kind", flat=True))
    assert kinds.count("reminder") == 1
    assert Notice.objects.exclude(handed_over_at=None).count() == 1, "a reminder is no notice"
    with pytest.raises(TooEarlyError):
        remind(notice, clock)


@pytest.mark.parametrize("silent", [False, True])
def test_it_says_that_the_content_is_there_only_where_it_was_found(
    clock: FixedClock, world: World, *, silent: bool
) -> None:
    """A reminder does not wait for a page that nobody can read, and states nothing about it."""
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice) - timedelta(minutes=1))
    world.silent = silent
    forward(clock, timedelta(hours=1))
    remind(notice, clock)
    forward(clock, timedelta(hours=1))
    body = " ".join(letter(world, 1).get_content().split())
    assert "We have no answer about these addresses" in body
    assert ("the content is still there" in body) is not silent
    assert ("Our own check found the content" in body) is not silent


def test_its_answer_comes_to_the_notice(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    remind(notice, clock)
    found = receive(mail("We received it.", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    assert found.notice_id == notice.id
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN


def test_its_thread_comes_to_the_notice_and_its_bounce_says_nothing_of_the_letter(
    clock: FixedClock, world: World
) -> None:
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    remind(notice, clock)
    named = Reminder.objects.get().message_id
    assert named
    found = receive(mail("Which post?", In_Reply_To=named), "desk@localhost.test", clock.at)
    assert (found.notice_id, found.found_by) == (notice.id, TokenFound.THREAD)
    returned = mail(
        "Your message could not be delivered.", sender="mailer-daemon@vidra.example", References=named
    )
    back = receive(returned, reply_address(world), clock.at)
    assert (back.category, back.state) == (MailCategory.BOUNCE, MailState.WAITING_FOR_PERSON)
    assert fresh(notice).state == NoticeState.HANDED_OVER


def test_only_what_was_read_is_approved_and_by_whom_it_may(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    with pytest.raises(LetterChangedError):
        services.remind(notice_id=notice.id, digest="", actor=OFFICER, now=clock.at)
    with pytest.raises(NotAllowedError):
        services.remind(
            notice_id=notice.id,
            digest=possible(notice, clock).digest,
            actor=person(Role.LIAISON),
            now=clock.at,
        )


def test_what_is_answered_or_gone_is_not_reminded_of(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    said = receive(mail("We will remove it."), reply_address(world), clock.at)
    services.confirm_answer(mail_id=said.id, kind="accepted", actor=OFFICER, now=clock.at)
    forward(clock, window(notice))
    with pytest.raises(IllegalMoveError):
        services.remind(notice_id=notice.id, digest="", actor=OFFICER, now=clock.at)


def test_invariant_8_a_reminder_is_checked_again_before_it_leaves(clock: FixedClock, world: World) -> None:
    """8. Machine drafts, person sends: what changed between approval and sending stops it."""
    case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    digest = possible(notice, clock).digest
    services.remind(notice_id=notice.id, digest=digest, actor=OFFICER, now=clock.at)
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    settle(clock.at)
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert len(world.letters) == 1


def test_invariant_9_one_reminder_is_under_way_at_a_time(clock: FixedClock, world: World) -> None:
    """9. Nothing is sent twice by accident: pressing twice reminds once."""
    _case, notice = handed_over(clock.at, 12)
    forward(clock, window(notice))
    digest = possible(notice, clock).digest
    services.remind(notice_id=notice.id, digest=digest, actor=OFFICER, now=clock.at)
    with pytest.raises(TooEarlyError):
        services.remind(notice_id=notice.id, digest=digest, actor=OFFICER, now=clock.at)
    settle(clock.at)
    assert len(world.letters) == 2


def test_silence_after_a_proven_receipt_is_on_the_board(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    receive(mail("received", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    due = fresh(notice).due_at
    assert due is not None
    forward(clock, due - clock.at - timedelta(hours=1))
    late = {row.notice.id: row.what for row in selectors.overdue(now=clock.at)}
    assert late[notice.id] in {Late.DUE_SOON, Late.REMINDER_DUE}
    forward(clock, timedelta(hours=2))
    late = {row.notice.id: row.what for row in selectors.overdue(now=clock.at)}
    assert late[notice.id] is Late.SILENT
    said = receive(mail("We will remove it."), reply_address(world), clock.at)
    services.confirm_answer(mail_id=said.id, kind="accepted", actor=OFFICER, now=clock.at)
    assert notice.id not in {row.notice.id for row in selectors.overdue(now=clock.at)}
