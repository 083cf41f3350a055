"""Her page: what was asked, what they say, what we saw, who opened it; and nothing of anybody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.vault.domain import DataKey, new_case_code
from recourse.work.cases import selectors
from recourse.work.cases.domain import Purpose
from recourse.work.cases.models import Case
from recourse.work.hotline import services as hotline
from recourse.work.hotline.models import Report
from recourse.world.checks.domain import Verdict
from tests import cast
from tests.surfaces.survivor.test_report import ANSWERS, code_on, fill
from tests.surfaces.visits import Page, Visitor, check_page
from tests.work.cases.making import add, open_case, place_of, web_process
from tests.work.cases.test_own_view import look_until

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def code() -> str:
    return new_case_code()


@pytest.fixture
def case(code: str, now: datetime) -> tuple[Case, DataKey]:
    return open_case(now, code=code)


def look(her: Visitor, code: str) -> Page:
    page = her.submit(her.get("/"), {"code": code}, action="/case")
    assert page.path == "/case"
    check_page(page)
    return page


def test_an_empty_case_says_that_it_is_stored_and_when_it_is_read(
    her: Visitor, code: str, case: tuple[Case, DataKey]
) -> None:
    page = look(her, code)
    assert "Your report is stored." in page.text
    assert "A person reads it within 24 hours: by 3 Mar, 09:00" in page.text
    assert "Nobody has opened it yet." in page.text
    assert page.tree.css(".place") == []


def test_a_place_that_is_up_then_missing_then_gone(
    her: Visitor, code: str, case: tuple[Case, DataKey], clock: FixedClock
) -> None:
    item = add(*case, clock.at)
    assert "Not looked at yet" in look(her, code).text
    look_until(place_of(item), clock.at, Verdict.LIVE)
    page = look(her, code)
    assert "Not gone from 1 place." in page.text
    assert "Still there" in page.text
    clock.advance(timedelta(days=7))
    look_until(place_of(item), clock.at, Verdict.GONE)
    page = look(her, code)
    assert "We looked once" in page.text
    assert "Not yet sure of 1 place." in page.tree.css_first("h1").text()  # type: ignore[union-attr]
    clock.advance(2 * HOUR)
    look_until(place_of(item), clock.at, Verdict.GONE)
    page = look(her, code)
    assert "Gone from 1 place." in page.text
    assert "We checked: gone" in page.text
    clock.advance(timedelta(days=31))
    look_until(place_of(item), clock.at, Verdict.LIVE)
    page = look(her, code)
    assert "We checked: back" in page.text
    assert "Not gone from 1 place." in page.text


def test_every_place_has_four_stops_a_next_date_and_no_address(
    her: Visitor, code: str, case: tuple[Case, DataKey], clock: FixedClock
) -> None:
    for number in (12, 13, 14):
        look_until(place_of(add(*case, clock.at, number=number)), clock.at, Verdict.LIVE)
    page = look(her, code)
    places = page.tree.css(".place")
    assert [node.css_first("h3").text().split("Telegram")[0].strip() for node in places] == [  # type: ignore[union-attr]
        "Place 1",
        "Place 2",
        "Place 3",
    ]
    for node in places:
        assert len(node.css(".track li")) == 4
        (following,) = [line for line in node.css("p") if line.text().startswith("Next:")]
        assert following.css_first("time") is not None
    assert "dusk_harbour" not in page.html
    assert "t.me" not in page.html
    assert case[0].number not in page.html


def test_many_places_come_in_light_pages(
    her: Visitor, code: str, case: tuple[Case, DataKey], clock: FixedClock
) -> None:
    for number in range(1, 31):
        look_until(place_of(add(*case, clock.at, number=number)), clock.at, Verdict.LIVE)
    page = look(her, code)
    assert "Not gone from 30 places." in page.text, "the headline counts all of them"
    names = []
    for path in ("/case", "/case?from=13", "/case?from=25"):
        page = her.get(path)
        check_page(page)
        names += [node.text().split(" Telegram")[0] for node in page.tree.css(".place h3")]
    assert names == [f"Place {number}" for number in range(1, 31)]
    for odd in ("0", "-1", "x", "999", "9" * 50, "\u0664"):
        assert her.get(f"/case?from={odd}").status == 200


def test_she_sees_who_opened_it_when_and_why_in_their_words(
    her: Visitor, code: str, case: tuple[Case, DataKey], clock: FixedClock
) -> None:
    officer = cast.officer()
    for minutes in (0, 5, 10):
        now = clock.at + timedelta(minutes=minutes)
        selectors.access_case(actor=officer, case_id=case[0].id, purpose=Purpose.ASSESS, now=now)
    selectors.access_case(
        actor=officer,
        case_id=case[0].id,
        purpose=Purpose.OTHER,
        words="a question of <b>the court</b>",
        now=clock.at + 2 * HOUR,
    )
    clock.advance(3 * HOUR)
    page = look(her, code)
    assert "Officer 01 : to decide what we ask, and from whom (3 pages)" in page.text
    assert "a question of <b>the court</b>" in page.text
    assert "&lt;b&gt;the court" in page.html


def test_what_somebody_else_reported_before_leaves_no_trace(
    her: Visitor, code: str, now: datetime, clock: FixedClock
) -> None:
    other = open_case(now)
    item = add(*other, now)
    for verdict in (Verdict.LIVE, Verdict.GONE, Verdict.GONE):
        clock.advance(timedelta(days=8))
        look_until(place_of(item), clock.at, verdict)
    add(*open_case(clock.at, code=code), clock.at)
    page = look(her, code)
    assert "Your report is stored." in page.text
    assert "Not looked at yet" in page.text
    assert "Gone" not in page.tree.css_first(".place").text()  # type: ignore[union-attr]


def test_words_that_no_rule_reads_are_said_to_wait_for_a_person(her: Visitor, clock: FixedClock) -> None:
    shown = her.submit(fill(her, ANSWERS), action="/report/send")
    code = code_on(shown)
    for report in Report.objects.all():
        hotline.read_report(report_id=report.id, now=clock.at)
    page = look(her, code)
    assert "1 thing you wrote names no place" in page.text
    assert "neighbour" not in page.html
    assert len(page.tree.css(".place")) == 1


def test_a_web_process_that_can_open_nothing_serves_every_page(her: Visitor, home: Path) -> None:
    with web_process(home):
        shown = her.submit(fill(her, ANSWERS), action="/report/send")
        code = code_on(shown)
        her.submit(shown, action="/code/kept")
        assert look(her, code).status == 200
