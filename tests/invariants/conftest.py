"""Fixtures of the tests that hold the design's invariants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from recourse.base.ledger.ports import LedgerFolder
from recourse.people.accounts.domain import Role
from tests import cast
from tests.surfaces.visits import Visitor, visitor
from tests.work.notices.making import World


@pytest.fixture(autouse=True)
def clock() -> Iterator[FixedClock]:
    """The business clock, standing on a Monday on which the laws of these tests are in force."""
    fixed = FixedClock(datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    with wiring.bound(Clock, fixed):  # type: ignore[type-abstract]
        yield fixed


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An outside whose posts are all up, and a public log of this test's own."""
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), World().around() as around:
        yield around


@pytest.fixture
def officer() -> Visitor:
    """An officer's browser, signed in at the desk."""
    return visitor(cast.signed_in(cast.staff(Role.OFFICER)))
