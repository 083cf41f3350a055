"""The whole report in Chromium, without JavaScript, on the narrowest phone; then what a script may only add."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Locator, Page

from recourse.work.hotline.domain import QUESTIONS
from tests import cast
from tests.browser import Visit

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

NEUTRAL = {"Start", "Your notes", "Note"}
At = Callable[[str, str], str]
Open = Callable[..., Visit]


@dataclass
class Her:
    """A survivor at her browser."""

    visit: Visit
    at: At

    @property
    def page(self) -> Page:
        return self.visit.page

    def open(self, path: str) -> None:
        self.page.goto(self.at(cast.SURVIVORS, path))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()


@pytest.fixture
def phone(visit: Open, at: At) -> Her:
    """A phone of 320 px without JavaScript."""
    return Her(visit(viewport={"width": 320, "height": 640}, java_script_enabled=False), at)


@pytest.fixture
def computer(visit: Open, at: At) -> Her:
    """A computer with JavaScript."""
    allowed = ["clipboard-read", "clipboard-write"]
    return Her(visit(viewport={"width": 1280, "height": 900}, permissions=allowed), at)


def holds_on_a_phone(here: Her) -> None:
    """No sideways scrolling, buttons that a thumb hits, the way out in sight, a title that says nothing."""
    page = here.page
    assert page.title() in NEUTRAL
    width = page.locator("html").bounding_box()
    assert width is not None
    assert width["width"] <= 320
    assert all(_inside(box, 320) for box in _boxes(page.locator("main *:visible"))), here.path
    for box in _boxes(page.locator("main .btn:visible")):
        assert box["height"] >= 44, here.path
    (way_out,) = _boxes(page.locator("a.exit"))
    assert way_out["y"] + way_out["height"] <= 640
    assert way_out["height"] >= 44


def _boxes(found: Locator) -> list[dict[str, float]]:
    boxes = [one.bounding_box() for one in found.all()]
    return [dict(box) for box in boxes if box is not None]  # type: ignore[call-overload]


def _inside(box: dict[str, float], width: float) -> bool:
    return box["x"] >= -200 and box["x"] + box["width"] <= width + 0.5  # words for ears stand outside, left


def answer(here: Her, key: str) -> None:
    """Answer one question as a person would."""
    page = here.page
    if key == "what_happened":
        page.get_by_label("I am afraid that it may be shared").check()
    elif key == "for_whom":
        page.get_by_label("Me", exact=True).check()
    elif key == "age_in_picture":
        page.get_by_label("18 or over").check()
    elif key == "places":
        page.get_by_label("Links, names or descriptions").fill(
            "https://t.me/dusk_harbour/12\na friend's group"
        )
    elif key == "safe_contact":
        page.get_by_label("Only here, when I open my case").check()
    else:
        page.locator("textarea").fill("A harbour at dusk.")


def test_the_whole_report_without_javascript_at_320_px(phone: Her) -> None:
    phone.open("/")
    holds_on_a_phone(phone)
    phone.page.get_by_role("link", name="Start a report").click()
    for question in QUESTIONS:
        assert phone.path == f"/report/{question.key}"
        holds_on_a_phone(phone)
        answer(phone, question.key)
        phone.press("Continue")
    assert phone.path == "/report/fingerprints"
    holds_on_a_phone(phone)
    assert "needs JavaScript" in phone.page.inner_text("main")
    phone.press("Continue")
    assert phone.path == "/report/check"
    holds_on_a_phone(phone)
    assert "A harbour at dusk." in phone.page.inner_text("main")
    phone.page.go_back()
    phone.page.go_back()
    assert phone.path == "/report/words"
    assert phone.page.locator("textarea").input_value() == "A harbour at dusk."
    phone.page.go_forward()
    phone.page.go_forward()
    phone.press("Send my report")
    assert phone.path == "/code"
    holds_on_a_phone(phone)
    code = phone.page.locator("#whole").input_value()
    assert not phone.page.locator("[data-copy]").is_visible(), "nothing stands there that does nothing"
    with phone.page.expect_download() as download:
        phone.press("Save as a text file")
    assert download.value.suggested_filename == "notes.txt"
    phone.press("I have kept it. Go to my case")
    assert phone.path == "/case"
    assert phone.heading == "Your report is stored."
    holds_on_a_phone(phone)
    phone.press("Close this page")
    assert phone.path == "/"
    phone.page.get_by_label("Case code").fill(code.lower())
    phone.press("Open my case")
    assert phone.path == "/case"
    assert phone.heading == "Your report is stored."
    assert not [url for url in phone.visit.asked if code in url]


def test_a_report_that_is_stopped_waits_in_this_browser(phone: Her) -> None:
    phone.open("/report/words")
    phone.page.locator("textarea").fill("half a sentence")
    phone.press("Save and stop for now")
    holds_on_a_phone(phone)
    phone.open("/")
    phone.page.get_by_role("link", name="Go on with your report").click()
    assert phone.path == "/report/what_happened", "the first question that was not asked yet"
    phone.open("/report/words")
    assert phone.page.locator("textarea").input_value() == "half a sentence"


def test_the_way_out_is_first_for_the_keyboard(phone: Her) -> None:
    phone.open("/")
    phone.page.keyboard.press("Tab")
    assert phone.page.locator("a.skip").bounding_box() is not None
    phone.page.keyboard.press("Tab")
    assert phone.page.locator("a.exit:focus").count() == 1


def test_the_copy_button_copies(computer: Her) -> None:
    computer.open("/report/check")
    computer.open("/report/words")
    computer.press("Skip this question")
    computer.press("Continue")
    computer.press("Send my report")
    button = computer.page.locator("[data-copy]")
    button.wait_for(state="visible")  # the script runs when the page is parsed
    button.click()
    button.get_by_text("Copied").wait_for()
    code = computer.page.locator("#whole").input_value()
    assert computer.page.evaluate("navigator.clipboard.readText()") == code


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(visit: Open, at: At, scheme: str) -> None:
    here = Her(visit(viewport={"width": 390, "height": 844}, color_scheme=scheme), at)
    axe = Axe()

    def clear() -> None:
        found = axe.run(here.page)
        assert found.violations_count == 0, f"{here.path}: {found.generate_report()}"

    for path in ("/", "/case", "/nowhere"):
        here.open(path)
        clear()
    here.open("/report")
    for question in QUESTIONS:
        clear()
        answer(here, question.key)
        here.press("Continue")
    clear()
    here.press("Continue")
    clear()
    here.page.get_by_role("link", name="Save and stop for now").click()
    clear()
    here.page.go_back()
    here.press("Send my report")
    clear()
    here.press("I have kept it. Go to my case")
    clear()


@pytest.fixture
def harmless(at: At) -> Iterator[str]:
    """A page of this machine in place of the weather."""
    target = at("localhost", "/healthz")
    with override_settings(AGENCY=settings.AGENCY.model_copy(update={"exit_target": target})):
        yield target


def in_an_open_case(here: Her) -> None:
    here.open("/report/words")
    here.press("Skip this question")
    here.press("Continue")
    here.press("Send my report")
    here.press("I have kept it. Go to my case")
    assert here.path == "/case"


def test_shift_three_times_blanks_the_page_leaves_and_closes_the_case(computer: Her, harmless: str) -> None:
    in_an_open_case(computer)
    page, told = computer.page, computer.page.locator("#exit-told")
    page.wait_for_load_state("load")  # a key pressed before the script is there does nothing
    page.keyboard.press("Shift")
    assert told.inner_text() == "Press Shift two more times to leave this page."
    page.keyboard.press("a")
    assert told.inner_text() == "", "another key begins anew"
    page.keyboard.press("Shift+A")
    assert told.inner_text() == "", "a capital letter is no press"
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert told.inner_text() == "Press Shift once more to leave this page."
    page.evaluate(
        "addEventListener('keyup', () => sessionStorage.setItem('blank', document.body.hidden + document.title))"
    )
    page.keyboard.press("Shift")
    page.wait_for_url(harmless)
    assert page.evaluate("sessionStorage.getItem('blank')").strip() == "true", "blank before it leaves"
    page.go_back()
    assert "Your report is stored." not in page.inner_text("body")
    computer.open("/case")
    assert computer.heading == "Open my case"


def test_without_a_script_the_link_leaves_and_closes_the_case(phone: Her, harmless: str) -> None:
    in_an_open_case(phone)
    phone.page.locator("a.exit").click()
    phone.page.wait_for_url(harmless)
    phone.page.go_back()
    assert phone.heading == "Open my case"
