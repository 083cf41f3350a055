"""A ledger in a throw-away folder, signed by a throw-away key, padded to multiples of four."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from recourse.base.core import wiring
from recourse.base.ledger.ports import LedgerFolder, LedgerKey, LedgerPlan
from tests.base.ledger import logs


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "ledger"
    with ExitStack() as stack:
        stack.enter_context(wiring.bound(LedgerKey, logs.KEY))  # type: ignore[type-abstract]
        stack.enter_context(wiring.bound(LedgerFolder, LedgerFolder(path)))
        stack.enter_context(wiring.bound(LedgerPlan, LedgerPlan(every=timedelta(hours=24), pad_to=4)))
        yield path
