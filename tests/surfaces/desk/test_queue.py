"""The queue: the most pressing first, its parts, taking and letting go, whichever room has the next step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import services
from recourse.work.cases.domain import AgeBand, Facts, Purpose, Threat
from recourse.work.cases.models import Case
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import actor, open_case
from tests.work.notices.making import World, drafted, handed_over, mail, receive, reply_address

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def numbers(page: Page) -> list[str]:
    return [node.text().strip() for node in page.tree.css("tbody th")]


def press(who: Visitor, page: Page, where: str) -> Page:
    """Press a button of a row, which stands outside the form it sends."""
    assert page.tree.css_first(f'button[form=rows][formaction="{where}"]') is not None, page.html
    return who.post(where, {"csrfmiddlewaretoken": page.form("")["csrfmiddlewaretoken"]})


def test_the_queue_puts_what_is_due_first_first(officer: Visitor, clock: FixedClock) -> None:
    assert "Nothing is waiting." in officer.get("/").text
    first, _ = open_case(clock.at)
    clock.advance(timedelta(hours=2))
    second, _ = open_case(clock.at)
    page = officer.get("/")
    check_page(page)
    assert numbers(page) == [first.number, second.number]
    assert "in 22 h 0 min" in page.text
    clock.advance(timedelta(hours=22, minutes=41))
    assert "Overdue 41 min" in officer.get("/").text


def test_urgency_is_a_head_start_and_starves_nobody(officer: Visitor, clock: FixedClock) -> None:
    """A minor's case passes what came up to twenty hours before it, and nothing older."""
    oldest, _ = open_case(clock.at)
    clock.advance(timedelta(hours=21))
    old, _ = open_case(clock.at - timedelta(hours=1))
    minor, _ = open_case(clock.at, age_band=AgeBand.MINOR)
    danger, _ = open_case(clock.at)
    services.record_facts(
        case_id=danger.id, facts=Facts(item_id=None, threat=Threat.TO_LIFE), actor=actor(), now=clock.at
    )
    page = officer.get("/")
    assert numbers(page) == [danger.number, oldest.number, minor.number, old.number]
    assert "Danger" in page.text
    assert numbers(officer.get("/?show=minor")) == [minor.number]


def test_a_threats_hour_brings_the_case_forward(officer: Visitor, clock: FixedClock) -> None:
    first, _ = open_case(clock.at)
    threatened, _ = open_case(clock.at)
    at = clock.at + timedelta(hours=3)
    facts = Facts(item_id=None, threat=Threat.BLACKMAIL, threat_by=at)
    services.record_facts(case_id=threatened.id, facts=facts, actor=actor(), now=clock.at)
    page = officer.get("/")
    assert numbers(page) == [threatened.number, first.number]
    assert "in 3 h 0 min" in page.text


def test_the_step_of_any_room_is_the_queues(officer: Visitor, world: World, clock: FixedClock) -> None:
    case, notice = drafted(clock.at)
    page = officer.get("/")
    assert f"Approve notice {notice.number}" in page.text
    services.plan_step(case_id=case.id, room="notices", step=None, now=clock.at)
    assert "Wait for others" in officer.get("/").text


def test_an_answer_to_read_is_in_the_queue_and_gone_when_read(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _case, notice = handed_over(clock.at)
    assert "Wait for others" in officer.get("/").text
    answer = receive(mail(), reply_address(world), clock.at)
    page = officer.get("/")
    assert f"Read the answer to {notice.number}" in page.text
    assert f"/mail/{answer.id}" in page.links()
    officer.submit(officer.get(f"/mail/{answer.id}"), {"kind": "claims_removed"})
    assert f"Read the answer to {notice.number}" not in officer.get("/").text


def test_parts_of_the_queue(officer: Visitor, clock: FixedClock) -> None:
    mine, _ = open_case(clock.at)
    theirs, _ = open_case(clock.at)
    free, _ = open_case(clock.at)
    waits, _ = open_case(clock.at)
    services.move_case(case_id=waits.id, to="waiting_for_survivor", actor=actor(), now=clock.at)
    services.claim(case_id=theirs.id, actor=actor(number=9), now=clock.at, purpose=Purpose.ASSESS)
    taken = press(officer, officer.get("/"), f"/case/{mine.number}/take")
    assert taken.path == f"/case/{mine.number}"
    assert taken.status == 200
    assert numbers(officer.get("/?show=mine")) == [mine.number]
    assert set(numbers(officer.get("/?show=free"))) == {free.number, waits.number}
    assert numbers(officer.get("/?show=waiting")) == [waits.number]
    assert numbers(officer.get("/?show=overdue")) == []
    page = officer.get("/")
    assert "Officer 09" in page.text
    assert [" ".join(node.text().split()) for node in page.tree.css("ul[aria-label=Show] a")] == [
        *("All 4", "Mine 1", "Free 2", "Overdue 0", "Minor path 0", "Waiting for her 1")
    ]
    press(officer, page, f"/case/{mine.number}/release")
    assert numbers(officer.get("/?show=mine")) == []
    clock.advance(timedelta(hours=25))
    assert set(numbers(officer.get("/?show=overdue"))) == {mine.number, theirs.number, free.number}


def test_the_next_one_is_the_first_that_nobody_holds(officer: Visitor, clock: FixedClock) -> None:
    held, _ = open_case(clock.at)
    free, _ = open_case(clock.at)
    services.claim(case_id=held.id, actor=actor(number=9), now=clock.at, purpose=Purpose.ASSESS)
    page = officer.submit(officer.get("/"), action="/next")
    assert page.path == f"/case/{free.number}"
    assert Case.objects.get(id=free.id).claimed_label == "Officer 01"
    page = officer.submit(officer.get("/"), action="/next")
    assert page.status == 409
    assert "Nothing is free for you now." in page.text
    check_page(page)


def test_a_case_that_somebody_else_took_meanwhile_stays_theirs(officer: Visitor, clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    page = officer.get("/")
    services.claim(case_id=case.id, actor=actor(number=9), now=clock.at, purpose=Purpose.ASSESS)
    page = press(officer, page, f"/case/{case.number}/take")
    assert page.status == 409
    assert "Somebody else is working on this case." in page.text


def test_a_role_is_not_offered_what_it_may_not_do(clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    page = operator.get("/")
    assert numbers(page) == [case.number]
    assert page.tree.css_first("button[data-take]") is None
    token = page.form("/next")["csrfmiddlewaretoken"]
    assert operator.post(f"/case/{case.number}/take", {"csrfmiddlewaretoken": token}).status == 409
    assert Case.objects.get().claimed_by is None


def test_the_queue_has_pages(officer: Visitor, clock: FixedClock) -> None:
    for _ in range(52):
        open_case(clock.at)
        clock.advance(timedelta(seconds=1))
    page = officer.get("/")
    first = numbers(page)
    assert len(first) == 40
    check_page(page)
    [further] = [link for link in page.links() if "after=" in link]
    second = numbers(officer.get(further))
    assert len(second) == 12
    assert not set(first) & set(second)
    for odd in ("x", "-1", "9" * 40, "\u0661", "20260101T000000.0_", "20260101T000000.0_" + "0" * 32):
        assert officer.get(f"/?after={odd}").status == 200
        assert officer.get(f"/?show={odd}").status == 200


def test_a_long_queue_asks_no_more_questions(officer: Visitor, clock: FixedClock) -> None:
    """The same number of queries for three cases and for thirty; each is bounded."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            officer.get("/")
        return len(queries)

    for _ in range(3):
        open_case(clock.at)
    few = asked()
    for _ in range(27):
        open_case(clock.at)
    assert asked() == few
