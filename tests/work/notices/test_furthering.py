"""Asking further: other kinds beside the first, never the same again after a refusal without something new."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import ChannelReason, Choice, Purpose
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NextStep, NoticeState, Reason
from recourse.work.notices.models import Notice
from recourse.work.notices.services.editing import PersonalWordsError
from recourse.work.notices.services.furthering import AskedAlreadyError, DeclinedError, RefusedBeforeError
from recourse.world.recipients import selectors as recipients
from tests.work.notices.making import (
    CHANNEL,
    OFFICER,
    World,
    approve,
    assess,
    choose,
    drafted,
    forward,
    fresh,
    handed_over,
    joined_by,
    letter,
    mail,
    person,
    receive,
    removal_of,
    reply_address,
    report,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def further(case: Case, now: datetime, kind: str = "removal", channel: str = CHANNEL, **more: str) -> UUID:
    places = [item.place_id for item in case.items.all() if item.place_id]
    notice_id, *_beside = services.draft_further(
        case_id=case.id, place_ids=places, kind=kind, channel_id=channel, actor=OFFICER, now=now, **more
    )
    return notice_id


def refused(clock: FixedClock, world: World, reason: str = "no_violation") -> tuple[Case, Notice]:
    case, notice = handed_over(clock.at, 12)
    said = receive(mail("We refuse your request."), reply_address(world), clock.at)
    services.confirm_answer(mail_id=said.id, kind="refused", reason=reason, actor=OFFICER, now=clock.at)
    return case, notice


def test_preservation_goes_beside_removal_and_waits_for_nothing(now: datetime, world: World) -> None:
    case, items = report(now, 12)
    assess(case, items, now)
    settle(now)
    beside = Notice.objects.get(case=case, kind="preservation")
    assert (beside.state, beside.recipient_id) == (NoticeState.READY, "telegram")
    world.gone.add("dusk_harbour/12")
    approve(beside.id, now)
    settle(now)
    assert fresh(beside).state == NoticeState.HANDED_OVER, "records outlive what they tell of"
    assert "Keep the content and the records" in " ".join(letter(world).get_content().split())


def test_what_is_preserved_is_not_closed_by_removal(clock: FixedClock, world: World) -> None:
    case, items = report(clock.at, 12)
    assess(case, items, clock.at)
    settle(clock.at)
    for notice in Notice.objects.filter(case=case):
        approve(notice.id, clock.at)
    settle(clock.at)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    states = dict(Notice.objects.filter(case=case).values_list("kind", "state"))
    assert states == {"removal": NoticeState.CLOSED, "preservation": NoticeState.HANDED_OVER}


def test_a_formal_decision_runs_beside_the_voluntary_request(now: datetime, world: World) -> None:
    case, notice = handed_over(now, 12)
    place = case.items.get().place_id
    assert place is not None
    channels = recipients.channels_for(place, "blocking", now=now)
    assert channels, "an authority takes it"
    formal = Notice.objects.get(id=further(case, now, "blocking", channels[0].channel_id))
    assert formal.kind == "blocking"
    assert formal.recipient_id != notice.recipient_id
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert formal.language == "ko", "in the channel's own language"
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=formal.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert formal.number in shown.subject
    assert "https://t.me/dusk_harbour/12" in shown.body


def test_a_refusal_is_final_without_something_new(clock: FixedClock, world: World) -> None:
    case, notice = refused(clock, world)
    opened = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=clock.at
    )
    assert opened.next_step in {NextStep.FORMAL_DECISION, NextStep.AUTHORITY, NextStep.NOTHING_MORE}
    with pytest.raises(RefusedBeforeError):
        further(case, clock.at)
    clock.advance(timedelta(days=1))
    assess(case, list(case.items.all()), clock.at)
    settle(clock.at)
    assert Notice.objects.filter(kind="removal").count() == 1, "another decision on the same facts is not new"


def test_something_new_asks_anew_and_says_what(clock: FixedClock, world: World) -> None:
    case, notice = refused(clock, world)
    anew = Notice.objects.get(id=further(case, clock.at, new_facts="A court has decided since."))
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CLOSED, Reason.ASKED_ANEW)
    approve(anew.id, clock.at)
    settle(clock.at)
    assert "We ask again because something is new: A court has decided since." in " ".join(
        letter(world).get_content().split()
    )
    assert b"court" not in bytes(anew.new_facts)


def test_nobody_who_stood_behind_asks_the_refused_again_without_something_new(
    clock: FixedClock, world: World
) -> None:
    case, _notice = handed_over(clock.at, 12)
    second, _item = joined_by(clock.at, approved=False)
    behind = removal_of(second)
    said = receive(mail("We refuse your request."), reply_address(world), clock.at)
    services.confirm_answer(
        mail_id=said.id, kind="refused", reason="no_violation", actor=OFFICER, now=clock.at
    )
    anew = Notice.objects.get(id=further(case, clock.at, new_facts="A court has decided since."))
    approve(behind.id, clock.at)
    forward(clock, timedelta(minutes=2))
    assert len(world.letters) == 1
    assert (fresh(behind).state, fresh(behind).reason) == (NoticeState.CANCELLED, Reason.REFUSED_BEFORE)
    approve(anew.id, clock.at)
    forward(clock, timedelta(minutes=2))
    assert "A court has decided since." in " ".join(letter(world, 1).get_content().split())


def test_a_refusal_without_a_reason_may_be_asked_again_by_a_person(clock: FixedClock, world: World) -> None:
    case, notice = refused(clock, world, reason="")
    assess(case, list(case.items.all()), clock.at)
    settle(clock.at)
    assert removal_of(case).id == notice.id, "the machine does not ask again by itself"
    assert further(case, clock.at) == removal_of(case).id != notice.id
    with pytest.raises(AskedAlreadyError):
        further(case, clock.at)


def test_a_return_after_removal_is_new(clock: FixedClock, world: World) -> None:
    case, notice = refused(clock, world)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    assert fresh(notice).state == NoticeState.CLOSED
    world.gone.clear()
    forward(clock, timedelta(days=10))
    anew = removal_of(case)
    assert (anew.id != notice.id, anew.state, anew.earlier_id) == (True, NoticeState.READY, notice.id)


def test_a_second_survivor_does_not_make_a_refusal_undone(clock: FixedClock, world: World) -> None:
    refused(clock, world)
    other, items = report(clock.at, 12)
    assess(other, items, clock.at)
    settle(clock.at)
    assert not Notice.objects.filter(case=other, kind="removal").exists()


def test_what_she_declined_is_not_asked_there(now: datetime, world: World) -> None:
    case, _notice = drafted(now, 12)
    key = key_for_machine(case.id)
    choose(case, key, now, Choice.WATCH_ONLY, channel="tg-eu-dsa")
    with pytest.raises(DeclinedError):
        further(case, now, "information", "tg-eu-dsa")


def test_only_her_own_places_and_a_channel_that_serves_them(now: datetime, world: World) -> None:
    case, _notice = drafted(now, 12)
    stranger, _other = drafted(now, 13)
    place = stranger.items.get().place_id
    assert place is not None
    for place_ids, channel in (([place], CHANNEL), ([], CHANNEL)):
        with pytest.raises(NotFoundError):
            services.draft_further(
                case_id=case.id, place_ids=place_ids, kind="information", channel_id=channel,
                actor=OFFICER, now=now,
            )  # fmt: skip
    with pytest.raises(NotFoundError):
        further(case, now, "deindexing", CHANNEL)
    with pytest.raises(NotAllowedError):
        services.draft_further(
            case_id=case.id, place_ids=[], kind="removal", channel_id=CHANNEL,
            actor=person(Role.LIAISON), now=now,
        )  # fmt: skip


def test_words_written_by_hand_stand_in_the_letter_and_in_its_digest(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12)
    before = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    services.write_into(
        notice_id=notice.id,
        addition="The same content was removed elsewhere last week.",
        reasons="This is illegal where you have your seat.",
        actor=OFFICER,
        now=now,
    )
    after = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert "The same content was removed elsewhere last week." in after.body
    assert "This is illegal where you have your seat." in after.body
    assert "harms nobody" not in after.body, "it stands in place of our own paragraph"
    assert after.digest != before.digest
    services.send_back(notice_id=notice.id, remark="shorter", actor=OFFICER, now=now)
    services.redraft(notice_id=notice.id, actor=OFFICER, now=now)
    approve(notice.id, now)
    settle(now)
    assert "The same content was removed elsewhere" in " ".join(letter(world).get_content().split())


@pytest.mark.parametrize(
    "words",
    [
        "See https://harbour.example/12",
        "Write to her@harbour.example",
        "Her handle is @dusk",
        "Call +82 10 1234 5678",
        "Our case C-7KM4QX",
        "Her name is Amber",
        "It shows Amber.",
        "이것은 하늘이의 사진입니다",
        "Look at harbour.example/12",
    ],
)
def test_invariant_7_nothing_of_hers_is_written_into_a_letter(
    now: datetime, world: World, words: str
) -> None:
    """7. Nothing about the survivor leaves in a notice; the names she gave to any channel are looked for."""
    case, notice = drafted(now, 12)
    key = key_for_machine(case.id)
    for channel, name in (("x-tida", "Amber Dusk"), ("meta-x", "하늘")):
        cases.ask_choice(case_id=case.id, channel_id=channel, reasons=[ChannelReason.NEEDS_NAME], now=now)
        cases.make_choice(
            case_id=case.id, channel_id=channel, choice=Choice.GO_ON, name=name, key=key, now=now
        )
    with pytest.raises(PersonalWordsError):
        services.write_into(notice_id=notice.id, addition=words, reasons="", actor=OFFICER, now=now)
    with pytest.raises(PersonalWordsError):
        services.write_into(notice_id=notice.id, addition="", reasons=words, actor=OFFICER, now=now)
    assert not fresh(notice).addition
