"""An officer enrols a passkey by her link, signs out, signs in again; the link is dead; a stranger gets nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import expect

from recourse.people.accounts import services
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Staff
from tests import cast
from tests.browser import Visit

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

At = Callable[[str, str], str]
Open = Callable[..., Visit]
MAKE = "Make the passkey"
SIGN_IN = "Sign in with a passkey"


def _link(at: At, now: datetime, role: Role = Role.SUPERVISOR) -> str:
    token = services.invite(role=role, username="keeper-01", label="Keeper 01", by=None, now=now)
    return at(cast.DESK, f"/enrol/{token}")


def test_a_passkey_is_made_once_and_opens_the_desk(visit: Open, at: At, now: datetime) -> None:
    keeper = visit().with_passkeys()
    page, link = keeper.page, _link(at, now)

    page.goto(link)
    expect(page.get_by_text("Keeper 01")).to_be_visible()
    page.get_by_role("button", name=MAKE).click()
    page.wait_for_url(at(cast.DESK, "/"))
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert Staff.objects.get().enrolled_at == now

    page.goto(at(cast.DESK, "/staff"))
    expect(page.get_by_role("rowheader", name="Keeper 01")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(at(cast.DESK, "/sign-in"))

    page.goto(at(cast.DESK, "/staff"))
    page.wait_for_url(at(cast.DESK, "/sign-in?next=/staff"))
    page.get_by_role("button", name=SIGN_IN).click()
    page.wait_for_url(at(cast.DESK, "/staff"))
    assert keeper.complaints == []

    again = page.goto(link)
    assert again is not None
    assert again.status == 404


def test_two_people_with_one_link_are_one(visit: Open, at: At, now: datetime) -> None:
    """Both open the page before either makes a key; the second to press gets nothing."""
    link = _link(at, now)
    first, second = visit().with_passkeys(), visit().with_passkeys()
    first.page.goto(link)
    second.page.goto(link)
    first.page.get_by_role("button", name=MAKE).click()
    first.page.wait_for_url(at(cast.DESK, "/"))
    with second.page.expect_navigation() as arrived:
        second.page.get_by_role("button", name=MAKE).click()
    assert arrived.value.status == 404
    second.page.goto(at(cast.DESK, "/staff"))
    second.page.wait_for_url(at(cast.DESK, "/sign-in?next=/staff"))


def test_a_passkey_of_nobody_is_told_so(visit: Open, at: At, now: datetime) -> None:
    stranger = visit().with_passkeys()
    stranger.page.goto(at(cast.DESK, "/sign-in"))
    expect(stranger.page.locator("#passkey-failed")).to_be_hidden()
    stranger.page.get_by_role("button", name=SIGN_IN).click()
    expect(stranger.page.locator("#passkey-failed")).to_be_visible()


def test_a_session_carried_to_the_survivors_address_ends(visit: Open, at: At, now: datetime) -> None:
    keeper = visit().with_passkeys()
    page = keeper.page
    page.goto(_link(at, now))
    page.get_by_role("button", name=MAKE).click()
    page.wait_for_url(at(cast.DESK, "/"))
    cookie = next(one for one in keeper.context.cookies() if one["name"] == "__Host-session")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["domain"] == cast.DESK

    thief = cast.survivor()  # by hand: a browser itself refuses to carry a `__Host-` cookie elsewhere
    thief.cookies[cookie["name"]] = cookie["value"]
    thief.get("/")
    page.goto(at(cast.DESK, "/staff"))
    page.wait_for_url(at(cast.DESK, "/sign-in?next=/staff"))


def test_a_lost_passkey_is_replaced_by_two(visit: Open, at: At, now: datetime) -> None:
    lost = visit().with_passkeys()
    lost.page.goto(_link(at, now, Role.OFFICER))
    lost.page.get_by_role("button", name=MAKE).click()
    lost.page.wait_for_url(at(cast.DESK, "/"))
    officer = Staff.objects.get(username="keeper-01")
    first, second = cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=officer.pk, by=first, now=now)
    token, _label = services.confirm_recovery(staff_id=officer.pk, by=second, now=now)

    lost.page.goto(at(cast.DESK, "/"))
    lost.page.wait_for_url(at(cast.DESK, "/sign-in?next=/"))
    lost.page.get_by_role("button", name=SIGN_IN).click()
    expect(lost.page.locator("#passkey-failed")).to_be_visible()

    renewed = visit().with_passkeys()
    renewed.page.goto(at(cast.DESK, f"/enrol/{token}"))
    renewed.page.get_by_role("button", name=MAKE).click()
    renewed.page.wait_for_url(at(cast.DESK, "/"))
