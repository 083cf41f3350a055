"""The business clock: what time it is for deadlines, probes and records.

UTC, injected, never read in a decision.

Leases, sessions, TLS and time-outs use real time and do not come here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from recourse.base.core import wiring


class Clock(Protocol):
    """Tells the business time."""

    def now(self) -> datetime:
        """Return the time now, aware, in UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the time now, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved; for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at

    def advance(self, by: timedelta) -> datetime:
        """Move it forward and return the new time."""
        self.at += by
        return self.at


def now() -> datetime:
    """Return the business time of the clock that `config` bound."""
    return wiring.resolve(Clock).now()  # type: ignore[type-abstract]
