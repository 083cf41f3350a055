"""A case at the desk: asked why, recorded, shown, decided on without looking."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import services
from recourse.work.cases.domain import AgeBand
from recourse.work.cases.models import Access, Assessment, Case, HandOver
from recourse.work.hotline.models import Mention
from recourse.work.notices.models import Notice
from tests import cast
from tests.surfaces.survivor.test_report import ANSWERS, HOSTILE, fill
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import add, open_case
from tests.work.notices.making import World, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def case(clock: FixedClock, world: World) -> Case:
    """A reported case, gone through by the worker."""
    fill_and_send(visitor(cast.survivor()))
    settle(clock.at)
    return Case.objects.get()


def fill_and_send(her: Visitor, **changed: dict[str, str | list[str]]) -> None:
    her.submit(fill(her, {**ANSWERS, **changed}), action="/report/send")


def opened(officer: Visitor, case: Case, purpose: str = "assess", words: str = "") -> Page:
    page = officer.get(f"/case/{case.number}")
    return officer.submit(page, {"purpose": purpose, "words": words})


DECISION: dict[str, str | list[str]] = {
    "in_scope": "yes",
    "basis": "statement",
    "grounds": ["synthetic_sexual"],
    "reasons": "As she says: a harbour at dusk.",
}


def test_a_case_asks_for_a_purpose_and_records_nothing_yet(officer: Visitor, case: Case) -> None:
    page = officer.get(f"/case/{case.number}")
    assert page.status == 200
    assert "Why do you open it?" in page.text
    assert "dusk_harbour" not in page.html
    assert not Access.objects.exists()
    check_page(page)


def test_the_purpose_opens_it_takes_it_and_is_recorded(officer: Visitor, case: Case) -> None:
    page = opened(officer, case)
    assert "This reading is recorded and the survivor can see it." in page.text
    assert "https://t.me/dusk_harbour/12" in page.text
    assert "a group my neighbour named" in page.text
    assert "A harbour at dusk." in page.text
    assert "By phone · 0000 1234 · after 16:00 · Leave no message." in page.text
    assert "Telegram post" in page.text
    assert Access.objects.get().purpose == "assess"
    assert "Held by Officer 01, until" in page.text
    check_page(page)
    officer.get(f"/case/{case.number}")
    assert Access.objects.count() == 2, "each reading is recorded, the claim supplies its purpose"


@pytest.mark.parametrize(
    ("purpose", "words", "sentence"),
    [
        ("", "", "Say why you open this case."),
        ("curiosity", "", "Say why you open this case."),
        ("other", "", "Say in a few words why you open this case."),
        ("other", "d" * 501, "longer than we can take"),
    ],
)
def test_no_purpose_opens_nothing_and_keeps_what_was_typed(
    officer: Visitor, case: Case, purpose: str, words: str, sentence: str
) -> None:
    page = opened(officer, case, purpose, words)
    assert page.status in {403, 413}
    assert sentence in page.text
    assert page.form()["words"] == [words]
    assert not Access.objects.exists()
    check_page(page)


def test_another_reason_in_own_words_reads_and_takes_nothing(officer: Visitor, case: Case) -> None:
    page = opened(officer, case, "other", "a question of the court")
    assert "Held by Nobody" in page.text
    assert Access.objects.get().purpose == "other"
    assert "Why do you open it?" in officer.get(f"/case/{case.number}").text, "asked again each time"


def test_a_case_that_somebody_holds_can_be_read_and_not_decided_on(officer: Visitor, case: Case) -> None:
    other = visitor(cast.signed_in(cast.staff(Role.OFFICER, 2)))
    opened(other, case)
    page = opened(officer, case)
    assert "Held by Officer 02, until" in page.text
    refused = officer.submit(page, DECISION, action="/assess")
    assert refused.status == 409
    assert "Somebody else is working on this case." in refused.text
    assert refused.form("/assess")["reasons"] == [DECISION["reasons"]]


def test_a_decision_is_recorded_and_a_notice_is_drafted(
    officer: Visitor, case: Case, clock: FixedClock
) -> None:
    page = officer.submit(opened(officer, case), DECISION, action="/assess")
    assert page.path == f"/case/{case.number}"
    assert "As she says: a harbour at dusk." in page.text
    assert Assessment.objects.get().in_scope
    settle(clock.at)
    notice = Notice.objects.get(kind="removal")
    page = officer.get(f"/case/{case.number}")
    assert f"Complete notice {notice.number}" in page.text, "it waits for her choice"
    assert f"/notice/{notice.number}" in page.links()
    assert len(page.tree.css("a.btn, button.btn:not(.quiet)")) == 1, "one primary action"
    check_page(page)


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("in_scope", "Choose a decision and what it rests on."),
        ("basis", "Choose a decision and what it rests on."),
        ("grounds", "Say on which grounds this is in scope."),
    ],
)
def test_an_incomplete_decision_keeps_its_form(
    officer: Visitor, case: Case, left_out: str, sentence: str
) -> None:
    given = {name: value for name, value in DECISION.items() if name != left_out}
    page = officer.submit(opened(officer, case), given, action="/assess")
    assert page.status == 400
    assert sentence in page.text
    kept = page.form("/assess")
    assert kept["reasons"] == [DECISION["reasons"]]
    assert left_out not in kept
    assert kept["item"], "the items stay chosen"
    assert not Assessment.objects.exists()
    check_page(page)


def test_a_decision_on_places_names_some(officer: Visitor, case: Case) -> None:
    page = officer.submit(opened(officer, case), {**DECISION, "item": []}, action="/assess")
    assert page.status == 400
    assert "Choose the items it is about." in page.text
    assert not Assessment.objects.exists()


def test_a_report_without_a_place_is_decided_on_as_it_is(officer: Visitor, clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    page = opened(officer, case)
    assert "No place is known yet." in page.text
    after = officer.submit(page, {**DECISION, "in_scope": "no"}, action="/assess")
    assert after.status == 200
    assert "The report itself." in after.text


def test_words_that_no_rule_reads_become_a_place(officer: Visitor, case: Case, clock: FixedClock) -> None:
    page = opened(officer, case)
    mention = Mention.objects.get()
    action = f"/mention/{mention.id}"
    refused = officer.submit(page, {"text": "somewhere by the sea"}, action=action)
    assert refused.status == 400
    assert refused.form(action)["text"] == ["somewhere by the sea"]
    check_page(refused)
    after = officer.submit(refused, {"text": "https://t.me/pier_nine/4"}, action=action)
    assert "https://t.me/pier_nine/4" in after.text
    assert "Places that no rule understood" not in after.text
    again = officer.submit(refused, {"text": "https://t.me/pier_nine/5"}, action=action)
    assert again.status == 409


def test_words_that_name_no_place_are_set_aside_and_stay_in_the_report(officer: Visitor, case: Case) -> None:
    page = opened(officer, case)
    mention = Mention.objects.get()
    after = officer.submit(page, press="aside", action=f"/mention/{mention.id}")
    assert "Places that no rule understood" not in after.text
    assert "a group my neighbour named" in after.text


def test_reasons_that_are_too_long_stay_in_the_form(officer: Visitor, case: Case) -> None:
    text = "dusk " * 5_000
    page = officer.submit(opened(officer, case), {**DECISION, "reasons": text}, action="/assess")
    assert page.status == 413
    assert page.form("/assess")["reasons"] == [text]


@pytest.mark.parametrize("item", ["x", "00000000-0000-0000-0000-000000000000"])
def test_an_item_of_nobody_is_refused(officer: Visitor, case: Case, item: str) -> None:
    page = officer.submit(opened(officer, case), {**DECISION, "item": item}, action="/assess")
    assert page.status in {400, 404}
    assert not Assessment.objects.exists()


def test_the_minor_path_does_not_offer_looking(officer: Visitor, clock: FixedClock) -> None:
    case, key = open_case(clock.at, age_band=AgeBand.UNKNOWN)
    add(case, key, clock.at)
    page = opened(officer, case)
    assert "Minor path: nobody looks" in page.text
    assert page.tree.css_first("input[value=looked_at]") is None
    refused = officer.submit(page, {**DECISION, "basis": "looked_at"}, action="/assess")
    assert refused.status == 403
    assert "nobody looks at the picture" in refused.text


def test_invariant_11_looking_is_not_offered_while_nothing_meters_it(officer: Visitor, case: Case) -> None:
    page = opened(officer, case)
    assert len(page.tree.css("input[name=basis]")) == 3
    assert page.tree.css_first("input[value=looked_at]") is None
    refused = officer.submit(page, {**DECISION, "basis": "looked_at"}, action="/assess")
    assert refused.status == 403
    assert "Nobody decides by looking here yet" in refused.text
    assert refused.form("/assess")["reasons"] == [DECISION["reasons"]]
    assert not Assessment.objects.exists()


def test_no_page_of_the_desk_shows_a_picture(officer: Visitor, case: Case) -> None:
    opened(officer, case)
    for page in officer.seen:
        assert page.tree.css("img, video, picture, object, embed, iframe") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_a_report_are_only_words(officer: Visitor, clock: FixedClock, text: str) -> None:
    her = visitor(cast.survivor())
    fill_and_send(her, places={"places": text}, words={"words": text})
    settle(clock.at)
    page = opened(officer, Case.objects.get(), "other", text.replace("\u0000", "") or "x")
    assert page.status == 200
    check_page(page)
    page = officer.submit(page, {"in_scope": "no", "basis": "statement", "reasons": text}, action="/assess")
    assert page.status == 200
    check_page(page)
    assert page.tree.css("script:not([src]), img, [onerror]") == []


def test_an_unknown_case_is_not_found(officer: Visitor) -> None:
    assert officer.get("/case/C-ZZZZZZ").status == 404
    assert officer.get("/case/C-ZZZZZZ%00").status == 404


def test_an_erased_case_is_not_found(officer: Visitor, case: Case, clock: FixedClock) -> None:
    services.erase_case(case_id=case.id, now=clock.at)
    assert officer.get(f"/case/{case.number}").status == 404


@pytest.mark.parametrize("path", ["/", "/case/C-ZZZZZZ", "/notice/N-ZZZZZZ", "/mail"])
def test_without_signing_in_every_page_leads_to_the_door(path: str) -> None:
    page = visitor(cast.stranger()).get(path)
    assert page.path.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/", "/case/C-ZZZZZZ", "/notice/N-ZZZZZZ", "/mail"])
def test_an_administrator_opens_no_case(path: str) -> None:
    page = visitor(cast.signed_in(cast.staff(Role.ADMINISTRATOR))).get(path)
    assert page.status == 403
    assert "Your role does not allow this." in page.text


def test_an_operator_reads_and_is_offered_no_decision(case: Case) -> None:
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    page = opened(operator, case, "answer_survivor")
    assert page.status == 200
    assert page.tree.css_first("form[action$='/assess']") is None
    token = page.tree.css_first("input[name=csrfmiddlewaretoken]").attributes["value"] or ""  # type: ignore[union-attr]
    answer = operator.post(f"/case/{case.number}/assess", {**DECISION, "csrfmiddlewaretoken": token})
    assert answer.status == 403


def test_a_minors_case_is_handed_over_by_a_person_and_recorded(officer: Visitor, clock: FixedClock) -> None:
    """Invariant 12: nobody looks; a hand-over to the licensed body is a person's step, with their reference."""
    case, _ = open_case(clock.at, age_band=AgeBand.MINOR)
    page = opened(officer, case)
    check_page(page)
    assert "Not handed over yet" in page.text
    refused = officer.submit(page, {"their_reference": "REF-1"}, action="/hand-over")
    assert refused.tree.css_first("[data-code=body_needed]") is not None
    assert refused.form("/hand-over")["their_reference"] == ["REF-1"]
    page = officer.submit(page, {"body": "The hotline", "their_reference": "REF-1"}, action="/hand-over")
    assert page.status == 200
    assert "The hotline REF-1" in page.text
    assert "Handed to the licensed body." in page.text
    assert "Not handed over yet" not in page.text
    assert b"hotline" not in bytes(HandOver.objects.get().sealed)


def test_an_adults_case_is_handed_to_nobody(officer: Visitor, clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    page = opened(officer, case)
    assert page.tree.css_first("form[action$='/hand-over']") is None
    token = page.form("/assess")["csrfmiddlewaretoken"]
    form = {"csrfmiddlewaretoken": token, "body": "The hotline", "purpose": "assess"}
    assert officer.post(f"/case/{case.number}/hand-over", form).status == 403
    assert not HandOver.objects.exists()
