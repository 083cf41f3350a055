"""Keys of platforms at the desk: who may, shown once, asked twice before an end, and who did it stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.surfaces.desk.words_exchange import OPENS, STANDINGS
from recourse.world.exchange import selectors
from recourse.world.exchange.domain.keys import (
    LIMITS,
    MOST_AT_EDGE,
    Function,
    KeyStep,
    Standing,
    UnknownKeyError,
)
from recourse.world.exchange.models import KeyEvent, PlatformKey
from recourse.world.exchange.services import keeping
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.world.exchange.making import admitted, platform
from tests.world.matching.making import digits

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def supervisor() -> Visitor:
    """A supervisor's browser, signed in at the desk."""
    return visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))


def shown(page: Page) -> dict[str, str]:
    """The fields that the page of new keys shows."""
    fields = page.tree.css("input[readonly]")
    return {one.attributes["id"] or "": one.attributes["value"] or "" for one in fields}


def made(supervisor: Visitor, name: str = "murmur") -> dict[str, str]:
    page = supervisor.submit(supervisor.get("/platforms"), {"name": name}, action="/platforms/create")
    assert page.status == 200, page.text
    check_page(page)
    return shown(page)


def felt_out(name: str, clock: FixedClock) -> None:
    """Somebody walks along the border with the keys of a platform."""
    key = admitted(platform(clock.at, name), Function.MATCH)
    for step in range(MOST_AT_EDGE + 1):
        keeping.spend(key=key, asked=1, now=clock.at)
        keeping.enter(key=key, given=1, edge=[digits(step)], now=clock.at)


def test_every_standing_and_function_has_words() -> None:
    assert set(STANDINGS) == set(Standing)
    assert set(OPENS) == set(Function)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_nobody_but_a_supervisor_sees_or_makes_or_ends_keys(role: Role, clock: FixedClock) -> None:
    platform(clock.at)
    browser = cast.signed_in(cast.staff(role))
    assert b"/platforms" not in browser.get("/staff").content
    assert browser.get("/platforms").status_code == 403
    assert browser.post("/platforms/create", {"name": "kanal"}).status_code == 403
    for verb in ("revoke", "clear"):
        assert browser.get(f"/platforms/murmur/{verb}").status_code == 403
        assert browser.post(f"/platforms/murmur/{verb}").status_code == 403
    assert [(one.name, one.revoked_at) for one in PlatformKey.objects.all()] == [("murmur", None)]


def test_without_keys_the_page_says_what_that_means(supervisor: Visitor) -> None:
    page = supervisor.get("/platforms")
    check_page(page)
    assert "No platform has keys yet." in page.text
    assert page.tree.css("table") == []


def test_keys_are_shown_once_and_open_what_they_say(supervisor: Visitor, clock: FixedClock) -> None:
    fields = made(supervisor)
    for function in Function:
        found = selectors.admit(
            subscription=fields["subscription"], function_key=fields[function], function=function
        )
        assert found.name == "murmur"
    assert fields["base"] == "http://127.0.0.1:8000/exchange/v1"
    setting = ",".join((fields["FetchHashes"], fields["subscription"], fields["base"]))
    assert fields["setting"] == f'export TX_STOPNCII_KEYS="{setting}"'
    secrets = [fields["subscription"], *(fields[function] for function in Function)]
    again = supervisor.submit(supervisor.get("/platforms"), {"name": "murmur"}, action="/platforms/create")
    assert again.status == 409, "the form sent once more makes no second keys"
    for page in (again, supervisor.get("/platforms"), supervisor.get("/platforms/murmur/revoke")):
        assert not [secret for secret in secrets if secret in page.html]


@pytest.mark.parametrize("name", ["", "Two Words", "-a", "a" * 500, "../a", "é"])
def test_what_is_no_name_is_told_and_stands_in_the_field(supervisor: Visitor, name: str) -> None:
    page = supervisor.submit(supervisor.get("/platforms"), {"name": name}, action="/platforms/create")
    assert page.status == 400
    assert page.tree.css_first("[data-code=bad_key_name]") is not None
    assert page.form("/platforms/create")["name"] == [name[:200]]
    assert not PlatformKey.objects.exists()


def test_an_end_is_asked_twice_and_is_at_once(supervisor: Visitor, clock: FixedClock) -> None:
    printed = platform(clock.at)
    sure = supervisor.get("/platforms/murmur/revoke")
    check_page(sure)
    assert "no longer told of withdrawals" in sure.text
    admitted(printed, Function.FETCH)
    page = supervisor.submit(sure, action="/revoke")
    assert page.path == "/platforms"
    with pytest.raises(UnknownKeyError):
        admitted(printed, Function.FETCH)
    assert "Revoked" in page.text
    assert "/platforms/murmur/revoke" not in page.links()
    assert supervisor.get("/platforms/murmur/revoke").status == 404
    assert (
        supervisor.post("/platforms/murmur/revoke", supervisor.get("/platforms").form("/create")).status
        == 404
    )  # type: ignore[arg-type]
    made(supervisor)


def test_what_a_platform_did_today_is_counted(supervisor: Visitor, clock: FixedClock) -> None:
    key = admitted(platform(clock.at), Function.FETCH)
    for given in (700, 534):
        keeping.spend(key=key, asked=1, now=clock.at)
        keeping.enter(key=key, given=given, edge=(), now=clock.at)
    assert "2 calls 1,234 answers In force" in supervisor.get("/platforms").text
    clock.advance(timedelta(days=1))
    page = supervisor.get("/platforms")
    assert "0 calls 0 answers In force" in page.text
    assert "Never" not in page.text


def test_who_asked_for_all_that_a_day_allows_is_shown(supervisor: Visitor, clock: FixedClock) -> None:
    key, limit = admitted(platform(clock.at), Function.MATCH), LIMITS[Function.MATCH]
    for _minute in range(-(-limit.asked_day // limit.asked_minute) - 1):
        keeping.spend(key=key, asked=limit.asked_minute, now=clock.advance(timedelta(minutes=1)))
    assert "In force" in supervisor.get("/platforms").text
    rest = limit.asked_day % limit.asked_minute or limit.asked_minute
    keeping.spend(key=key, asked=rest, now=clock.advance(timedelta(minutes=1)))
    assert "Has asked for all that a day allows" in supervisor.get("/platforms").text


def test_a_noticed_platform_stands_out_until_somebody_has_looked(
    supervisor: Visitor, clock: FixedClock
) -> None:
    platform(clock.at, "kanal")
    felt_out("murmur", clock)
    page = supervisor.get("/platforms")
    check_page(page)
    assert "1 platform was noticed and is slowed" in page.text
    assert "It may match 100 a day until you have looked." in page.text
    assert [link for link in page.links() if link.endswith("/clear")] == ["/platforms/murmur/clear"]
    page = supervisor.submit(supervisor.get("/platforms/murmur/clear"), action="/clear")
    assert "noticed" not in page.text
    assert PlatformKey.objects.get(name="murmur").noticed_at is None


def test_who_did_what_with_keys_stays_on_record(supervisor: Visitor, clock: FixedClock) -> None:
    made(supervisor)
    for verb in ("clear", "revoke"):
        clock.advance(timedelta(minutes=1))
        supervisor.submit(supervisor.get(f"/platforms/murmur/{verb}"), action=verb)
    keeping.make_keys(name="kanal", by=None, now=clock.advance(timedelta(minutes=1)))
    told = [(one.key.name, one.step, one.label, one.by is None) for one in KeyEvent.objects.order_by("at")]
    assert told == [
        ("murmur", KeyStep.MADE, "Supervisor 01", False),
        ("murmur", KeyStep.CLEARED, "Supervisor 01", False),
        ("murmur", KeyStep.REVOKED, "Supervisor 01", False),
        ("kanal", KeyStep.MADE, "", True),
    ]
    assert "Supervisor 01" in supervisor.get("/platforms").text


def test_what_is_no_verb_is_not_there(supervisor: Visitor, clock: FixedClock) -> None:
    platform(clock.at)
    assert supervisor.get("/platforms/murmur/anything").status == 404
    assert supervisor.client.get("/platforms/create").status_code == 405
