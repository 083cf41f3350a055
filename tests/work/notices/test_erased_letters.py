"""Erasing one of several cases behind a letter: none of hers leaves any more, and no copy of what left names it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import OutsideError
from recourse.base.core.sandbox import Sandbox
from recourse.base.jobs.domain import ArrivalUnknownError, OutboxState, UndeliverableError
from recourse.base.jobs.models import Job, Outbox
from recourse.base.ledger import selectors as ledger
from recourse.work.cases import services as cases
from recourse.work.cases.models import Case, Item
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NoticeState, Reason, ReminderState
from recourse.work.notices.models import LedgerEntry, Notice, Reminder
from recourse.work.notices.selectors.letters import opened as unseal
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    forward,
    fresh,
    handed_over,
    letter,
    settle,
)
from tests.work.notices.test_after_all import said
from tests.work.notices.test_by_hand import shown
from tests.work.notices.test_gathering import of, on_the_web
from tests.work.notices.test_reminding import remind, window
from tests.world.outside import InlineSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HERS, OTHERS = "dusk/12", "dusk/13"


@pytest.fixture(autouse=True)
def sandbox() -> object:
    with wiring.bound(Sandbox, InlineSandbox()):  # type: ignore[type-abstract]
        yield


def one_letter(now: datetime) -> tuple[Case, Case, Item, Notice]:
    """A letter to a host about a place of each of two cases, approved; the first case is to be erased."""
    first, _item = on_the_web(now, HERS)
    second, item = on_the_web(now, OTHERS)
    notice = of(first)
    approve(notice.id, now)
    return first, second, item, notice


def written_anew(second: Case, world: World, clock: FixedClock, *, letters: int = 0) -> None:
    """What the other case asks is drafted anew, and names nothing else once it is sent."""
    assert len(world.letters) == letters
    anew = Notice.objects.get(case=second, kind="removal", state=NoticeState.READY)
    approve(anew.id, clock.at)
    forward(clock, timedelta(minutes=1))
    assert fresh(anew).state == NoticeState.HANDED_OVER
    body = letter(world).get_content()
    assert OTHERS in body
    assert HERS not in body


def emptied(notice: Notice) -> None:
    """Nothing of the letter stays, in its row or in the outbox."""
    notice = fresh(notice)
    assert not any([notice.subject, notice.body])
    copy = Outbox.objects.get(id=notice.outbox_id)
    assert not any([copy.body, copy.envelope])
    assert copy.state in {OutboxState.GAVE_UP, OutboxState.DELIVERED}
    assert not notice.lines.filter(position=0, place__isnull=False).exists()


def test_what_waits_in_the_outbox_is_written_anew(clock: FixedClock, world: World) -> None:
    first, second, _item, notice = one_letter(clock.at)
    services.send(notice_id=notice.id, now=clock.at)
    assert fresh(notice).state == NoticeState.QUEUED
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.CASE_ERASED)
    emptied(notice)
    written_anew(second, world, clock)


def test_what_a_relay_put_off_is_written_anew(clock: FixedClock, world: World) -> None:
    """It was handed to nobody: the next try does not bring it either."""
    first, second, _item, notice = one_letter(clock.at)
    world.failures = [OutsideError("away")]
    settle(clock.at)
    assert fresh(notice).state == NoticeState.SENDING
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.CASE_ERASED)
    assert said(notice) == ["not_sent", "notice"]
    forward(clock, timedelta(minutes=10))
    emptied(notice)
    written_anew(second, world, clock)


def test_what_may_be_there_already_says_so_and_turns_out(clock: FixedClock, world: World) -> None:
    first, second, _item, notice = one_letter(clock.at)
    world.failures = [ArrivalUnknownError("lost")]
    settle(clock.at)
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert said(notice) == ["arrival_unknown", "notice"]
    assert fresh(notice).outbox_id is not None
    services.record_delivered(outbox_id=fresh(notice).outbox_id, at=clock.at, now=clock.at)  # type: ignore[arg-type]
    assert (fresh(notice).state, fresh(notice).case_id) == (NoticeState.HANDED_OVER, second.id)
    assert [line.open for line in notice.lines.order_by("position")] == [False, True], "hers asks no more"
    assert not Notice.objects.filter(case=second, kind="removal", state=NoticeState.READY).exists()


def test_between_the_erasing_and_its_echo_nothing_leaves(clock: FixedClock, world: World) -> None:
    first, second, _item, notice = one_letter(clock.at)
    services.send(notice_id=notice.id, now=clock.at)
    cases.erase_case(case_id=first.id, now=clock.at)
    outbox_id = fresh(notice).outbox_id
    assert outbox_id is not None
    with pytest.raises(UndeliverableError):
        services.leave(outbox_id=outbox_id, now=clock.at)
    settle(clock.at)
    emptied(notice)
    written_anew(second, world, clock)


@pytest.mark.parametrize("event", ["cases.CaseErased", "locations.PlaceErased"])
def test_whichever_echo_comes_first(clock: FixedClock, world: World, event: str) -> None:
    first, second, _item, notice = one_letter(clock.at)
    services.send(notice_id=notice.id, now=clock.at)
    cases.erase_case(case_id=first.id, now=clock.at)
    later = clock.at + timedelta(minutes=1)
    Job.objects.filter(kind__startswith=f"on.{event}", state="open").update(due_at=later)
    forward(clock, timedelta(minutes=2))
    emptied(notice)
    written_anew(second, world, clock)


def test_the_only_line_is_stopped_wherever_it_is(clock: FixedClock, world: World) -> None:
    world.failures = [OutsideError("away")]
    case, notice = handed_over(clock.at, 12)
    assert notice.state == NoticeState.SENDING
    cases.erase_case(case_id=case.id, now=clock.at)
    settle(clock.at)
    forward(clock, timedelta(minutes=10))
    assert not world.letters
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.CASE_ERASED)
    emptied(notice)
    assert not [row for row in selectors.overdue(now=clock.at) if row.notice.id == notice.id]
    entries = LedgerEntry.objects.filter(notice=notice)
    assert entries.exists()
    assert not any(ledger.facts_of(one.entry_id) for one in entries), "what the record said of it is erased"


def test_what_was_delivered_is_kept_by_whoever_wrote_it_alone(clock: FixedClock, world: World) -> None:
    """The outbox keeps no second copy: a letter that others stand behind would outlast an erasing there."""
    first, _second, _item, notice = one_letter(clock.at)
    settle(clock.at)
    assert len(world.letters) == 1
    copy = Outbox.objects.get(id=fresh(notice).outbox_id)
    assert not any([copy.body, copy.envelope])
    assert HERS in unseal(fresh(notice), "body")
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    emptied(notice)


def test_a_reminder_that_names_hers_does_not_leave(clock: FixedClock, world: World) -> None:
    first, second, _item, notice = one_letter(clock.at)
    settle(clock.at)
    forward(clock, window(notice))
    world.failures = [OutsideError("away")]
    remind(fresh(notice), clock)
    assert Reminder.objects.get().state == ReminderState.QUEUED
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    forward(clock, timedelta(minutes=10))
    reminder = Reminder.objects.get()
    assert (reminder.state, len(world.letters)) == (ReminderState.CANCELLED, 1)
    assert not any([reminder.subject, reminder.body, Outbox.objects.get(id=reminder.outbox_id).body])
    assert fresh(notice).case_id == second.id
    remind(fresh(notice), clock)
    assert len(world.letters) == 2
    assert HERS not in letter(world).get_content()


def test_who_had_withdrawn_before_is_in_no_old_letter_either(clock: FixedClock, world: World) -> None:
    """Her permission ended first, so nothing of hers stands behind the letter any more; it names her place still."""
    first, _item = on_the_web(clock.at, OTHERS)
    hers, _item = on_the_web(clock.at, HERS)
    notice = of(first)
    approve(notice.id, clock.at)
    services.send(notice_id=notice.id, now=clock.at)
    cases.withdraw_mandate(case_id=hers.id, now=clock.at)
    settle(clock.at)
    assert (fresh(notice).state, fresh(notice).case_id) == (NoticeState.CANCELLED, first.id)
    assert HERS in shown(notice, clock.at).body
    cases.erase_case(case_id=hers.id, now=clock.at)
    settle(clock.at)
    assert shown(notice, clock.at).body == ""
    assert not any([Outbox.objects.get(id=fresh(notice).outbox_id).body])


def test_a_letter_that_nobody_approved_names_only_who_is_left(clock: FixedClock, world: World) -> None:
    first, _item = on_the_web(clock.at, HERS)
    second, _item = on_the_web(clock.at, OTHERS)
    notice = of(first)
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    assert (fresh(notice).state, fresh(notice).case_id) == (NoticeState.READY, second.id)
    services.redraft(notice_id=notice.id, actor=OFFICER, now=clock.at)
    approve(notice.id, clock.at)
    settle(clock.at)
    assert HERS not in letter(world).get_content()
