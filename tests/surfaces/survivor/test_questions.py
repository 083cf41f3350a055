"""She decides, company by company, before something is sent there; nothing she types is lost on the way."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.vault.domain import new_case_code
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import ChannelReason, Choice
from tests.surfaces.survivor.inside import Inside, inside
from tests.surfaces.visits import Visitor, check_page

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CHANNEL = "tg-abuse"


@pytest.fixture
def hers(now: datetime) -> Inside:
    made = inside(now)
    services.ask_choice(
        case_id=made.case.id,
        channel_id=CHANNEL,
        reasons=[ChannelReason.TELLS_POSTER, ChannelReason.NEEDS_NAME],
        now=now,
    )
    return made


def chosen(hers: Inside) -> Choice:
    view = selectors.choice_of(hers.case.id, CHANNEL)
    assert view is not None
    return view.choice


def test_her_page_asks_and_says_what_the_company_may_do(her: Visitor, hers: Inside) -> None:
    page = hers.enter(her)
    assert "We have 1 question for you" in page.text
    page = her.get("/case/questions")
    check_page(page)
    assert "may tell the person who posted it" in page.text
    assert "only with the name" in page.text
    assert chosen(hers) is Choice.NOT_YET


@pytest.mark.parametrize("choice", ["watch_only", "talk_first"])
def test_the_other_answers_need_no_name_and_keep_none(her: Visitor, hers: Inside, choice: str) -> None:
    hers.enter(her)
    page = her.submit(
        her.get("/case/questions"), {"choice": choice, "name": "a harbour name"}, action="/case/choose"
    )
    assert chosen(hers) == choice
    assert "question for you" not in her.get("/case").text
    assert "You chose" in page.text
    view = selectors.choice_of(hers.case.id, CHANNEL)
    assert view is not None
    assert not view.has_name


def test_going_on_without_the_name_is_refused_and_with_it_is_taken(her: Visitor, hers: Inside) -> None:
    hers.enter(her)
    page = her.submit(her.get("/case/questions"), {"choice": "go_on"}, action="/case/choose")
    assert page.status == 400
    assert page.tree.css_first('.say[data-code="name_needed"]') is not None
    assert page.form("/case/choose")["choice"] == ["go_on"], "what she chose stands"
    page = her.submit(page, {"name": "a harbour name"}, action="/case/choose")
    assert chosen(hers) is Choice.GO_ON
    assert "a harbour name" not in page.html, "it is not shown again"
    assert selectors.name_for(hers.case.id, CHANNEL) == "a harbour name"


def test_she_may_change_her_mind(her: Visitor, hers: Inside) -> None:
    hers.enter(her)
    her.submit(her.get("/case/questions"), {"choice": "go_on", "name": "x"}, action="/case/choose")
    her.submit(her.get("/case/questions"), {"choice": "watch_only"}, action="/case/choose")
    assert chosen(hers) is Choice.WATCH_ONLY
    with pytest.raises(Exception, match="name in case"):
        selectors.name_for(hers.case.id, CHANNEL)


def test_what_she_typed_survives_a_page_that_closed_itself(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    hers.enter(her)
    form = her.get("/case/questions")
    her.client.cookies.pop("__Host-case")
    page = her.submit(form, {"choice": "go_on", "name": "a harbour name"}, action="/case/choose")
    check_page(page)
    assert "closed itself after 15 minutes" in page.text
    assert chosen(hers) is Choice.NOT_YET
    page = her.submit(page, {"reopen": new_case_code()})
    assert page.status == 404
    assert page.tree.css_first('.say[data-code="wrong_code"]') is not None
    page = her.submit(page, {"reopen": hers.code})
    assert page.path == "/case/questions"
    assert chosen(hers) is Choice.GO_ON
    assert selectors.name_for(hers.case.id, CHANNEL) == "a harbour name"
    assert hers.code not in page.html


def test_a_stale_token_costs_her_nothing_and_a_forged_one_changes_nothing(her: Visitor, hers: Inside) -> None:
    hers.enter(her)
    form = her.get("/case/questions")
    values: dict[str, str | list[str]] = {"choice": "watch_only", "csrfmiddlewaretoken": "x" * 64}
    page = her.submit(form, values, action="/case/choose")
    assert page.status == 403
    assert page.tree.css_first('.say[data-code="form_expired"]') is not None
    assert chosen(hers) is Choice.NOT_YET
    her.submit(page)
    assert chosen(hers) is Choice.WATCH_ONLY


def test_a_frozen_case_answers_like_a_wrong_code(her: Visitor, hers: Inside, now: datetime) -> None:
    hers.enter(her)
    assert her.get("/case/questions").path == "/case/questions"
    services.erase_case(case_id=hers.case.id, now=now)
    assert "Open my case" in her.get("/case/questions").text
