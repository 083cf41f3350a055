"""Every list of this room walks an index, in as many questions for many rows as for few, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.clock import FixedClock
from recourse.work.cases.models import Case
from recourse.work.notices import selectors
from recourse.work.notices.models import Backing, InboundMail, Notice, NoticeLine
from tests.work.notices.making import OFFICER, World, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MANY = 4000


@pytest.fixture
def full(clock: FixedClock, world: World) -> Case:
    """Thousands of notices, most of them done with, some late, a few mails that wait."""
    case, notice = handed_over(clock.at, 12)
    names = [field.attname for field in Notice._meta.concrete_fields]
    one = {name: getattr(notice, name) for name in names}
    made = []
    owners = copies_of(case)
    for number in range(MANY):
        own = {
            "case_id": owners[number % len(owners)].id,
            "id": uuid.uuid4(),
            "number": f"M-{number:07d}",
            "state": "handed_over" if number % 40 == 0 else "closed",
            "state_since": clock.at + timedelta(seconds=number),
            "overdue_from": clock.at + timedelta(seconds=number) if number % 40 == 0 else None,
        }
        alike = {"token_lookup": None, "message_id": None, "outbox_id": None}
        made.append(Notice(**{**one, **alike, **own}))
    Notice.objects.bulk_create(made, batch_size=500)
    place = notice.lines.get().place_id
    NoticeLine.objects.bulk_create(
        [
            NoticeLine(
                notice=row, place_id=place, recipient_id=row.number, kind="removal",
                open=row.state != "closed",
            )
            for row in made
        ],
        batch_size=500,
    )  # fmt: skip
    mails = [
        InboundMail(
            at=clock.at + timedelta(seconds=number), key_id=uuid.uuid4(), size=1, notice=notice,
            state="waiting_for_person" if number % 40 == 0 else "read", state_since=clock.at,
        )
        for number in range(MANY)
    ]  # fmt: skip
    InboundMail.objects.bulk_create(mails, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return case


def copies_of(case: Case) -> list[Case]:
    names = [field.attname for field in Case._meta.concrete_fields]
    one = {name: getattr(case, name) for name in names}
    made = [
        Case(**{**one, "id": uuid.uuid4(), "number": f"P-{number:06d}", "code_lookup": None})
        for number in range(MANY // 4)
    ]
    return Case.objects.bulk_create(made, batch_size=500)


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        how = "EXPLAIN" if settings.DATABASE == "postgres" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{how} {sql}")
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


def asked(of: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        of()
    return [query["sql"] for query in queries]


def test_the_board_walks_the_index_of_what_is_late(full: Case, clock: FixedClock) -> None:
    late = clock.at + timedelta(days=2)
    few = asked(lambda: selectors.overdue(now=late, limit=5))
    many = asked(lambda: selectors.overdue(now=late, limit=50))
    assert len(many) == len(few) <= 10, "as many questions for a full page as for a short one"
    plan = plan_of(many[0])
    assert "notices_overdue" in plan, plan
    assert "TEMP B-TREE" not in plan
    assert len(selectors.overdue(now=late, limit=50)) > 0


def test_mail_that_waits_walks_its_index(full: Case) -> None:
    [page] = [sql for sql in asked(lambda: selectors.mail_waiting(OFFICER, limit=50)) if "SELECT" in sql]
    plan = plan_of(page)
    assert "notices_mail_by_state" in plan, plan
    counted = plan_of(asked(lambda: selectors.count_mail_waiting(OFFICER))[-1])
    assert "notices_mail_by_state" in counted, counted


def test_what_cases_wait_for_is_asked_for_a_page_at_once(full: Case, clock: FixedClock) -> None:
    others = [uuid.uuid4() for _ in range(40)]
    few = asked(lambda: selectors.waiting_for([full.id]))
    many = asked(lambda: selectors.waiting_for([full.id, *others]))
    assert len(few) == len(many) <= 4
    for sql in asked(lambda: selectors.waiting_for(others)):
        plan = plan_of(sql)
        for slow in ("SCAN notices_notice\n", "Seq Scan on notices_notice"):
            assert slow not in f"{plan}\n", plan


def test_her_page_asks_once_for_all_her_places(full: Case) -> None:
    items = list(full.items.values_list("id", flat=True))
    few = asked(lambda: selectors.tracks(items))
    many = asked(lambda: selectors.tracks([*items, *(uuid.uuid4() for _ in range(200))]))
    assert len(few) == len(many) == 1
    assert "notices_backing" in plan_of(many[0])
    assert Backing.objects.count() < MANY


def test_the_notices_of_a_case_are_found_by_index(full: Case, clock: FixedClock) -> None:
    other = uuid.uuid4()
    queries = asked(lambda: selectors.notices_of(actor=OFFICER, case_id=other))
    assert len(queries) <= 4
    for sql in queries:
        plan = plan_of(sql)
        for slow in ("SCAN notices_notice\n", "Seq Scan on notices_notice "):
            assert slow not in f"{plan}\n", plan


def test_who_approved_is_found_without_reading_every_notice(full: Case) -> None:
    [only] = asked(lambda: selectors.approvals(full.id))
    plan = plan_of(only)
    assert "SCAN notices_notice" not in plan
    assert "Seq Scan on notices_notice" not in plan, plan
    assert len(selectors.approvals(full.id)) == 1, (
        "a request of hers that stands on her own line is told once"
    )
