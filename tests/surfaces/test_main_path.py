"""The main job on both surfaces by forms alone: one report to one removal that our own checks verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.notices.models import Notice
from tests import cast
from tests.surfaces.survivor.test_report import ANSWERS, code_on, fill
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.notices.making import World, forward, mail, receive, reply_address, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def world() -> Iterator[World]:
    with World().around() as around:
        yield around


def her_page(code: str) -> Page:
    other = visitor(cast.survivor())
    page = other.submit(other.get("/"), {"code": code}, action="/case")
    check_page(page)
    return page


def go_on(code: str) -> None:
    """She answers what is asked before the company is."""
    other = visitor(cast.survivor())
    other.submit(other.get("/"), {"code": code}, action="/case")
    page = other.get("/case/questions")
    check_page(page)
    other.submit(page, {"choice": "go_on"}, action="/case/choose")


def decide(officer: Visitor) -> None:
    page = officer.submit(officer.get(f"/case/{Case.objects.get().number}"), {"purpose": "assess"})
    decision: dict[str, str | list[str]] = {
        "in_scope": "yes",
        "basis": "statement",
        "grounds": ["synthetic_sexual"],
        "reasons": "As she says.",
    }
    officer.submit(page, decision, action="/assess")


def test_one_report_to_one_verified_removal(world: World, clock: FixedClock) -> None:
    her = visitor(cast.survivor())
    code = code_on(her.submit(fill(her, ANSWERS), action="/report/send"))
    settle(clock.at)
    assert "Not gone from 1 place." in her_page(code).text

    officer = visitor(cast.signed_in(cast.staff(Role.OFFICER)))
    decide(officer)
    settle(clock.at)
    go_on(code)
    settle(clock.at)
    page = officer.get(f"/notice/{Notice.objects.get(kind='removal').number}")
    officer.submit(page, {"read": "1"}, action="/approve")
    forward(clock, timedelta(minutes=30))
    page_of_hers = her_page(code)
    assert "Asked 2 Mar" in page_of_hers.text or "Asked today" in page_of_hers.text
    assert "No answer yet" in page_of_hers.text

    answer = receive(mail("The content has been removed."), reply_address(world), clock.at)
    officer.submit(officer.get(f"/mail/{answer.id}"), action="/record")
    settle(clock.at)
    page_of_hers = her_page(code)
    assert "They wrote that it is removed. We looked" in page_of_hers.text
    assert "Not gone from 1 place." in page_of_hers.text, "what they say closes nothing"

    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    page_of_hers = her_page(code)
    for words in ("Gone from 1 place.", "Asked", "Acknowledged", "Says removed", "We checked: gone"):
        assert words in page_of_hers.text
    assert "Officer 01 : to decide what we ask, and from whom" in page_of_hers.text
    for seen in [*her.seen, *officer.seen]:
        check_page(seen)
