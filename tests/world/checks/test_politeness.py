"""A host is asked no more often than politeness allows, urgent looks first, by however many workers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from recourse.base.core import wiring
from recourse.world.checks import services
from recourse.world.checks.models import HostTurn, Probe
from recourse.world.checks.ports import Politeness
from tests.world.conftest import place_at
from tests.world.outside import FakeFetcher, work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
BETWEEN = timedelta(seconds=4)


@pytest.fixture(autouse=True)
def polite() -> Iterator[None]:
    """Four seconds between two looks at one host."""
    with wiring.bound(Politeness, Politeness(BETWEEN)):
        yield


def looked_at() -> list[datetime]:
    return list(Probe.objects.order_by("at").values_list("at", flat=True))


def test_places_of_one_host_wait_for_each_other(db: None, outside: FakeFetcher, now: datetime) -> None:
    for post in range(30, 34):
        services.begin(place_id=place_at(f"https://t.me/dusk_harbour/{post}", now), now=now)
    for seconds in range(20):
        work(now + timedelta(seconds=seconds))
    assert [at - now for at in looked_at()] == [BETWEEN * n for n in range(4)]


def test_an_urgent_look_does_not_wait_behind_planned_ones(
    db: None, outside: FakeFetcher, now: datetime
) -> None:
    for post in range(30, 40):
        services.begin(place_id=place_at(f"https://t.me/dusk_harbour/{post}", now), now=now)
    work(now)
    urgent = place_at("https://t.me/dusk_harbour/50", now)
    services.probe_now(place_id=urgent, now=now)
    work(now)
    assert Probe.objects.get(place_id=urgent).at == now
    assert Probe.objects.count() == 2, "one planned and one urgent; the rest waits"


def test_another_host_is_not_waited_for_and_nobody_is_remembered_longer_than_needed(
    db: None, now: datetime
) -> None:
    def turn(host: str, at: datetime) -> datetime:
        return services.turn_at_host(host=host, urgent=False, now=at)

    assert turn("harbour.example", now) == now
    assert turn("quay.example", now) == now
    assert turn("harbour.example", now) == now + BETWEEN
    assert "harbour" not in str([bytes(row.lookup) for row in HostTurn.objects.all()])
    later = now + timedelta(minutes=1)
    assert turn("lighthouse.example", later) == later
    assert HostTurn.objects.count() == 1


def test_an_overtaken_turn_waits_for_nothing(db: None, outside: FakeFetcher, now: datetime) -> None:
    places = [place_at(f"https://t.me/dusk_harbour/{post}", now) for post in (30, 31)]
    for place in places:
        services.begin(place_id=place, now=now)
    work(now)
    services.probe_now(place_id=places[1], now=now + timedelta(seconds=1))
    work(now + timedelta(seconds=30))
    assert Probe.objects.filter(place_id=places[1]).count() == 1
