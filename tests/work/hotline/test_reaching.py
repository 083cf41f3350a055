"""She is told in the way that she chose, in words that say nothing, once, and not every hour."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError
from recourse.base.jobs.domain import UndeliverableError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, ChannelReason
from recourse.work.cases.models import Case
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import (
    WORDS,
    ContactHow,
    NotToldYetError,
    Reached,
    ReachState,
    Tell,
    is_mailbox,
    way,
)
from recourse.work.hotline.models import Outreach
from tests.work.cases.making import actor
from tests.work.hotline.reaching import (
    BY_MAIL,
    BY_MAIL_AT_HOURS,
    BY_PHONE,
    NO_MAIL_LEFT,
    ONLY_HERE,
    her,
    mails,
)
from tests.work.hotline.writing import Values
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TELLING = re.compile(
    r"recourse|agency|case|picture|image|photo|sexual|nude|report|remov|police|platform|telegram|hotline|help ?line",
    re.IGNORECASE,
)
OPERATOR = actor(Role.OPERATOR)


@pytest.mark.parametrize(
    ("contact", "state"),
    [
        (BY_MAIL, ReachState.DELIVERED),
        (BY_MAIL_AT_HOURS, ReachState.FOR_A_PERSON),
        (NO_MAIL_LEFT, ReachState.ONLY_HERE),
        (BY_PHONE, ReachState.FOR_A_PERSON),
        (ONLY_HERE, ReachState.ONLY_HERE),
        ({}, ReachState.ONLY_HERE),
    ],
)
def test_the_way_is_the_one_she_chose(
    now: datetime, world: World, contact: Values, state: ReachState
) -> None:
    hers = her(now, contact)
    services.tell(case_id=hers.case_id, what=Tell.MESSAGE, now=now)
    settle(now)
    (row,) = selectors.reached_of(hers.case_id)
    assert row.state is state
    assert len(mails(world)) == (state is ReachState.DELIVERED)
    assert [one.id for one in selectors.calls_waiting(actor=OPERATOR)] == (
        [row.id] if state is ReachState.FOR_A_PERSON else []
    )


def test_a_mail_says_nothing_of_us_or_of_the_matter(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    for what in Tell:
        if what is not Tell.PICKUP:
            services.tell(case_id=hers.case_id, what=what, ref=what, now=now)
            settle(now)
            now += timedelta(days=2)
    sent = mails(world)
    assert len(sent) == len(Tell) - 1
    for mail in sent:
        assert mail["To"] == "dusk@harbour.example"
        assert mail["From"] == "notes@localhost.test"
        assert set(mail.keys()) <= {
            *("DKIM-Signature", "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
            *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
        }
        assert not TELLING.search(f"{mail['Subject']} {mail.get_content()}")
        assert hers.code not in mail.as_string()
    bodies = {mail.get_content() for mail in sent}
    assert len(bodies) == 2, "news, and was it you: nobody can tell from the words what happened"


def test_no_words_for_her_name_the_matter() -> None:
    for words in WORDS.values():
        assert not TELLING.search(words.subject + words.body)


def test_news_are_told_once_a_day_and_questions_of_safety_at_once(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    services.tell(case_id=hers.case_id, what=Tell.RETURNED, ref="1", now=now)
    settle(now)
    services.tell(case_id=hers.case_id, what=Tell.MESSAGE, ref="2", now=now + timedelta(hours=5))
    settle(now + timedelta(hours=5))
    assert len(mails(world)) == 1
    services.tell(case_id=hers.case_id, what=Tell.ENDING, ref="3", now=now + timedelta(hours=6))
    settle(now + timedelta(hours=6))
    assert len(mails(world)) == 2
    services.tell(case_id=hers.case_id, what=Tell.QUESTION, ref="4", now=now + timedelta(hours=25))
    settle(now + timedelta(hours=25))
    assert len(mails(world)) == 3


def test_the_same_thing_is_told_once(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    assert services.tell(case_id=hers.case_id, what=Tell.RETURNED, ref="1", now=now) is not None
    assert services.tell(case_id=hers.case_id, what=Tell.RETURNED, ref="1", now=now) is None
    settle(now)
    services.reach(outreach_id=Outreach.objects.get().id, now=now)
    settle(now)
    assert len(mails(world)) == 1


def test_a_mailbox_that_refuses_becomes_a_task_for_a_person(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    world.failures.append(UndeliverableError("no such mailbox"))
    services.tell(case_id=hers.case_id, what=Tell.MESSAGE, now=now)
    settle(now)
    (row,) = selectors.reached_of(hers.case_id)
    assert row.state is ReachState.FOR_A_PERSON
    assert Case.objects.get(id=hers.case_id).room_steps.get(room="hotline").todo == "reach_survivor"
    services.record_reached(outreach_id=row.id, outcome=Reached.TOLD, actor=OPERATOR, now=now)
    (row,) = selectors.reached_of(hers.case_id)
    assert (row.state, row.outcome, row.label) == (ReachState.DONE, Reached.TOLD, OPERATOR.label)


def test_a_person_writes_at_the_hour_she_named(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL_AT_HOURS)
    services.tell(case_id=hers.case_id, what=Tell.MESSAGE, now=now)
    settle(now)
    (row,) = selectors.reached_of(hers.case_id)
    services.write_at_her_hour(outreach_id=row.id, actor=OPERATOR, now=now)
    settle(now)
    assert len(mails(world)) == 1
    with pytest.raises(NotToldYetError):
        services.write_at_her_hour(outreach_id=row.id, actor=OPERATOR, now=now)
    with pytest.raises(NotAllowedError):
        services.record_reached(outreach_id=row.id, outcome=Reached.TOLD, actor=actor(Role.LIAISON), now=now)


def test_not_her_freezes_what_was_begun_with_her_code(now: datetime, world: World) -> None:
    hers = her(now, BY_PHONE)
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=now)
    settle(now)
    (row,) = selectors.reached_of(hers.case_id)
    assert row.what is Tell.ENDING
    services.record_reached(outreach_id=row.id, outcome=Reached.NOT_HER, actor=OPERATOR, now=now)
    assert hers.state == CaseState.FROZEN


def test_a_question_that_waits_is_told(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    reasons = [ChannelReason.TELLS_POSTER]
    cases.ask_choice(case_id=hers.case_id, channel_id="tg-abuse", reasons=reasons, now=now)
    settle(now)
    cases.ask_choice(case_id=hers.case_id, channel_id="tg-abuse", reasons=reasons, now=now)
    settle(now)
    assert len(mails(world)) == 1


def test_she_is_told_before_her_case_is_erased_by_its_date(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    until = Case.objects.get(id=hers.case_id).retain_until
    assert until is not None
    clock.at = until - timedelta(days=31)
    assert not cases.warn_of_erasure(now=clock.at)
    settle(clock.at)
    clock.at = until - timedelta(days=29)
    cases.warn_of_erasure(now=clock.at)
    cases.warn_of_erasure(now=clock.at)
    settle(clock.at)
    assert len(mails(world)) == 1
    assert [row.what for row in selectors.reached_of(hers.case_id)] == [Tell.ERASURE]


def test_an_erased_case_is_told_nothing(now: datetime, world: World) -> None:
    hers = her(now, BY_MAIL)
    services.tell(case_id=hers.case_id, what=Tell.MESSAGE, now=now)
    cases.erase_case(case_id=hers.case_id, now=now)
    settle(now)
    assert mails(world) == []
    assert services.tell(case_id=hers.case_id, what=Tell.RETURNED, now=now) is None
    assert not Outreach.objects.filter(case_id=hers.case_id).exists()


CONTACTS = st.fixed_dictionaries(
    {
        "address": st.sampled_from(["", "dusk@harbour.example", "000 555", "two@a.example, three@b.example"]),
        "window": st.sampled_from(["", "after dusk"]),
        "may_leave": st.booleans(),
    }
)


@given(how=st.sampled_from(ContactHow), contact=CONTACTS)
def test_nothing_leaves_by_itself_in_a_way_or_at_an_hour_she_did_not_choose(
    how: ContactHow, contact: dict[str, object]
) -> None:
    chosen = way(how, **contact)  # type: ignore[arg-type]
    by_itself = (
        how is ContactHow.EMAIL
        and bool(contact["may_leave"])
        and contact["window"] == ""
        and contact["address"] == "dusk@harbour.example"
    )
    assert (chosen is ReachState.SENT) is by_itself


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dusk",
        "@harbour.example",
        "dusk@harbour",
        "a@b@harbour.example",
        "a@harbour.example,b@harbour.example",
        "a@harbour.example\nBcc: b@harbour.example",
        "dusk <a@harbour.example>",
        "d\u00fcsk@harbour.example",
        "a@" + "harbour." * 40 + "example",
    ],
)
def test_a_machine_sends_to_one_plain_mailbox_only(address: str) -> None:
    assert not is_mailbox(address)
    assert is_mailbox("dusk.2@harbour.example")


def test_she_is_told_when_something_is_there_again_by_her_own_look(clock: FixedClock, world: World) -> None:
    hers = her(clock.at, BY_MAIL)
    settle(clock.at)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(days=9))
    assert mails(world) == []
    world.gone.clear()
    forward(clock, timedelta(days=35))
    assert [row.what for row in selectors.reached_of(hers.case_id)] == [Tell.RETURNED]
    assert len(mails(world)) == 1
    forward(clock, timedelta(days=60))
    assert len(mails(world)) == 1, "told once for one return"
