"""Invariant 7: where the poster may learn of it, nothing is approved before she chose, and her word is followed."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.vault.domain import DataKey
from recourse.work.cases import selectors as case_selectors
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Choice
from recourse.work.cases.models import Case
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import Late, NextStep, NoticeState, Reason, Todo
from recourse.work.notices.models import Notice
from tests.work.notices.making import (
    CHANNEL,
    OFFICER,
    World,
    approve,
    assess,
    fresh,
    handed_over,
    removal_of,
    report,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def undecided(now: datetime) -> tuple[Case, Notice, DataKey]:
    """A case whose notice waits for her choice; she has not chosen."""
    case, items = report(now, 12, choice=Choice.NOT_YET)
    assess(case, items, now)
    settle(now)
    return case, removal_of(case), case_selectors.key_for_machine(case.id)


def choose(case: Case, key: DataKey, choice: Choice, now: datetime) -> None:
    cases.make_choice(case_id=case.id, channel_id=CHANNEL, choice=choice, key=key, now=now)
    settle(now)


def test_invariant_7_a_draft_asks_her_and_waits(now: datetime, world: World) -> None:
    """7. Approval waits for her choice; a recipient that says nothing about the poster counts as one that may tell."""
    case, notice, _key = undecided(now)
    assert (notice.state, notice.reason) == (NoticeState.INCOMPLETE, Reason.HER_CHOICE)
    [asked] = case_selectors.choices_waiting(case.id)
    assert (asked.channel_id, asked.reasons) == (CHANNEL, ("tells_poster",))
    with pytest.raises(services.approving.ElementsMissingError):
        approve(notice.id, now)
    row = next(row for row in selectors.overdue(now=now) if row.notice.id == notice.id)
    assert (row.what, row.next_step) == (Late.CHOICE_WAITING, NextStep.ASK_HER)


def test_go_on_makes_it_ready(now: datetime, world: World) -> None:
    case, notice, key = undecided(now)
    choose(case, key, Choice.GO_ON, now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.READY, "")


@pytest.mark.parametrize("approved", [False, True])
def test_watch_only_stops_it_with_a_reason_of_its_own(now: datetime, world: World, *, approved: bool) -> None:
    case, notice, key = undecided(now)
    if approved:
        choose(case, key, Choice.GO_ON, now)
        approve(notice.id, now)
    choose(case, key, Choice.WATCH_ONLY, now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.WATCH_ONLY)
    assert not world.letters
    choose(case, key, Choice.GO_ON, now)
    assert removal_of(case).state == NoticeState.READY
    assert removal_of(case).channel_id == CHANNEL


def test_watch_only_goes_to_no_other_channel_that_may_tell(now: datetime, world: World) -> None:
    case, _notice, key = undecided(now)
    choose(case, key, Choice.WATCH_ONLY, now)
    assert not Notice.objects.filter(case=case).exclude(state=NoticeState.CANCELLED).exists()
    assert case_selectors.choices_waiting(case.id) == ()


def test_talk_first_gives_the_desk_something_to_do(now: datetime, world: World) -> None:
    case, notice, key = undecided(now)
    choose(case, key, Choice.TALK_FIRST, now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.INCOMPLETE, Reason.TALK_FIRST)
    assert {one.todo for one in selectors.waiting_for([case.id])[case.id]} == {Todo.TALK_FIRST}
    choose(case, key, Choice.GO_ON, now)
    assert fresh(notice).state == NoticeState.READY


def test_talk_first_holds_what_was_approved(now: datetime, world: World) -> None:
    case, notice, key = undecided(now)
    choose(case, key, Choice.GO_ON, now)
    approve(notice.id, now)
    choose(case, key, Choice.TALK_FIRST, now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.TALK_FIRST)
    assert not world.letters
    choose(case, key, Choice.GO_ON, now)
    assert removal_of(case).state == NoticeState.READY, "it has to be approved again"


def test_what_has_left_is_not_called_back(now: datetime, world: World) -> None:
    case, notice = handed_over(now, 12)
    choose(case, case_selectors.key_for_machine(case.id), Choice.WATCH_ONLY, now)
    assert fresh(notice).state == NoticeState.HANDED_OVER


def test_one_s_choice_does_not_speak_for_the_other(now: datetime, world: World) -> None:
    handed_over(now, 12)
    _case, notice, _key = undecided(now)
    assert notice.state == NoticeState.INCOMPLETE, "her joining waits for her own word"


def test_a_logged_rule_passes_her_choice_over(now: datetime, world: World) -> None:
    case, notice, _key = undecided(now)
    cases.override_choice(
        case_id=case.id, channel_id=CHANNEL, rule="danger", words="said so", actor=OFFICER, now=now
    )
    settle(now)
    assert fresh(notice).state == NoticeState.READY
