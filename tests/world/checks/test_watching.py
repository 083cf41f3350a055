"""What one watcher sees does not depend on who else watches: every order of events, compared with being alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.base.core.ids import new_id
from recourse.world.checks import selectors, services
from recourse.world.checks.domain import Look, LookFrom, Verdict
from recourse.world.checks.models import Availability, Watch
from recourse.world.locations import services as locations
from recourse.world.locations.domain import resolve_line
from tests.wiring import START

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
END = START + timedelta(days=12)
VERDICTS = (Verdict.LIVE, Verdict.GONE, Verdict.UNKNOWN, Verdict.UNREACHABLE, Verdict.WITHHELD)


@dataclass(frozen=True)
class Other:
    """Somebody else: when she reports, when a notice of hers goes out, when a look is asked for."""

    begins: int
    notice: int
    looks: tuple[int, ...]


def a_place(number: int) -> UUID:
    found = resolve_line(f"https://t.me/dusk_harbour/{number}")
    assert found is not None
    return locations.place_for(resolved=found, now=START)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def events_of(watcher: UUID, place: UUID, plan: Other) -> list[tuple[datetime, str, UUID, UUID]]:
    begins = minute(plan.begins)
    found = [(begins, "begin", place, watcher)]
    found.append((begins + timedelta(minutes=plan.notice), "closely", place, watcher))
    found += [(begins + timedelta(minutes=at), "probe", place, watcher) for at in plan.looks]
    return found


def do(now: datetime, what: str, place: UUID, watcher: UUID) -> None:
    if what == "begin":
        services.begin(place_id=place, watcher=watcher, now=now)
    elif what == "closely":
        services.watch_closely(place_id=place, watchers=[watcher], reason="test", now=now)
    else:
        services.probe_now(place_id=place, watchers=[watcher], now=now)


def live_through(place: UUID, plans: Sequence[tuple[UUID, Other]], world: Sequence[Verdict]) -> None:
    """Let events and looks happen in the order of time; the place is what `world` says, day by day."""
    events = sorted(
        (event for watcher, plan in plans for event in events_of(watcher, place, plan)),
        key=lambda one: one[0],
    )
    now = START
    while True:
        row = Availability.objects.filter(place_id=place).first()
        due = row.next_due_at if row else None
        upcoming = [at for at in (due, events[0][0] if events else None) if at is not None]
        if not upcoming or min(upcoming) > END:
            return
        now = max(now, min(upcoming))
        while events and events[0][0] <= now:
            do(*events.pop(0))
        row = Availability.objects.get(place_id=place)
        if row.next_due_at is not None and row.next_due_at <= now:
            verdict = world[(now - START).days % len(world)]
            look = LookFrom("home", Look(verdict, "test", 200), control_ok=True)
            services.record(place_id=place, turn=row.turn, looks=[look], vantages=1, now=now)


PLANS = st.builds(
    Other,
    begins=st.integers(0, 3 * 24 * 60),
    notice=st.integers(0, 2 * 24 * 60),
    looks=st.lists(st.integers(1, 4 * 24 * 60), max_size=2).map(tuple),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hers=PLANS,
    others=st.lists(PLANS, min_size=1, max_size=2),
    world=st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4),
)
def test_what_she_sees_is_what_she_would_see_alone(
    hers: Other, others: list[Other], world: list[Verdict]
) -> None:
    Watch.objects.all().delete()
    alone, among = new_id(), new_id()
    lone_place, shared_place = a_place(int(new_id()) % 10**6), a_place(int(new_id()) % 10**6 + 10**6)
    live_through(lone_place, [(alone, hers)], world)
    live_through(shared_place, [(among, hers), *((new_id(), other) for other in others)], world)
    first, second = selectors.seen_by([alone])[alone], selectors.seen_by([among])[among]
    fields = [name for name in first.__slots__ if name != "place_id"]
    assert {name: getattr(second, name) for name in fields} == {name: getattr(first, name) for name in fields}
    looks = selectors.turns_of([alone, among])
    assert [turn[0].at for turn in looks[among]] == [turn[0].at for turn in looks[alone]]
    assert looks[alone], "something was seen"


def test_reading_hers_costs_the_same_however_many_watch(now: datetime) -> None:
    place, her = a_place(1), new_id()
    services.begin(place_id=place, watcher=her, now=now)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            selectors.seen_by([her])
        return len(queries)

    before = cost()
    for _ in range(5):
        services.begin(place_id=place, watcher=new_id(), now=now)
    assert cost() == before <= 3


def test_whoever_stops_watching_is_due_no_more(now: datetime) -> None:
    place, her, other = a_place(1), new_id(), new_id()
    services.begin(place_id=place, watcher=her, now=now)
    services.begin(place_id=place, watcher=other, now=now)
    services.stop_watching(watchers=[her])
    assert selectors.seen_by([her]) == {}
    assert list(selectors.seen_by([other])) == [other]


def test_a_look_of_somebody_else_is_not_fresh_for_her(now: datetime) -> None:
    place, her, other = a_place(1), new_id(), new_id()
    services.begin(place_id=place, watcher=other, now=now)
    row = Availability.objects.get(place_id=place)
    look = LookFrom("home", Look(Verdict.LIVE, "test", 200))
    services.record(place_id=place, turn=row.turn, looks=[look], vantages=1, now=now)
    services.begin(place_id=place, watcher=her, now=now + timedelta(minutes=5))
    later = now + timedelta(minutes=6)
    assert selectors.fresh_verdict(place, HOUR, later, watchers=[other]) is Verdict.LIVE
    assert selectors.fresh_verdict(place, HOUR, later, watchers=[her, other]) is None
