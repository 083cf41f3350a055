"""One sandbox for all tests of core: starting it is the slow part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recourse.base.core.sandbox import ZygoteSandbox


@pytest.fixture(scope="package")
def sandbox() -> Iterator[ZygoteSandbox]:
    running = ZygoteSandbox()
    running.start()
    yield running
    running.close()
