from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.work.notices.making import World


@pytest.fixture
def world() -> Iterator[World]:
    """An outside whose posts are all up, and a postbox."""
    with World().around() as around:
        yield around
