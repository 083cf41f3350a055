"""A button pressed twice, or a form sent by two windows at once, is one answer: one leaf."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.notices import services
from recourse.work.notices.domain import AnswerKind
from recourse.work.notices.models import LedgerEntry, Notice
from tests.threads import together
from tests.work.notices.making import OFFICER, World, handed_over, mail, receive, reply_address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
PRESSED = 4


def answers(notice: Notice) -> int:
    return LedgerEntry.objects.filter(notice=notice, kind="answer").count()


def test_an_answer_confirmed_by_two_windows_at_once_is_one(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    found = receive(mail(), reply_address(world), clock.at)

    def confirm() -> None:
        services.confirm_answer(mail_id=found.id, kind="refused", reason="other", actor=OFFICER, now=clock.at)

    assert together(*[confirm] * PRESSED) == [None] * PRESSED
    assert answers(notice) == 1
    services.confirm_answer(
        mail_id=found.id, kind="refused", reason="no_violation", actor=OFFICER, now=clock.at
    )
    assert answers(notice) == 2, "another reason is something new"


def test_an_answer_about_one_place_and_then_the_other_is_two(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    found = receive(mail(), reply_address(world), clock.at)
    for line in notice.lines.all():
        for _ in range(2):
            services.confirm_answer(
                mail_id=found.id, kind="accepted", line_ids=[line.id], actor=OFFICER, now=clock.at
            )
    assert answers(notice) == 2
    assert {line.answer for line in notice.lines.all()} == {AnswerKind.ACCEPTED}


def test_an_answer_seen_on_their_page_and_recorded_twice_is_one(clock: FixedClock, world: World) -> None:
    """The form names a minute; what is sent within it counts as now, so that the two seconds differ."""
    _case, notice = handed_over(clock.at, 12)
    clock.advance(timedelta(hours=1, seconds=50))

    def see() -> None:
        services.record_answer(
            notice_id=notice.id, kind="accepted", came_at=clock.at, actor=OFFICER, now=clock.at
        )

    assert together(*[see] * PRESSED) == [None] * PRESSED
    clock.advance(timedelta(seconds=3))
    see()
    assert answers(notice) == 1
    clock.advance(timedelta(days=1))
    see()
    assert answers(notice) == 2, "what they say again a day later is said again"
