"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from tests import servers
from tests.browser import at, chromium, visit
from tests.wiring import START

__all__ = ["at", "chromium", "visit"]

# A loaded machine is no finding: what is measured stands in benchmarks/, and no test has a clock.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")

AT_START = os.sched_getscheduler(0), os.sched_getparam(0)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres | None]:
    """The PostgreSQL of this run, or nothing when the tests run on SQLite."""
    if settings.DATABASE != "postgres":
        yield None
        return
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, postgres_server: servers.Postgres | None
) -> None:
    """Point Django at the server that this run started."""
    if postgres_server is not None:
        connections["default"].settings_dict["PORT"] = str(postgres_server.port)


@pytest.fixture(autouse=True)
def scheduling_class() -> Iterator[None]:
    """A test leaves this process in the class it began in: servers and browsers that are started later inherit it."""
    yield
    found = os.sched_getscheduler(0)
    if found != AT_START[0]:  # what follows is not to suffer from it
        os.sched_setscheduler(0, *AT_START)
    assert found == AT_START[0], (
        "this test left the process in another scheduling class; see tests/scheduling.py"
    )


@pytest.fixture(autouse=True)
def clock() -> Iterator[FixedClock]:
    """The business clock, standing at `START`; move it with `advance`."""
    with wiring.bound(Clock, FixedClock(START)) as fixed:  # type: ignore[type-abstract]
        assert isinstance(fixed, FixedClock)
        yield fixed


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    """The business time at the test's start."""
    return clock.at


@pytest.fixture
def home() -> Path:
    """The throw-away home of this run, with its keys."""
    return Path(settings.HOME)
