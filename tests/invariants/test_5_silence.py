"""Invariant 5, "Silence is a fact with a date": what waits unread on our own side is not their silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.notices import services
from recourse.work.notices.models import LedgerEntry, Notice
from tests.work.notices.making import (
    OFFICER,
    World,
    forward,
    fresh,
    handed_over,
    mail,
    receive,
    reply_address,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def kinds(notice: Notice) -> list[str]:
    return list(LedgerEntry.objects.filter(notice=notice).order_by("at", "id").values_list("kind", flat=True))


def proven(clock: FixedClock, world: World) -> Notice:
    """A notice whose receipt is proven, and whose deadline runs."""
    _case, notice = handed_over(clock.at)
    receive(mail("We have got it.", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    assert fresh(notice).due_at is not None
    return fresh(notice)


def test_invariant_5_an_answer_that_we_have_not_read_yet_is_no_silence(
    clock: FixedClock, world: World
) -> None:
    """5. Silence is a fact with a date: they wrote before the deadline, and it lies unread with us."""
    notice = proven(clock, world)
    assert notice.due_at is not None
    clock.at = notice.due_at - timedelta(minutes=5)
    answer = receive(mail("We have removed it."), reply_address(world), clock.at)
    forward(clock, timedelta(hours=3))
    assert fresh(notice).silent_since is None
    assert "silence" not in kinds(notice)
    services.confirm_answer(mail_id=answer.id, kind="claims_removed", actor=OFFICER, now=clock.at)
    forward(clock, timedelta(days=2))
    assert fresh(notice).silent_since is None
    assert "silence" not in kinds(notice)


def test_invariant_5_what_turned_out_to_be_no_answer_is_silence_since_the_deadline(
    clock: FixedClock, world: World
) -> None:
    """5. Silence is a fact with a date: the date is the deadline, however late we read."""
    notice = proven(clock, world)
    assert notice.due_at is not None
    clock.at = notice.due_at - timedelta(minutes=5)
    thanks = receive(mail("Thank you for your message."), reply_address(world), clock.at)
    forward(clock, timedelta(hours=3))
    assert fresh(notice).silent_since is None
    services.confirm_answer(mail_id=thanks.id, kind="acknowledged", actor=OFFICER, now=clock.at)
    forward(clock, timedelta(hours=3))
    assert fresh(notice).silent_since == notice.due_at
    assert kinds(notice).count("silence") == 1


def test_invariant_5_a_mail_after_the_deadline_changes_nothing_about_the_silence(
    clock: FixedClock, world: World
) -> None:
    """5. Silence is a fact with a date."""
    notice = proven(clock, world)
    assert notice.due_at is not None
    clock.at = notice.due_at - timedelta(minutes=5)
    forward(clock, timedelta(hours=1))
    receive(mail("We have removed it."), reply_address(world), clock.at)
    assert fresh(notice).silent_since == notice.due_at


def test_invariant_5_a_timely_answer_found_later_corrects_the_record(clock: FixedClock, world: World) -> None:
    """5. Silence is a fact with a date: a mail without its token was theirs all the same."""
    notice = proven(clock, world)
    assert notice.due_at is not None
    clock.at = notice.due_at - timedelta(minutes=5)
    stray = receive(mail("We have removed it."), "desk@agency.example", clock.at)
    forward(clock, timedelta(hours=1))
    assert fresh(notice).silent_since == notice.due_at
    services.attach_mail(mail_id=stray.id, notice_number=notice.number, actor=OFFICER, now=clock.at)
    services.confirm_answer(mail_id=stray.id, kind="claims_removed", actor=OFFICER, now=clock.at)
    assert fresh(notice).silent_since is None
    assert kinds(notice).count("correction") == 1


def test_invariant_5_an_answer_about_one_place_is_silence_about_the_other(
    clock: FixedClock, world: World
) -> None:
    """5. Silence is a fact with a date: one answered line ends nothing for the line beside it."""
    _case, notice = handed_over(clock.at, 12, 13)
    receive(mail("We have got it.", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    first, second = notice.lines.order_by("position")
    about_one = receive(mail("We have removed the first."), reply_address(world), clock.at)
    services.confirm_answer(
        mail_id=about_one.id, kind="refused", actor=OFFICER, now=clock.at, line_ids=[first.id]
    )
    due = fresh(notice).due_at
    assert due is not None
    clock.at = due - timedelta(minutes=5)
    about_other = receive(mail("And the second."), "desk@agency.example", clock.at)
    forward(clock, timedelta(hours=1))
    assert fresh(notice).silent_since == due
    services.attach_mail(mail_id=about_other.id, notice_number=notice.number, actor=OFFICER, now=clock.at)
    services.confirm_answer(
        mail_id=about_other.id, kind="refused", actor=OFFICER, now=clock.at, line_ids=[second.id]
    )
    assert fresh(notice).silent_since is None, "now every place was answered in time"


def test_invariant_5_a_second_answer_after_the_deadline_does_not_unsay_the_first(
    clock: FixedClock, world: World
) -> None:
    """5. Silence is a fact with a date: who answered in time may write again."""
    notice = proven(clock, world)
    assert notice.due_at is not None
    early = receive(mail("We will look."), reply_address(world), clock.at)
    services.confirm_answer(mail_id=early.id, kind="accepted", actor=OFFICER, now=clock.at)
    clock.at = notice.due_at + timedelta(hours=1)
    late = receive(mail("We have removed it."), reply_address(world), clock.at)
    services.confirm_answer(mail_id=late.id, kind="refused", actor=OFFICER, now=clock.at)
    forward(clock, timedelta(hours=3))
    assert fresh(notice).silent_since is None
    services.confirm_answer(mail_id=early.id, kind="acknowledged", actor=OFFICER, now=clock.at)
    forward(clock, timedelta(hours=3))
    assert fresh(notice).silent_since == notice.due_at, "corrected: nothing that came in time was an answer"
