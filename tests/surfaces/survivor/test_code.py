"""The code page and the way back in by the code."""

from __future__ import annotations

import time

import pytest

from recourse.base.vault.domain import new_case_code
from recourse.surfaces.survivor import cookies
from recourse.work.cases.models import Case
from tests import cast
from tests.surfaces.survivor.test_report import ANSWERS, NEUTRAL, code_on, fill
from tests.surfaces.visits import Page, Visitor, check_page, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def shown(her: Visitor) -> Page:
    return her.submit(fill(her, ANSWERS), action="/report/send")


def test_the_file_is_called_notes_and_holds_the_code_alone(her: Visitor, shown: Page) -> None:
    page = her.submit(shown, action="/code/file")
    assert page.headers["Content-Disposition"] == 'attachment; filename="notes.txt"'
    assert page.headers["Content-Type"].startswith("text/plain")
    assert page.html.strip() == code_on(shown)


def test_the_copy_button_waits_for_a_script(shown: Page) -> None:
    button = shown.tree.css_first("button[data-copy]")
    assert button is not None
    assert "hidden" in button.attributes
    assert "readonly" in shown.tree.css_first("#whole").attributes  # type: ignore[union-attr]


def test_the_words_for_reading_aloud_name_every_sign(shown: Page) -> None:
    for group, words in zip(
        code_on(shown).split("-"), (node.text() for node in shown.tree.css(".code li p")), strict=True
    ):
        assert len(words.split(",")) == len(group)


def test_the_code_opens_the_case_on_another_phone(shown: Page) -> None:
    other = visitor(cast.survivor())
    page = other.submit(other.get("/"), {"code": code_on(shown).lower().replace("-", " ")}, action="/case")
    assert page.path == "/case"
    assert "Your report is stored." in page.text
    assert page.title in NEUTRAL
    check_page(page)


def test_a_wrong_code_is_a_clear_sentence_and_stays_in_its_field(her: Visitor) -> None:
    page = her.submit(her.get("/"), {"code": new_case_code()}, action="/case")
    assert page.status == 404
    assert "No case opens with this code" in page.text
    assert page.form("/case")["code"][0]
    check_page(page)


@pytest.mark.parametrize("typed", ["", "abc", "<b>", "U" * 24, "1" * 5000, "\u0000"])
def test_what_cannot_be_a_code_is_told_how_one_looks(her: Visitor, typed: str) -> None:
    page = her.submit(her.get("/case"), {"code": typed}, action="/case")
    assert page.status == 404
    assert "24 letters and digits" in page.text


def test_a_wrong_code_costs_little(her: Visitor) -> None:
    token = her.get("/case").form("/case")["csrfmiddlewaretoken"][0]
    took = []
    for _ in range(20):
        code = new_case_code()
        begun = time.perf_counter()
        assert her.post("/case", {"code": code, "csrfmiddlewaretoken": token}).status == 404
        took.append(time.perf_counter() - begun)
    assert sorted(took)[10] < 0.05, (
        "the page and its templates included; the look-up itself is measured below"
    )


def test_a_frozen_case_answers_like_a_wrong_code(her: Visitor, shown: Page) -> None:
    code = code_on(shown)
    case = her.submit(shown, action="/code/kept")
    Case.objects.update(state="frozen")
    after = her.get("/case")
    assert after.text != case.text
    assert "Open my case" in after.text
    page = her.submit(after, {"code": code}, action="/case")
    assert page.status == 404
    assert "No case opens with this code" in page.text


def test_leaving_closes_the_case_here(her: Visitor, shown: Page) -> None:
    page = her.submit(shown, action="/code/kept")
    form = page.tree.css_first("header form")
    assert form is not None
    assert form.attributes["action"] == "/case/leave"
    token = form.css_first("input").attributes["value"] or ""  # type: ignore[union-attr]
    assert her.post("/case/leave", {"csrfmiddlewaretoken": token}).path == "/"
    assert "Your report is stored." not in her.get("/case").text


def test_the_case_cookie_dies_after_fifteen_minutes(
    her: Visitor, shown: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    her.submit(shown, action="/code/kept")
    real = cookies._real_now
    monkeypatch.setattr(cookies, "_real_now", lambda: real() + cookies.CASE_LIFE * 1.01)
    assert "Your report is stored." not in her.get("/case").text


def test_each_page_renews_the_case_cookie(her: Visitor, shown: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    her.submit(shown, action="/code/kept")
    real = cookies._real_now
    for minutes in (10, 20, 30):
        later = real() + cookies.CASE_LIFE * minutes / 15
        monkeypatch.setattr(cookies, "_real_now", lambda at=later: at)
        assert "Your report is stored." in her.get("/case").text


@pytest.mark.parametrize("value", ["", "x", "AAAA", "é", "=" * 100, "A" * 4000])
def test_a_forged_cookie_opens_nothing(her: Visitor, value: str) -> None:
    her.client.cookies["__Host-case"] = value
    her.client.cookies["__Host-draft"] = value
    assert "Open my case" in her.get("/case").text
    assert her.get("/report/check").path == "/report/what_happened"
    assert her.get("/").status == 200


def test_a_case_cookie_changed_by_one_bit_opens_nothing(her: Visitor, shown: Page) -> None:
    her.submit(shown, action="/code/kept")
    value = her.client.cookies["__Host-case"].value
    swapped = "A" if value[40] != "A" else "B"
    her.client.cookies["__Host-case"] = value[:40] + swapped + value[41:]
    assert "Your report is stored." not in her.get("/case").text


def test_the_code_is_in_no_address_and_in_no_cookie_in_clear(her: Visitor, shown: Page) -> None:
    code = code_on(shown)
    page = her.submit(shown, action="/code/kept")
    assert code not in page.html
    for cookie in her.client.cookies.values():
        assert code not in cookie.value
        assert code.replace("-", "") not in cookie.value
