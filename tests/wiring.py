"""The wiring of the tests: the product's own adapters on throw-away keys, with a clock that stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from recourse.config import keys
from recourse.config.schema import Configuration, Process
from recourse.config.wiring import bind_ports
from recourse.work.notices.adapters.names import NameTable
from recourse.work.notices.ports import DnsText
from recourse.world.checks.ports import Politeness

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def bind_all(configuration: Configuration) -> None:
    """Bind every port as production does, then put what must not be real in its place."""
    bind_ports(configuration, keys.KeyFiles(configuration.keys_folder, Process.ALL))
    wiring.bind(DnsText, lambda: NameTable({}))  # type: ignore[type-abstract]
    wiring.bind(Politeness, lambda: Politeness(timedelta(0)))  # a standing clock would wait for ever
    wiring.bind(Clock, lambda: FixedClock(START))  # type: ignore[type-abstract]
