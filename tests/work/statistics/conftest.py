"""Fixtures of the tests of figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recourse.base.core import wiring
from recourse.base.ledger.ports import LedgerFolder
from tests.work.notices.making import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An outside whose posts are all up, and a public log of this test's own."""
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), World().around() as around:
        yield around
