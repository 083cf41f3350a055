"""Ports are bound once and never guessed; the clock is a port."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from recourse.base.core import clock, wiring
from recourse.base.core.clock import Clock, FixedClock, SystemClock
from recourse.base.core.wiring import UnboundPortError


class Lamp(Protocol):
    """A port of this test."""

    def lit(self) -> bool: ...


class Red:
    def lit(self) -> bool:
        return True


def test_an_unbound_port_is_an_error_that_names_it() -> None:
    with pytest.raises(UnboundPortError, match="Lamp"):
        wiring.resolve(Lamp)  # type: ignore[type-abstract]


def test_an_adapter_is_made_once_and_bound_for_a_time() -> None:
    red = Red()
    with wiring.bound(Lamp, red):  # type: ignore[type-abstract]
        assert wiring.resolve(Lamp) is red  # type: ignore[type-abstract]
        with wiring.bound(Lamp, Red()):  # type: ignore[type-abstract]
            assert wiring.resolve(Lamp) is not red  # type: ignore[type-abstract]
        assert wiring.resolve(Lamp) is red  # type: ignore[type-abstract]
    with pytest.raises(UnboundPortError):
        wiring.resolve(Lamp)  # type: ignore[type-abstract]


def test_the_clock_is_whoever_is_bound() -> None:
    fixed = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    with wiring.bound(Clock, fixed):  # type: ignore[type-abstract]
        assert clock.now() == fixed.at
        fixed.advance(timedelta(days=7))
        assert clock.now() == datetime(2026, 11, 30, tzinfo=UTC)


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
