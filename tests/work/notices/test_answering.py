"""What they said is recorded beside what we saw. It closes nothing; only our own probes do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.base.ledger import selectors as ledger
from recourse.people.accounts.domain import Role
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import AnswerKind, MailState, NoticeState
from recourse.work.notices.models import InboundMail, LedgerEntry, Notice
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.checks.models import Probe
from tests.work.cases.making import place_of
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    forward,
    fresh,
    handed_over,
    joined_by,
    letter,
    mail,
    person,
    receive,
    reply_address,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_an_officer_confirms_or_corrects(clock: FixedClock, world: World) -> None:
    case, notice = handed_over(clock.at, 12)
    at = clock.advance(timedelta(minutes=5))
    found = receive(mail(), reply_address(world), at)
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.REFUSED, actor=OFFICER, now=at)
    line = notice.lines.get()
    assert (line.answer, line.answered_at, line.answer_confirmed_by) == (
        AnswerKind.REFUSED,
        at,
        OFFICER.staff_id,
    )
    found.refresh_from_db()
    assert (found.state, found.proposed, found.confirmed) == (
        MailState.READ,
        AnswerKind.CLAIMS_REMOVED,
        AnswerKind.REFUSED,
    )
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.CLAIMS_REMOVED, actor=OFFICER, now=at)
    assert notice.lines.get().answer == AnswerKind.CLAIMS_REMOVED
    answers = [
        ledger.facts_of(entry.entry_id)
        for entry in LedgerEntry.objects.filter(notice=notice, kind="answer").order_by("at", "entry_id")
    ]
    assert sorted(facts["said"] for facts in answers) == ["claims_removed", "refused"]
    item = case.items.get()
    track = selectors.tracks([item.id])[item.id]
    assert (track.answer, track.answered_at) == (AnswerKind.CLAIMS_REMOVED, at)


def test_invariant_4_their_word_moves_no_availability_and_closes_nothing(now: datetime, world: World) -> None:
    case, notice = handed_over(now, 12)
    found = receive(mail("We have removed it. Case closed. Status: resolved."), reply_address(world), now)
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.CLAIMS_REMOVED, actor=OFFICER, now=now)
    settle(now)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    place = place_of(case.items.get())
    assert checks.availability([place])[place].state is AvailabilityState.AVAILABLE


def test_a_claim_makes_us_look_at_once(clock: FixedClock, world: World) -> None:
    case, notice = handed_over(clock.at, 12)
    place = place_of(case.items.get())
    clock.advance(timedelta(minutes=30))
    found = receive(mail(), reply_address(world), clock.at)
    before = Probe.objects.filter(place_id=place).count()
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.CLAIMS_REMOVED, actor=OFFICER, now=clock.at)
    settle(clock.at)
    assert Probe.objects.filter(place_id=place).count() == before + 1
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN


@pytest.mark.parametrize("kind", [kind for kind in AnswerKind if kind is not AnswerKind.CLAIMS_REMOVED])
def test_no_kind_of_answer_ends_a_notice(kind: AnswerKind, now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(mail("hello"), reply_address(world), now)
    services.confirm_answer(mail_id=found.id, kind=kind, actor=OFFICER, now=now)
    settle(now)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert notice.lines.get().open


def test_our_probes_close_it_and_what_returns_is_asked_for_anew(clock: FixedClock, world: World) -> None:
    case, notice = handed_over(clock.at, 12)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=3))
    place = place_of(case.items.get())
    assert checks.availability([place])[place].state is AvailabilityState.REMOVED_AT_SOURCE
    assert fresh(notice).state == NoticeState.CLOSED
    assert not notice.lines.get().open
    world.gone.clear()
    forward(clock, timedelta(days=2))
    again = Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get()
    assert (again.state, again.earlier_id) == (NoticeState.READY, notice.id)
    approve(again.id, clock.at)
    forward(clock, timedelta(minutes=1))
    assert f"earlier notice, reference {notice.number}" in " ".join(letter(world).get_content().split())
    item = case.items.get()
    assert selectors.tracks([item.id])[item.id].asked_at == fresh(again).handed_over_at


def test_one_of_two_places_gone_keeps_it_open(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=3))
    assert fresh(notice).state == NoticeState.HANDED_OVER


def test_an_answer_about_some_of_the_places(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12, 13)
    found = receive(mail(), reply_address(world), now)
    first, second = notice.lines.order_by("position")
    services.confirm_answer(
        mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=now, line_ids=[first.id]
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.answer, second.answer) == (AnswerKind.ACCEPTED, AnswerKind.NONE)
    with pytest.raises(NotFoundError):
        services.confirm_answer(
            mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=now, line_ids=[notice.id]
        )


def test_a_large_mail_is_not_read_or_written_again_to_be_answered(now: datetime, world: World) -> None:
    """64 MB in a row must not pass through every list, nor through the one writer of SQLite."""
    _case, _notice = handed_over(now, 12)
    found = receive(mail(), reply_address(world), now)
    with CaptureQueriesContext(connection) as captured:
        selectors.mail_waiting(OFFICER)
        selectors.waiting_for([_case.id])
        services.confirm_answer(mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=now)
    assert len(captured) > 5
    assert not [query["sql"] for query in captured if '"raw"' in query["sql"]]
    assert InboundMail.objects.get(pk=found.pk).raw


def test_what_happens_to_a_notice_keeps_its_case_from_counting_as_inactive(
    clock: FixedClock, world: World
) -> None:
    case, _notice = handed_over(clock.at, 12)
    later = clock.advance(timedelta(days=300))
    receive(mail("received", Auto_Submitted="auto-replied"), reply_address(world), later)
    case.refresh_from_db()
    assert case.last_activity_at == later


def test_who_may_not_record_records_nothing(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(mail(), reply_address(world), now)
    with pytest.raises(NotAllowedError):
        services.confirm_answer(
            mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=person(Role.OPERATOR), now=now
        )
    assert notice.lines.get().answer == AnswerKind.NONE


def test_an_answer_to_a_notice_that_a_second_survivor_joined_later_is_not_told_to_her(
    clock: FixedClock, world: World
) -> None:
    _case, _notice = handed_over(clock.at, 12)
    found = receive(mail(), reply_address(world), clock.at)
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=clock.at)
    later = clock.advance(timedelta(hours=2))
    _second, item = joined_by(later)
    track = selectors.tracks([item])[item]
    assert (track.answer, track.answered_at, track.acknowledged_at) == (AnswerKind.NONE, None, None)
