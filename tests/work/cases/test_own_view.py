"""What her code opens, and that her page tells nobody whether another survivor named the same place."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.jobs.domain import JobContext
from recourse.base.vault.domain import DataKey, new_case_code
from recourse.work.cases import selectors, services, tasks
from recourse.work.cases.domain import CaseState, OwnCase, OwnItem
from recourse.work.cases.models import Case
from recourse.world.checks import services as checks
from recourse.world.checks.domain import AvailabilityChanged, AvailabilityState, Look, LookFrom, Verdict
from recourse.world.checks.models import Availability, Probe
from tests.work.cases.making import actor, add, open_case, web_process

pytestmark = [pytest.mark.django_db, pytest.mark.db]

OFFSETS = [timedelta(0), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=26)]


def look_until(place_id: UUID, until: datetime, verdict: Verdict) -> None:
    """Make every probe that is planned up to a moment, as the worker would; tell cases of each change."""
    while True:
        row = Availability.objects.get(place_id=place_id)
        if row.next_due_at is None or row.next_due_at > until:
            return
        at, before = row.next_due_at, row.state
        checks.record(
            place_id=place_id,
            turn=row.turn,
            looks=[LookFrom("home", Look(verdict, "test", 200), control_ok=True)],
            vantages=1,
            now=at,
        )
        after = Availability.objects.get(place_id=place_id).state
        if after != before:
            context = JobContext(job_id=place_id, kind="test", attempt=1, fence=1, now=at)
            tasks.follow_availability(context, AvailabilityChanged(place_id, before, after, at))


def shifted(value: object, by: datetime) -> object:
    """A dataclass with every time as an offset; keys and ids, which are hers alone, left out."""
    if isinstance(value, OwnItem | OwnCase):
        return [
            (field.name, shifted(getattr(value, field.name), by))
            for field in dataclasses.fields(value)
            if field.name not in {"item_id", "case_id", "key"}
        ]
    return value - by if isinstance(value, datetime) else value


def page(case: Case, key: DataKey, begun: datetime, now: datetime) -> bytes:
    own = selectors.own_case(case_id=case.id, key=key, now=now, turn=0)
    items = selectors.own_items(case.id)
    return repr([shifted(one, begun) for one in (own, *items)]).encode()


def pages_of_a_report(at: datetime, verdict: Verdict, number: int) -> list[bytes]:
    case, key = open_case(at)
    item = add(case, key, at, number=number)
    assert item.place_id is not None
    pages = []
    for offset in OFFSETS:
        if offset:
            look_until(item.place_id, at + offset, verdict)
        pages.append(page(case, key, at, at + offset))
    return pages


@pytest.mark.parametrize("verdict", [Verdict.LIVE, Verdict.GONE, Verdict.CHANNEL_GONE, Verdict.UNKNOWN])
@pytest.mark.parametrize("between", [timedelta(minutes=20), timedelta(hours=5), timedelta(days=3)])
def test_the_second_reporter_of_a_place_sees_what_the_first_saw(
    now: datetime, verdict: Verdict, between: timedelta
) -> None:
    first = pages_of_a_report(now, verdict, 12)
    look_until(Availability.objects.get().place_id, now + max(between, timedelta(hours=26)), verdict)
    begun = now + max(between, timedelta(hours=26)) + between
    second = pages_of_a_report(begun, verdict, 12)
    assert second == first
    assert Availability.objects.count() == 1


def test_the_probes_of_somebody_else_are_not_hers(now: datetime) -> None:
    one, key = open_case(now)
    item = add(one, key, now)
    assert item.place_id is not None
    look_until(item.place_id, now + timedelta(hours=3), Verdict.GONE)
    assert Availability.objects.get().state == AvailabilityState.REMOVED_AT_SOURCE
    later = now + timedelta(hours=3)
    two, key_two = open_case(later)
    add(two, key_two, later)
    (hers,) = selectors.own_items(two.id)
    assert (hers.availability, hers.checks, hers.checked_at) == (AvailabilityState.NOT_CHECKED, 0, None)
    (first,) = selectors.own_items(one.id)
    assert (first.availability, first.checks) == (AvailabilityState.REMOVED_AT_SOURCE, Probe.objects.count())


def test_ids_are_not_printed_nor_compared(now: datetime) -> None:
    case, key = open_case(now)
    item = add(case, key, now)
    (own,) = selectors.own_items(case.id)
    assert own.item_id == item.id
    assert str(item.id) not in repr(own)
    assert own == dataclasses.replace(own, item_id=case.id)
    opened = selectors.own_case(case_id=case.id, key=key, now=now, turn=0)
    assert key.secret.hex() not in repr(opened)
    assert "key=" not in repr(opened)


def queries_for(code: str, now: datetime) -> tuple[OwnCase | None, int]:
    with CaptureQueriesContext(connection) as queries:
        found = selectors.case_by_code(code, now)
    return found, len(queries)


def test_a_wrong_code_costs_what_a_right_one_costs(now: datetime, home: Path) -> None:
    right, frozen = new_case_code(), new_case_code()
    case, _key = open_case(now, code=right)
    other, _ = open_case(now, code=frozen)
    services.move_case(case_id=other.id, to=CaseState.FROZEN, actor=actor(), now=now)
    with web_process(home):
        found, cost = queries_for(right, now)
        assert found is not None
        assert found.case_id == case.id
        assert cost <= 3
        assert queries_for(new_case_code(), now) == (None, cost)
        assert queries_for(frozen, now) == (None, cost)
    assert queries_for("seven kilo mike", now) == (None, 0)


def test_a_code_opens_however_it_is_typed(now: datetime) -> None:
    code = new_case_code()
    case, _key = open_case(now, code=code)
    for typed in (code.lower(), code.replace("-", " "), f"  {code.replace('-', '')}\n"):
        found = selectors.case_by_code(typed, now)
        assert found is not None
        assert found.case_id == case.id


def test_a_session_ends_when_the_case_is_frozen_erased_or_past_its_date(now: datetime) -> None:
    case, key = open_case(now)
    assert selectors.own_case(case_id=case.id, key=key, now=now, turn=0) is not None
    assert selectors.own_case(case_id=case.id, key=key, now=now + timedelta(days=731), turn=0) is None
    other, other_key = open_case(now)
    assert selectors.own_case(case_id=case.id, key=other_key, now=now, turn=0) is None
    services.move_case(case_id=case.id, to=CaseState.FROZEN, actor=actor(), now=now)
    assert selectors.own_case(case_id=case.id, key=key, now=now, turn=0) is None
    services.erase_case(case_id=other.id, now=now)
    assert selectors.own_case(case_id=other.id, key=other_key, now=now, turn=0) is None


def test_her_page_costs_the_same_for_many_places(now: datetime) -> None:
    case, key = open_case(now)
    for number in range(1, 41):
        add(case, key, now, number=number)
    with CaptureQueriesContext(connection) as queries:
        items = selectors.own_items(case.id)
    assert [item.number for item in items] == list(range(1, 41))
    assert len(queries) <= 4


def test_a_visit_keeps_a_case_and_is_no_diary(now: datetime) -> None:
    case, _key = open_case(now)
    services.note_activity(case_id=case.id, now=now + timedelta(hours=5))
    case.refresh_from_db()
    assert case.last_activity_at == now
    services.note_activity(case_id=case.id, now=now + timedelta(days=30))
    case.refresh_from_db()
    assert case.last_activity_at == now + timedelta(days=30)
