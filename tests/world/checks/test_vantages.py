"""Looking from two vantage points: a turn is one look from each, and what differs is told from what is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.errors import OutsideError
from recourse.base.core.ids import new_id
from recourse.world.checks import selectors, services
from recourse.world.checks.domain import AvailabilityState, Verdict
from recourse.world.checks.models import Probe
from tests.world.checks.test_probing import due, ledgered, state
from tests.world.outside import CONTROL, EMBED, FakeFetcher, live_page, page, work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
S = AvailabilityState


@pytest.fixture
def two(outside: FakeFetcher) -> FakeFetcher:
    """The outside world, seen from two vantage points."""
    outside.vantages = ("home", "abroad")
    return outside


def hidden_at_home(two: FakeFetcher) -> None:
    """Let the post be gone at home and up abroad."""
    two.goes_gone()
    two.elsewhere = {"abroad": {EMBED: live_page("Dusk_Harbour/12")}}


def test_a_turn_is_a_look_from_every_vantage_point_each_with_its_own_control(
    place: UUID, two: FakeFetcher, now: datetime
) -> None:
    two.goes_gone()
    services.begin(place_id=place, now=now)
    work(now)
    rows = Probe.objects.values_list("turn", "vantage", "vantages", "at", "control_ok")
    assert set(rows) == {(1, "home", 2, now, True), (1, "abroad", 2, now, True)}
    assert {vantage for url, vantage in two.asked if url == CONTROL} == {"home", "abroad"}
    work(now + HOUR)
    assert state(place) is S.REMOVED_AT_SOURCE
    assert selectors.availability([place])[place].probes == 2, "turns are counted, not looks"


def test_gone_at_one_without_its_control_there_is_not_gone(
    place: UUID, two: FakeFetcher, now: datetime
) -> None:
    two.goes_gone()
    two.elsewhere = {"abroad": {CONTROL: page("challenge")}}
    services.begin(place_id=place, now=now)
    for _ in range(3):
        work(now)
        now = due(place)
    assert state(place) is S.UNKNOWN
    assert ledgered() == []


def test_hidden_in_one_country_is_told_from_gone_and_says_where(
    place: UUID, two: FakeFetcher, now: datetime
) -> None:
    hidden_at_home(two)
    services.begin(place_id=place, now=now)
    work(now)
    assert state(place) is S.AVAILABLE
    assert due(place) == now + HOUR
    assert selectors.fresh_verdict(place, HOUR, now) is Verdict.LIVE, "a notice about it may leave"
    work(now + HOUR)
    view = selectors.availability([place])[place]
    assert (view.state, view.hidden_from, view.up_from) == (S.GEO_BLOCKED, ("home",), ("abroad",))
    assert not selectors.all_resolved([place])
    assert ledgered() == ["geo_blocked"]
    mine = selectors.seen_by([place])[place]
    assert (mine.state, mine.hidden_from) == (S.GEO_BLOCKED, ("home",))
    assert [one.hidden_from for one in selectors.history_since(place, now)] == [("home",), ("home",)]


def test_a_second_reporter_learns_of_hiding_only_from_her_own_turns(
    place: UUID, two: FakeFetcher, now: datetime
) -> None:
    hidden_at_home(two)
    services.begin(place_id=place, now=now)
    work(now)
    work(now + HOUR)
    hers, her = now + 5 * HOUR + timedelta(minutes=7), new_id()
    services.begin(place_id=place, watcher=her, now=hers)
    work(hers)
    view = selectors.seen_by([her])[her]
    assert (view.state, view.probes, view.hidden_from) == (S.AVAILABLE, 1, ())
    assert due(place) == hers + HOUR, "her hour is kept as the first reporter's was"
    work(hers + HOUR)
    assert selectors.seen_by([her])[her].state is S.GEO_BLOCKED
    assert ledgered() == ["geo_blocked"], "one change of one place"


def test_a_way_out_that_is_down_makes_nothing_gone(place: UUID, two: FakeFetcher, now: datetime) -> None:
    two.goes_gone()
    two.elsewhere = {"abroad": {EMBED: OutsideError("away", code="no_answer")}}
    services.begin(place_id=place, now=now)
    for _ in range(4):
        work(now)
        now = due(place)
    assert state(place) is not S.REMOVED_AT_SOURCE
    assert ledgered() == []


def test_the_plan_over_months_and_again_after_a_return(place: UUID, two: FakeFetcher, now: datetime) -> None:
    days = timedelta(days=1)

    def looks(count: int, since: datetime) -> list[timedelta]:
        found = []
        for _ in range(count):
            at = due(place)
            found.append(at - since)
            work(at)
        return found

    services.begin(place_id=place, now=now)
    work(now)
    services.watch_closely(place_id=place, reason="notice", now=now)
    falling = [HOUR, days, 7 * days, 30 * days]
    assert looks(6, now) == [*falling, 60 * days, 90 * days]
    two.goes_gone()
    assert looks(2, now) == [120 * days, 120 * days + HOUR]
    assert state(place) is S.REMOVED_AT_SOURCE
    removed = now + 120 * days + HOUR
    assert looks(5, removed) == [*falling, 60 * days]
    two.goes_live()
    back = due(place)
    work(back)
    assert state(place) is S.REAPPEARED
    assert back - removed == 90 * days
    assert looks(5, back) == [*falling, 60 * days], "what came back once is watched as closely as at first"
    assert ledgered() == ["removed_at_source", "reappeared"]
