"""Words go both ways, sealed, and she can add to her report later without telling anything twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recourse.base.core.errors import NotAllowedError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, FieldTooLongError
from recourse.work.cases.models import Case, Item
from recourse.work.hotline import selectors, services
from recourse.work.hotline.domain import MAX_MESSAGE, MentionKind, NothingWrittenError, Tell
from recourse.work.hotline.models import Message, Report
from tests.work.cases.making import actor, everything_stored, web_process
from tests.work.hotline.reaching import BY_MAIL, ONLY_HERE, Her, her, mails
from tests.work.notices.making import World, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR = actor(Role.OPERATOR)


def todo(hers: Her) -> str | None:
    found = Case.objects.get(id=hers.case_id).room_steps.filter(room="hotline").first()
    return found.todo if found else None


def texts(hers: Her) -> list[tuple[bool, str]]:
    return [(one.from_her, one.text) for one in selectors.messages_of(hers.own)]


def test_words_go_both_ways_and_wait_for_whoever_must_read_them(
    now: datetime, world: World, home: Path
) -> None:
    hers = her(now, BY_MAIL)
    with web_process(home):
        services.write_to_us(case=hers.own, text="  a boat\x00 at dusk \r\n", now=now)
    assert todo(hers) == "answer_survivor"
    opened = hers.opened(now)
    assert [one.text for one in selectors.messages_of(opened)] == ["a boat at dusk"]
    now += timedelta(minutes=1)
    services.write_to_her(case=opened, text="we look at it tomorrow", actor=OPERATOR, now=now)
    assert todo(hers) != "answer_survivor"
    settle(now)
    assert len(mails(world)) == 1
    assert [row.what for row in selectors.reached_of(hers.case_id)] == [Tell.MESSAGE]
    assert selectors.unread_by_her(hers.case_id) == 1
    with web_process(home):
        assert texts(hers) == [(False, "we look at it tomorrow"), (True, "a boat at dusk")]
        services.note_read_by_her(case=hers.own, now=now)
    assert selectors.unread_by_her(hers.case_id) == 0


def test_words_are_sealed(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    services.write_to_us(case=hers.own, text="a boat at dusk", now=now)
    services.write_to_her(case=hers.opened(now), text="the tide is low", actor=OPERATOR, now=now)
    for table, column, raw in everything_stored():
        assert b"boat at dusk" not in raw, (table, column)
        assert b"tide is low" not in raw, (table, column)


def test_what_is_empty_or_too_long_is_refused(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    for nothing in ("", "  \n\t ", "\x00"):
        with pytest.raises(NothingWrittenError):
            services.write_to_us(case=hers.own, text=nothing, now=now)
    with pytest.raises(FieldTooLongError):
        services.write_to_us(case=hers.own, text="x" * (MAX_MESSAGE + 1), now=now)
    with pytest.raises(NotAllowedError):
        services.write_to_her(case=hers.opened(now), text="x", actor=actor(Role.LIAISON), now=now)
    assert not Message.objects.exists()


def test_reading_without_an_answer_takes_it_off_the_queue(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    services.write_to_us(case=hers.own, text="thank you", now=now)
    services.note_read_by_us(case=hers.opened(now), actor=OPERATOR, now=now)
    assert todo(hers) != "answer_survivor"


def test_writing_opens_a_closed_case_again(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    cases.move_case(case_id=hers.case_id, to=CaseState.CLOSED, actor=actor(), now=now)
    services.write_to_us(case=hers.own, text="it is there again", now=now)
    assert hers.state == CaseState.OPEN


def test_she_adds_a_place_and_words_with_her_code_alone(now: datetime, world: World, home: Path) -> None:
    hers = her(now, ONLY_HERE)
    before = Item.objects.filter(case_id=hers.case_id).count()
    values = {"places": "https://t.me/dusk_harbour/99\na second boat", "words": "found today"}
    with web_process(home):
        services.add_to_report(case=hers.own, values=values, now=now)
    settle(now)
    assert Item.objects.filter(case_id=hers.case_id).count() == before + 1
    assert Report.objects.filter(case_id=hers.case_id).count() == 2
    (told,) = [one for one in selectors.reports_of(hers.opened(now)) if "safe_contact" not in one.answers]
    kinds = {one.kind: one.verbatim for one in told.mentions}
    assert kinds == {MentionKind.LINE: "a second boat", MentionKind.ADDED: "found today"}
    assert todo(hers) == "read_addition"
    for mention in [one for report in selectors.reports_of(hers.opened(now)) for one in report.mentions]:
        services.set_aside_mention(mention_id=mention.id, case_id=hers.case_id, actor=actor(), now=now)
    assert todo(hers) is None


def test_an_addition_read_twice_adds_nothing_twice(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    report_id = services.add_to_report(case=hers.own, values={"words": "found today"}, now=now)
    settle(now)
    Report.objects.filter(id=report_id).update(read_at=None)
    services.read_report(report_id=report_id, now=now)
    assert sorted(len(one.mentions) for one in selectors.reports_of(hers.opened(now))) == [1, 1]


def test_an_empty_addition_is_refused_and_one_too_long_names_its_field(now: datetime, world: World) -> None:
    hers = her(now, ONLY_HERE)
    with pytest.raises(NothingWrittenError):
        services.add_to_report(case=hers.own, values={"places": " ", "words": ""}, now=now)
    with pytest.raises(FieldTooLongError) as caught:
        services.add_to_report(case=hers.own, values={"words": "x" * 20_001}, now=now)
    assert caught.value.field == "words"
    assert Report.objects.filter(case_id=hers.case_id).count() == 1


def test_erasing_takes_messages_and_safe_contact_with_it(now: datetime, world: World) -> None:
    """15. Erasure works."""
    hers = her(now, BY_MAIL)
    services.write_to_us(case=hers.own, text="a boat at dusk", now=now)
    services.tell(case_id=hers.case_id, what=Tell.RETURNED, now=now)
    cases.erase_case(case_id=hers.case_id, now=now)
    settle(now)
    assert not Message.objects.filter(case_id=hers.case_id).exists()
    assert selectors.reached_of(hers.case_id) == ()
    assert todo(hers) is None
