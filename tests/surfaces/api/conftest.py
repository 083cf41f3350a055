"""Fixtures of the open data's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.ledger.ports import LedgerFolder
from recourse.work.statistics import services
from tests import cast
from tests.work.notices.making import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An outside whose posts are all up, and a public log of this test's own."""
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), World().around() as around:
        yield around


@pytest.fixture
def reader() -> Client:
    """A reader's browser."""
    return cast.reader()


@pytest.fixture
def invented(clock: FixedClock) -> None:
    """The synthetic history of the demonstration."""
    services.load_synthetic(now=clock.at)
