"""Every part of the queue walks an index and sorts nothing, on whichever database the tests run."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.clock import FixedClock
from recourse.work.cases import selectors
from recourse.work.cases.domain import QueueShow
from recourse.work.cases.models import Case
from tests.work.cases.making import actor, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MANY = 3000


@pytest.fixture
def full(clock: FixedClock) -> None:
    """A queue of thousands, most of it routine, some of it of every part."""
    case, _ = open_case(clock.at)
    names = {field.attname for field in Case._meta.concrete_fields}
    one = {name: getattr(case, name) for name in names}
    made = []
    for number in range(MANY):
        at = clock.at + timedelta(minutes=number)
        changed = {
            "id": uuid.uuid4(),
            "number": f"C-{number:06d}",
            "code_lookup": number.to_bytes(32, "big"),
            "queue_at": at,
            "next_due_at": at if number % 3 else None,
            "minor_path": number % 50 == 0,
            "state": "waiting_for_survivor" if number % 40 == 0 else "open",
        }
        made.append(Case(**{**one, **changed}))
    Case.objects.bulk_create(made, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        how = "EXPLAIN" if settings.DATABASE == "postgres" else "EXPLAIN QUERY PLAN"
        if settings.DATABASE == "postgres":
            # With the few rows of a test sorting may be cheapest; the question is whether an index makes it needless.
            cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"{how} {sql}")
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("show", [part for part in QueueShow if part is not QueueShow.MINE])
@pytest.mark.parametrize("further", [False, True])
def test_a_page_of_any_part_is_one_walk_along_one_index(
    clock: FixedClock, show: QueueShow, further: bool
) -> None:
    now = clock.at + timedelta(minutes=MANY // 2)
    after = None
    if further:
        first = selectors.list_queue(actor=actor(), now=now, show=show, limit=40)
        after = selectors.place_after(first[-1])
    with CaptureQueriesContext(connection) as queries:
        rows = selectors.list_queue(actor=actor(), now=now, show=show, after=after, limit=40)
    assert rows
    plan = plan_of(queries[0]["sql"])
    assert "case_" in plan, f"no index: {plan}"
    for slow in ("TEMP B-TREE", "Sort", "SCAN cases_case\n", "Seq Scan"):
        assert slow not in plan, plan


@pytest.mark.usefixtures("full")
def test_what_somebody_holds_is_found_by_the_holder(clock: FixedClock) -> None:
    with CaptureQueriesContext(connection) as queries:
        selectors.list_queue(actor=actor(), now=clock.at, show=QueueShow.MINE, limit=40)
    assert "case_claimed" in plan_of(queries[0]["sql"])


@pytest.mark.usefixtures("full")
def test_a_count_ends_where_nobody_reads_on(clock: FixedClock) -> None:
    with CaptureQueriesContext(connection) as queries:
        counted = selectors.count_queue(actor=actor(), now=clock.at)
    assert counted[QueueShow.ALL] == selectors.COUNT_TO + 1
    assert all("LIMIT 1001" in query["sql"] for query in queries)
