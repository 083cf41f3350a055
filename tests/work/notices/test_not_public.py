"""A place that is not public any more, removed or only hidden: nothing is closed by it, and nobody is called silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.ledger import selectors as ledger
from recourse.work.cases.domain import CaseState
from recourse.work.cases.models import Case
from recourse.work.notices.domain import NoticeState
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.reminders import still_to_remind
from recourse.world.checks import selectors as checks
from recourse.world.checks import visit
from recourse.world.checks.domain import AvailabilityState, Look, Verdict
from recourse.world.rules.reading import Reading
from tests.work.cases.making import place_of
from tests.work.notices.making import World, forward, fresh, handed_over, mail, receive, reply_address

pytestmark = [pytest.mark.django_db, pytest.mark.db]
POST = "dusk_harbour/12"
look = visit.look


@pytest.fixture(autouse=True)
def cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform whose answer is the same for a removed post and for a hidden one."""

    def answers_alike(reading: Reading | None, *, vantage: str, now: datetime) -> Look:
        seen = look(reading, vantage=vantage, now=now)
        return replace(seen, verdict=Verdict.NOT_PUBLIC) if seen.verdict is Verdict.GONE else seen

    monkeypatch.setattr(visit, "look", answers_alike)


def out_of_sight(clock: FixedClock, world: World) -> tuple[Case, Notice]:
    """A notice with proof of receipt, whose place went out of sight before the deadline."""
    case, notice = handed_over(clock.at)
    receive(mail("We have got it.", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    world.gone.add(POST)
    forward(clock, timedelta(hours=30))
    assert state(case) is AvailabilityState.NOT_PUBLIC
    return case, fresh(notice)


def state(case: Case) -> AvailabilityState:
    place = place_of(case.items.get())
    return checks.availability([place])[place].state


def test_it_closes_no_notice_and_no_case_and_is_told_to_the_ledger_as_what_it_is(
    clock: FixedClock, world: World
) -> None:
    case, notice = out_of_sight(clock, world)
    assert notice.state == NoticeState.RECEIPT_PROVEN
    assert Case.objects.get(id=case.id).state == CaseState.OPEN
    entries = ledger.entries_about(place_of(case.items.get()))
    assert [ledger.facts_of(entry)["state"] for entry in entries] == ["not_public"]


def test_no_reminder_says_that_it_is_still_there(clock: FixedClock, world: World) -> None:
    _case, notice = out_of_sight(clock, world)
    assert still_to_remind(notice) == []
    world.gone.clear()
    forward(clock, timedelta(days=7))
    assert len(still_to_remind(fresh(notice))) == 1


def test_whoever_may_have_done_what_we_asked_is_not_called_silent(clock: FixedClock, world: World) -> None:
    case, notice = out_of_sight(clock, world)
    assert notice.due_at is not None
    forward(clock, notice.due_at - clock.at + timedelta(days=3))
    assert state(case) is AvailabilityState.NOT_PUBLIC
    assert fresh(notice).silent_since is None

    world.gone.clear()
    forward(clock, timedelta(days=30))
    assert state(case) is AvailabilityState.AVAILABLE
    assert fresh(notice).silent_since == notice.due_at, "public again, and still no answer"
    assert Notice.objects.filter(case=case, kind="removal").count() == 1, "the one that asks, asks on"
