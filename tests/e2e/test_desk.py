"""The desk in a browser: keys that move and open and decide nothing, and forms that are kept while they are written."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.models import Autosave
from recourse.work.cases.models import Case
from tests import cast
from tests.work.cases.making import add, open_case
from tests.work.notices.making import drafted, fresh

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]
At = Callable[[str, str], str]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_keys_move_open_and_take(officer: Page, at: At, clock: FixedClock) -> None:
    numbers = [open_case(clock.at)[0].number for _ in range(3)]
    officer.goto(at(cast.DESK, "/"))
    shown = officer.locator("tbody th a").all_inner_texts()
    assert sorted(shown) == sorted(numbers)
    officer.keyboard.press("j")
    assert focused(officer) == shown[0]
    officer.keyboard.press("j")
    officer.keyboard.press("k")
    officer.keyboard.press("j")
    assert focused(officer) == shown[1]
    with officer.expect_navigation():
        officer.keyboard.press("c")
    assert officer.url.endswith(f"/case/{shown[1]}")
    assert Case.objects.get(number=shown[1]).claimed_label == "Officer 01"
    with officer.expect_navigation():
        officer.keyboard.press("g")
        officer.keyboard.press("q")
    officer.keyboard.press("j")
    with officer.expect_navigation():
        officer.keyboard.press("o")
    assert "/case/" in officer.url
    with officer.expect_navigation():
        officer.keyboard.press("?")
    assert officer.url.endswith("/keys")


def test_no_key_works_while_somebody_types_and_none_decides(officer: Page, at: At, clock: FixedClock) -> None:
    _case, notice = drafted(clock.at)
    officer.goto(at(cast.DESK, "/"))
    officer.keyboard.press("/")
    officer.keyboard.type("jock?")
    assert officer.locator("#sought").input_value() == "jock?"
    assert officer.url.endswith("/")
    officer.goto(at(cast.DESK, f"/notice/{notice.number}"))
    officer.locator("input[name=purpose][value=approve_notice]").check()
    with officer.expect_navigation():
        officer.get_by_role("button", name="Open the case").click()
    officer.locator("input[name=read]").check()
    officer.locator("h1").click()
    officer.keyboard.press("a")
    assert "Approve and send" in focused(officer), "the key takes her to the button"
    assert fresh(notice).state == "ready", "and presses nothing"


def test_the_keys_can_be_switched_off(officer: Page, at: At, clock: FixedClock) -> None:
    open_case(clock.at)
    officer.goto(at(cast.DESK, "/keys"))
    officer.get_by_role("button", name="Switch the keys off").click()
    officer.goto(at(cast.DESK, "/"))
    officer.keyboard.press("j")
    assert officer.evaluate("document.activeElement === document.body")


def test_what_is_written_is_kept_by_the_page_itself(officer: Page, at: At, clock: FixedClock) -> None:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    officer.goto(at(cast.DESK, f"/case/{case.number}"))
    officer.locator("input[name=purpose][value=assess]").check()
    with officer.expect_navigation():
        officer.get_by_role("button", name="Open the case").click()
    with officer.expect_response(lambda answer: answer.url.endswith("/keep") and answer.status == 204):
        officer.locator("textarea[name=reasons]").fill("A harbour, half a sen")
    assert Autosave.objects.count() == 1
    officer.reload()
    assert officer.locator("textarea[name=reasons]").input_value() == "A harbour, half a sen"


def opened(officer: Page, at: At, clock: FixedClock) -> Case:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    officer.goto(at(cast.DESK, f"/case/{case.number}"))
    officer.locator("input[name=purpose][value=assess]").check()
    with officer.expect_navigation():
        officer.get_by_role("button", name="Open the case").click()
    return case


def test_signing_out_in_the_middle_of_a_sentence_keeps_it(officer: Page, at: At, clock: FixedClock) -> None:
    opened(officer, at, clock)
    officer.locator("textarea[name=reasons]").fill("A harbour, half a sen")
    officer.get_by_role("button", name="Sign out").click()
    officer.wait_for_url("**/sign-in")
    assert Autosave.objects.count() == 1


def test_going_elsewhere_in_the_middle_of_a_sentence_keeps_it(
    officer: Page, at: At, clock: FixedClock
) -> None:
    case = opened(officer, at, clock)
    officer.locator("textarea[name=reasons]").fill("A harbour, half a sen")
    with officer.expect_navigation():
        officer.get_by_role("link", name="Queue").click()
    for _ in range(150):  # the page that sends it is gone, and tells nobody when it is answered
        if Autosave.objects.exists():
            break
        time.sleep(0.1)
    officer.goto(at(cast.DESK, f"/case/{case.number}"))
    assert officer.locator("textarea[name=reasons]").input_value() == "A harbour, half a sen"


def test_the_page_says_when_nothing_is_kept_and_loses_nothing_when_it_is_sent(
    officer: Page, at: At, clock: FixedClock
) -> None:
    opened(officer, at, clock)
    Session.objects.all().delete()
    assert not officer.get_by_text("What you write here is not being kept.").is_visible()
    officer.locator("textarea[name=reasons]").fill("Half an hour of work.")
    officer.get_by_text("What you write here is not being kept.").wait_for()
    with officer.expect_navigation():
        officer.get_by_role("button", name="Record decision").click()
    assert officer.locator("textarea").input_value() == "Half an hour of work."
    assert officer.get_by_role("link", name="Sign in").is_visible()


def test_every_action_of_the_queue_is_reached_with_tab_and_seen(
    officer: Page, at: At, clock: FixedClock
) -> None:
    """Keyboard alone: the skip link first, then everything that can be pressed, each with a visible ring."""
    open_case(clock.at)
    officer.goto(at(cast.DESK, "/"))
    reached: list[str] = []
    for _ in range(60):
        officer.keyboard.press("Tab")
        told = officer.evaluate(
            """() => { const one = document.activeElement;
                       if (one === document.body) return null;
                       const ring = getComputedStyle(one).outlineStyle;
                       return [one.textContent.trim() || one.name || one.tagName, ring]; }"""
        )
        if told is None:
            break
        assert told[1] != "none", f"no ring: {told[0]}"
        reached.append(told[0])
    assert reached[0] == "Skip to the page"
    wanted = officer.locator("a[href], button:not([hidden]), input:not([type=hidden])").count()
    assert len(reached) == wanted
