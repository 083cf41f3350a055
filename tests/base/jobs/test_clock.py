"""The demo clock: one row for all processes, forward only, and only where the row allows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from recourse.base.jobs import selectors, services
from recourse.base.jobs.adapters.clock import RowClock
from recourse.base.jobs.domain import ClockNotMovableError
from recourse.base.jobs.models import BusinessClock

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < 5 * SECOND


def test_without_a_row_it_is_the_computers_and_does_not_move() -> None:
    assert close(RowClock().now(), datetime.now(UTC))
    with pytest.raises(ClockNotMovableError):
        services.advance_clock(to=datetime.now(UTC) + DAY)
    assert not BusinessClock.objects.exists()


def test_a_row_that_does_not_allow_it_is_not_moved_and_not_followed() -> None:
    BusinessClock.objects.create(demo=False, ahead=DAY)
    with pytest.raises(ClockNotMovableError):
        services.advance_clock(to=datetime.now(UTC) + 2 * DAY)
    assert close(RowClock().now(), datetime.now(UTC))


def test_it_jumps_forward_and_runs_on() -> None:
    services.start_demo_clock()
    target = datetime.now(UTC) + 30 * DAY
    assert close(services.advance_clock(to=target), target)
    first = RowClock().now()
    assert first.utcoffset() == timedelta(0)
    assert close(first, target)
    assert RowClock().now() > first


def test_it_never_goes_back() -> None:
    services.start_demo_clock()
    there = services.advance_clock(to=datetime.now(UTC) + DAY)
    assert services.advance_clock(to=datetime.now(UTC) - DAY) >= there
    assert services.advance_clock(to=there - timedelta(hours=1)) >= there
    services.start_demo_clock()
    assert RowClock().now() >= there
    assert selectors.business_clock()[0]


def test_there_is_one_row() -> None:
    services.start_demo_clock()
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessClock.objects.create(id=2, demo=True, ahead=DAY)
