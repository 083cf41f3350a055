"""One item at the desk: its facts, its story, and forms that outlast a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from recourse.base.core.clock import FixedClock
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Autosave, Staff
from recourse.work.cases.models import Access, Assessment, Case, ItemFacts
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import add, open_case
from tests.work.notices.making import World, handed_over, mail, receive, reply_address, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]

FACTS: dict[str, str | list[str]] = {
    "depicted": "her",
    "nature": "mixed",
    "names_visible": "yes",
    "relation": "school_or_work",
    "threat": "blackmail",
    "threat_day": "2026-11-28",
    "threat_hour": "18:30",
    "position": "3, 5 to 7 of 12",
    "words_of_facts": "The harbour wall is in every one.",
}


def opened(who: Visitor, path: str, purpose: str = "assess") -> Page:
    return who.submit(who.get(path), {"purpose": purpose})


@pytest.fixture
def case(clock: FixedClock) -> Case:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    return case


def test_an_item_asks_for_a_purpose_too(officer: Visitor, case: Case) -> None:
    page = officer.get(f"/case/{case.number}/item/1")
    assert "Why do you open it?" in page.text
    assert "dusk_harbour" not in page.html
    page = opened(officer, f"/case/{case.number}/item/1")
    assert "https://t.me/dusk_harbour/12" in page.text
    assert Access.objects.get().purpose == "assess"
    check_page(page)
    assert officer.get(f"/case/{case.number}/item/7").status == 404


def test_facts_are_recorded_sealed_and_rank_the_case(officer: Visitor, case: Case) -> None:
    page = opened(officer, f"/case/{case.number}/item/1")
    page = officer.submit(page, FACTS, action="/facts")
    assert page.status == 200
    check_page(page)
    form = page.form("/facts")
    assert {name: form[name] for name in FACTS} == {name: [value] for name, value in FACTS.items()}
    row = ItemFacts.objects.get()
    assert b"harbour" not in bytes(row.sealed)
    assert row.threat_by is not None
    assert row.threat_by.isoformat() == "2026-11-28T18:30:00+00:00"
    case.refresh_from_db()
    assert case.urgency == 2
    assert "Real and synthetic together · named there · Blackmail" in officer.get(f"/case/{case.number}").text
    page = officer.submit(page, {"threat": "none", "threat_day": "", "threat_hour": ""}, action="/facts")
    assert ItemFacts.objects.count() == 1
    case.refresh_from_db()
    assert case.urgency == 4


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nature": "unheard"}, "not_offered"),
        ({"threat_day": "31.12."}, "not_a_time"),
        ({"threat_day": "2026-11-28", "threat_hour": "25:00"}, "not_a_time"),
        ({"threat": "none"}, "deadline_without_threat"),
        ({"position": "p" * 61}, "too_long"),
    ],
)
def test_refused_facts_stand_in_the_form_again(
    officer: Visitor, case: Case, changed: dict[str, str], code: str
) -> None:
    page = opened(officer, f"/case/{case.number}/item/1")
    page = officer.submit(page, {**FACTS, **changed}, action="/facts")
    assert page.tree.css_first(f"[data-code={code}]") is not None
    assert page.form("/facts")["words_of_facts"] == ["The harbour wall is in every one."]
    assert not ItemFacts.objects.exists()
    check_page(page)


def test_a_report_without_a_place_has_facts_too(clock: FixedClock) -> None:
    """An operator on the telephone writes down a threat before anything is published."""
    case, _ = open_case(clock.at)
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    page = opened(operator, f"/case/{case.number}/item/0", "answer_survivor")
    check_page(page)
    page = operator.submit(page, {"threat": "to_life"}, action="/facts")
    assert page.status == 200
    case.refresh_from_db()
    assert case.urgency == 0
    assert "Danger to life or body" in operator.get(f"/case/{case.number}").text


def test_everything_that_happened_to_an_item_is_one_list(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    case, notice = handed_over(clock.at)
    clock.advance(timedelta(minutes=20))
    receive(mail(), reply_address(world), clock.at)
    settle(clock.at)
    page = opened(officer, f"/case/{case.number}/item/1", "quality_review")
    rail = page.tree.css_first("ol.rail")
    assert rail is not None
    told = " ".join(rail.text(separator=" ").split())
    for words in (
        *("Reported.", "Decided: in scope.", "We looked", "Evidence written down."),
        *("Removal, Telegram: drafted.", "approved.", "sent.", "receipt proven.", "Telegram wrote."),
    ):
        assert words in told, words
    assert notice.number in page.text
    times = [node.attributes["datetime"] for node in rail.css("time")]
    assert times == sorted(times, reverse=True)  # type: ignore[type-var]
    check_page(page)
    of_the_case = opened(officer, f"/case/{case.number}", "quality_review").tree.css_first("ol.rail")
    assert of_the_case is not None
    said = " ".join(of_the_case.text(separator=" ").split())
    for step in ("drafted", "approved", "sent", "receipt proven"):
        assert f"Removal, Telegram: {step}." in said, "the case tells it in the words of the item"


# -- Kept forms


def test_a_half_written_decision_outlasts_the_session(officer: Visitor, case: Case) -> None:
    page = opened(officer, f"/case/{case.number}")
    written: dict[str, str | list[str]] = {
        "in_scope": "yes",
        "grounds": ["threat"],
        "reasons": "A harbour, half.",
    }
    form = page.form("/assess") | written
    assert officer.post("/keep", form, follow=False).status == 302
    assert not Assessment.objects.exists()
    again = visitor(cast.signed_in(Staff.objects.get()))  # another session of the same person
    page = again.get(f"/case/{case.number}")
    assert "This is what you wrote, kept" in page.text
    kept = page.form("/assess")
    assert kept["reasons"] == ["A harbour, half."]
    assert kept["in_scope"] == ["yes"]
    assert kept["grounds"] == ["threat"]
    check_page(page)
    again.submit(page, {"basis": "statement"}, action="/assess")
    assert Assessment.objects.count() == 1
    assert not Autosave.objects.exists(), "sent is not kept"


def test_what_is_kept_is_sealed_for_one_person_and_a_day(
    officer: Visitor, case: Case, clock: FixedClock
) -> None:
    page = opened(officer, f"/case/{case.number}")
    officer.post("/keep", page.form("/assess") | {"reasons": "A harbour, half.", "by_page": "1"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_autosave")
        assert "harbour" not in str(cursor.fetchall())
    other = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR, 4)))
    page = opened(other, f"/case/{case.number}", "quality_review")
    assert "A harbour, half." not in page.html
    clock.advance(timedelta(hours=23, minutes=59))
    actor = cast.selectors.actor_of(Staff.objects.get(username="officer-01"))
    form = f"assess:{case.number}"
    assert accounts.kept(actor=actor, form=form, now=clock.at) is not None
    clock.advance(timedelta(minutes=2))
    assert accounts.kept(actor=actor, form=form, now=clock.at) is None
    settle(clock.at)
    assert not Autosave.objects.exists()


def test_what_was_kept_can_be_forgotten(officer: Visitor, case: Case) -> None:
    page = opened(officer, f"/case/{case.number}")
    officer.post("/keep", page.form("/assess") | {"reasons": "A harbour, half."})
    page = officer.get(f"/case/{case.number}")
    officer.post("/keep", page.form("/assess") | {"forget": "1"})
    assert "A harbour, half." not in officer.get(f"/case/{case.number}").html


@pytest.mark.parametrize("form", ["", "assess", "assess:", "staff:C-AAAAAA", "assess:../x", "assess:C-A\x00"])
def test_only_our_forms_are_kept(officer: Visitor, case: Case, form: str) -> None:
    token = officer.get("/").form("/next")["csrfmiddlewaretoken"]
    answer = officer.post("/keep", {"csrfmiddlewaretoken": token, "form": form, "reasons": "x"})
    assert answer.status == 404
    assert not Autosave.objects.exists()
