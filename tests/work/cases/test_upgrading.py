"""Upgrading a database that stood before: the same rows as by hand, in a number of questions that does not grow with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.test.utils import CaptureQueriesContext

from recourse.work.cases.models import Item
from recourse.world.checks import services as checks
from recourse.world.checks.domain import Look, LookFrom, Verdict
from recourse.world.checks.models import Availability, Probe, Watch, WatchedTurn
from tests.work.cases.making import add, open_case, place_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


def migration(number: str) -> ModuleType:
    return import_module(f"recourse.work.cases.migrations.{number}")


@cache
def apps_then() -> StateApps:
    """The tables as the migration meets them, which is not as they are today."""
    before = [("cases", "0006_hand_over"), ("checks", "0003_watchers")]
    return MigrationLoader(None).project_state(before).apps


def look(place_id: UUID, at: datetime) -> None:
    row = Availability.objects.get(place_id=place_id)
    looks = [LookFrom(name, Look(Verdict.LIVE, "test", 200)) for name in ("home", "abroad")]
    checks.record(place_id=place_id, turn=row.turn, looks=looks, vantages=2, now=at)


@pytest.fixture
def older(now: datetime) -> None:
    """Three survivors at one place and some at others, looked at before and after each report; no timetable."""
    for hours in range(3):
        case, key = open_case(now + hours * HOUR)
        items = [add(case, key, now + hours * HOUR, number=number) for number in (12, 20 + hours)]
        for item in items:
            look(place_of(item), now + hours * HOUR)
            look(place_of(item), now + hours * HOUR + timedelta(minutes=30))
    case, key = open_case(now)
    add(case, key, now, number=50)  # nobody has looked yet
    unplanned = add(case, key, now, number=51)
    Availability.objects.filter(place_id=place_of(unplanned)).update(next_due_at=None)
    Watch.objects.all().delete()
    assert Item.objects.count() == 8
    assert not WatchedTurn.objects.exists()


def timetables() -> set[tuple[object, ...]]:
    """Every timetable with the turns that count for it, without the ids that are drawn at random."""
    found = Watch.objects.values_list("id", "place_id", "watcher", "since", "due_at", "closely_since")
    return {
        (*row[1:], *sorted(WatchedTurn.objects.filter(watch_id=row[0]).values_list("turn", flat=True)))
        for row in found
    }


def by_hand() -> set[tuple[object, ...]]:
    """What each item gets, worked out one by one."""
    wanted = set()
    for item in Item.objects.filter(place__availability__next_due_at__isnull=False):
        assert item.place is not None
        seen = Probe.objects.filter(place_id=item.place_id, at__gte=item.created_at)
        turns = sorted(set(seen.values_list("turn", flat=True)))
        due_at = item.place.availability.next_due_at  # type: ignore[attr-defined]
        wanted.add((item.place_id, item.id, item.created_at, due_at, None, *turns))
    return wanted


@pytest.mark.parametrize(("items", "turns"), [(1000, 5000), (7, 100), (3, 2), (1, 1)])
def test_every_item_gets_the_timetable_it_would_have_had(
    older: None, monkeypatch: pytest.MonkeyPatch, items: int, turns: int
) -> None:
    found = migration("0007_watch_for_each_item")
    monkeypatch.setattr(found, "ITEMS", items)
    monkeypatch.setattr(found, "TURNS", turns)
    found.give_timetables(apps_then(), None)
    assert timetables() == by_hand()
    assert len(timetables()) == 7
    assert WatchedTurn.objects.count() > 12


def test_the_number_of_questions_does_not_grow_with_the_items(older: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        migration("0007_watch_for_each_item").give_timetables(apps_then(), None)
    assert len(asked) <= 10
