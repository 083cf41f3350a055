"""Alive and ready, on every surface, without a cookie and without a word of content."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from recourse.base.core.clock import FixedClock
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.base.ledger.services import record
from recourse.surfaces.frame import health
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOSTS = [cast.SURVIVORS, cast.DESK]


@pytest.mark.parametrize("host", HOSTS)
def test_alive_touches_no_table(host: str, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = Client(headers={"host": host}).get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"alive": True}
    assert response.cookies == {}


@pytest.mark.parametrize("host", HOSTS)
def test_ready_tells_ledger_and_the_oldest_due_job(host: str, clock: FixedClock) -> None:
    jobs.enqueue(kind="hotline.drop_drafts", args={}, due_at=clock.at)
    clock.advance(timedelta(minutes=7))
    response = Client(headers={"host": host}).get("/readyz")
    assert response.status_code == 200
    told = response.json()
    assert told["ready"] is True
    assert told["oldest_due_job_seconds"] == 420
    assert told["ledger"] == {"published": 0}
    record(kind=EntryKind.NOTICE, facts={"asked": "removal"}, now=clock.at)
    assert Client(headers={"host": host}).get("/readyz").json()["ledger"] == told["ledger"]


def test_not_ready_without_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_args: ["one"])
    response = cast.survivor().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "lacks": "migrations"}


def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(health.jobs, "oldest_due_age", broken)
    response = cast.survivor().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "lacks": "database"}
