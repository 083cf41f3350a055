"""A platform that changes its pages gives `unknown` and calls a person; the call ends when it reads again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.errors import OutsideError
from recourse.base.jobs import registry
from recourse.base.jobs.domain import JobContext
from recourse.world.checks import selectors, services
from recourse.world.checks.domain import AlarmEnded, AlarmRaised, AlarmReason, AvailabilityState
from recourse.world.checks.models import Alarm
from recourse.world.locations import services as locations
from tests.world.checks.test_probing import due, state
from tests.world.conftest import place_at
from tests.world.outside import CONTROL, SECOND_CONTROL, FakeFetcher, live_page, page, work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
POSTS = range(20, 25)


def embed(post: int) -> str:
    return f"https://t.me/dusk_harbour/{post}?embed=1&mode=tme"


def called(now: datetime) -> list[tuple[str, str, AlarmReason]]:
    return [
        (one.platform, one.kind, one.reason)
        for one in selectors.alarms(now)
        if one.reason is not AlarmReason.RULE_PAST_REVIEW
    ]


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """Every event about alarms, as the desk hears it."""
    events: list[object] = []

    def raised(_context: JobContext, event: AlarmRaised) -> None:
        events.append(event)

    def ended(_context: JobContext, event: AlarmEnded) -> None:
        events.append(event)

    with registry.scratch():
        registry.subscribe(AlarmRaised, "tests.raised", raised)
        registry.subscribe(AlarmEnded, "tests.ended", ended)
        yield events


def look_at(posts: range, now: datetime) -> list[UUID]:
    places = [place_at(f"https://t.me/dusk_harbour/{post}", now) for post in posts]
    for place in places:
        services.begin(place_id=place, now=now)
        work(now)
    return places


def test_three_places_whose_pages_no_rule_knows_call_a_person_until_one_reads(
    db: None, outside: FakeFetcher, now: datetime, heard: list[object]
) -> None:
    places = look_at(POSTS[:2], now)
    assert called(now) == [], "two odd pages may be odd"
    places += look_at(POSTS[2:4], now + timedelta(minutes=5))
    assert {state(place) for place in places} == {AvailabilityState.UNKNOWN}
    assert called(now) == [("telegram", "message", AlarmReason.LAYOUT_CHANGED)]
    assert selectors.alarms(now)[0].since == now + timedelta(minutes=5)
    assert Alarm.objects.count() == 1, "a fourth place says nothing new"

    outside.pages |= {embed(post): live_page(f"Dusk_Harbour/{post}") for post in POSTS[:4]}
    services.probe_now(place_id=places[0], now=now + HOUR)
    work(now + HOUR)
    assert called(now + HOUR) == []
    assert [type(one) for one in heard] == [AlarmRaised, AlarmEnded]
    look_at(POSTS[4:5], now + HOUR)
    assert called(now + HOUR) == [], "the count begins anew"


def test_one_place_looked_at_often_is_one_place(db: None, outside: FakeFetcher, now: datetime) -> None:
    (place,) = look_at(POSTS[:1], now)
    for _ in range(5):
        now = due(place)
        work(now)
    assert called(now) == []


def test_odd_pages_a_day_apart_do_not_add_up(db: None, outside: FakeFetcher, now: datetime) -> None:
    for post in POSTS:
        (place,) = look_at(range(post, post + 1), now)
        locations.erase_place(place_id=place, now=now)
        work(now)
    assert called(now) == [], "a place that was erased is nobody's place"


def test_strange_pages_of_different_hosts_have_no_layout_in_common(
    db: None, outside: FakeFetcher, now: datetime
) -> None:
    outside.status = 302
    for host in ("quay", "pier", "mole", "dock"):
        services.begin(place_id=place_at(f"https://{host}.example/12", now), now=now)
        work(now)
    assert called(now) == []


@pytest.mark.parametrize("error", [OutsideError("x", code="no_answer"), OutsideError("x", code="too_slow")])
def test_a_platform_that_does_not_answer_did_not_change_its_pages(
    db: None, outside: FakeFetcher, now: datetime, error: OutsideError
) -> None:
    outside.pages |= {embed(post): error for post in POSTS}
    outside.pages["https://t.me/dusk_harbour"] = error
    look_at(POSTS, now)
    assert called(now) == []


def test_a_control_that_shows_another_page_calls_at_once_and_ends_with_it(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone()
    outside.pages[CONTROL] = outside.pages[SECOND_CONTROL] = page("challenge")
    services.begin(place_id=place, now=now)
    work(now)
    assert called(now) == [("telegram", "", AlarmReason.CONTROL_UNREADABLE)]
    outside.goes_gone()
    now = due(place)
    work(now)
    assert called(now) == []
    assert state(place) is AvailabilityState.SUSPECTED_GONE


def test_a_control_that_is_silent_calls_after_an_hour(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone()
    outside.pages[CONTROL] = outside.pages[SECOND_CONTROL] = OutsideError("away", code="no_answer")
    begun = now
    services.begin(place_id=place, now=now)
    work(now)
    while (now := due(place)) < begun + HOUR:
        work(now)
        assert called(now) == []
    work(now)
    assert called(now) == [("telegram", "", AlarmReason.CONTROL_UNREADABLE)]


def test_a_rule_past_its_review_date_is_called_out(db: None) -> None:
    late = datetime(2030, 1, 1, tzinfo=UTC)
    old = [one for one in selectors.alarms(late) if one.reason is AlarmReason.RULE_PAST_REVIEW]
    assert ("telegram", "message") in {(one.platform, one.kind) for one in old}
    assert all(one.since < late for one in old)
    assert not selectors.alarms(datetime(2026, 11, 24, tzinfo=UTC))
