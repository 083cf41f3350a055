"""On the open web every place has a host of its own, which vouches for what it says is gone; and names can end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.errors import OutsideError
from recourse.base.core.fetch import NoSuchNameError, NotResolvedError
from recourse.world.checks import selectors, services
from recourse.world.checks.domain import AvailabilityState
from recourse.world.checks.models import Control, Probe
from recourse.world.rules.load import rules
from tests.world.checks.test_probing import due, state
from tests.world.conftest import place_at
from tests.world.outside import FakeFetcher, Served, work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
S = AvailabilityState
PAGE = "https://gallery.example/boats/evening"
FRONT = "https://gallery.example/"
WORDS = b"<html><head><title>Boats</title></head><body>Boats in the evening.</body></html>"


@pytest.fixture
def web(outside: FakeFetcher) -> FakeFetcher:
    """A page of somebody's gallery that is up, seen from two vantage points."""
    outside.vantages = ("home", "abroad")
    outside.pages = {PAGE: WORDS, FRONT: WORDS} | dict.fromkeys(rules().platforms["web"].control, WORDS)
    return outside


@pytest.fixture
def page_there(db: None, now: datetime) -> UUID:
    return place_at(PAGE, now)


def look(place: UUID, now: datetime, times: int = 1) -> AvailabilityState:
    services.begin(place_id=place, now=now)
    for _ in range(times):
        work(now)
        now = due(place)
    return state(place)


def test_a_page_that_is_up_proves_itself(page_there: UUID, web: FakeFetcher, now: datetime) -> None:
    assert look(page_there, now) is S.AVAILABLE
    assert {url for url, _ in web.asked} == {PAGE}


@pytest.mark.parametrize("status", [404, 410])
def test_gone_beside_a_front_page_that_is_up(
    page_there: UUID, web: FakeFetcher, now: datetime, status: int
) -> None:
    web.statuses = {PAGE: status}
    assert look(page_there, now, times=2) is S.REMOVED_AT_SOURCE
    assert {(url, vantage) for url, vantage in web.asked} == {
        (url, vantage) for url in (PAGE, FRONT) for vantage in ("home", "abroad")
    }
    assert not Control.objects.exists(), "no table remembers somebody's host"


@pytest.mark.parametrize("front", [503, 404, 403])
def test_gone_where_the_front_page_does_not_answer_is_unknown(
    page_there: UUID, web: FakeFetcher, now: datetime, front: int
) -> None:
    web.statuses = {PAGE: 404, FRONT: front}
    assert look(page_there, now, times=3) is S.UNKNOWN


def test_a_front_page_of_another_site_vouches_for_nothing(
    page_there: UUID, web: FakeFetcher, now: datetime
) -> None:
    web.statuses = {PAGE: 404}
    web.final_url = "https://parked.example/"
    assert look(page_there, now, times=3) is S.UNKNOWN


def test_a_name_that_is_denied_from_everywhere_twice_is_gone(
    page_there: UUID, web: FakeFetcher, now: datetime
) -> None:
    web.pages |= {PAGE: NoSuchNameError("x"), FRONT: NoSuchNameError("x")}
    assert look(page_there, now) is S.SUSPECTED_GONE
    work(now + HOUR)
    assert state(page_there) is S.REMOVED_AT_SOURCE
    assert set(Probe.objects.values_list("marker", "control_ok")) == {("no_such_name", True)}


def test_a_name_that_is_denied_at_home_only_is_hidden(
    page_there: UUID, web: FakeFetcher, now: datetime
) -> None:
    web.pages |= {PAGE: NoSuchNameError("x"), FRONT: NoSuchNameError("x")}
    web.elsewhere = {"abroad": {PAGE: WORDS}}
    assert look(page_there, now, times=2) is S.GEO_BLOCKED
    assert selectors.availability([page_there])[page_there].hidden_from == ("home",)


@pytest.mark.parametrize("control", [NoSuchNameError("x"), OutsideError("x", code="no_answer")])
def test_when_every_name_is_denied_it_is_our_name_server(
    page_there: UUID, web: FakeFetcher, now: datetime, control: OutsideError
) -> None:
    broken: dict[str, Served] = dict.fromkeys(web.pages, NoSuchNameError("x"))
    web.pages = broken | dict.fromkeys(rules().platforms["web"].control, control)
    assert look(page_there, now, times=3) is S.UNKNOWN


def test_a_name_server_that_cannot_say_proves_nothing(
    page_there: UUID, web: FakeFetcher, now: datetime
) -> None:
    web.pages |= {PAGE: NotResolvedError("x")}
    assert look(page_there, now, times=3) is S.UNREACHABLE


def test_a_denied_name_of_a_platform_is_no_removal(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    for url in outside.pages:
        outside.pages[url] = NoSuchNameError("x")
    assert look(place, now, times=3) is S.UNREACHABLE


def test_withheld_by_law_is_hidden_and_never_gone(page_there: UUID, web: FakeFetcher, now: datetime) -> None:
    web.statuses = {PAGE: 451}
    assert look(page_there, now, times=4) is S.GEO_BLOCKED
