"""Moving the demo's business clock. A production installation has no row, or one that does not allow it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from recourse.base.jobs.domain import ClockNotMovableError
from recourse.base.jobs.models import BusinessClock


def start_demo_clock() -> None:
    """Allow the business clock to move in this database. For the demo and for training only."""
    with transaction.atomic():
        BusinessClock.objects.get_or_create(id=1, defaults={"demo": True, "ahead": timedelta(0)})
        BusinessClock.objects.filter(id=1).update(demo=True)


def advance_clock(*, to: datetime) -> datetime:
    """Let the business clock jump forward to `to`; it runs on from there.

    A time that is past already changes nothing.

    Returns:
        The business time now.

    Raises:
        ClockNotMovableError: this database is no demo.
    """
    with transaction.atomic():
        row = BusinessClock.objects.select_for_update().filter(id=1, demo=True).first()
        if row is None:
            raise ClockNotMovableError("the business clock of this installation stands with the computer's")
        real = datetime.now(UTC)
        ahead: timedelta = max(row.ahead, to - real, timedelta(0))
        row.ahead = ahead
        row.save(update_fields=["ahead"])
        return real + ahead
