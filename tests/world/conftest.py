"""Fixtures of the tests of the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest

from recourse.base.core import wiring
from recourse.base.core.fetch import Fetcher
from recourse.base.core.sandbox import Sandbox
from recourse.world.locations import services as locations
from recourse.world.locations.domain import resolve_line
from tests.world.outside import POST, FakeFetcher, InlineSandbox


@pytest.fixture
def outside() -> Iterator[FakeFetcher]:
    """The outside world: the post is up, and so is the platform's own."""
    fetcher = FakeFetcher()
    fetcher.goes_live()
    with (
        wiring.bound(Fetcher, fetcher),  # type: ignore[type-abstract]
        wiring.bound(Sandbox, InlineSandbox()),  # type: ignore[type-abstract]
    ):
        yield fetcher


def place_at(line: str, now: datetime) -> UUID:
    """Return the place that a line names."""
    resolved = resolve_line(line)
    assert resolved is not None
    return locations.place_for(resolved=resolved, now=now)


@pytest.fixture
def place(db: None, now: datetime) -> UUID:
    """A post in a public channel."""
    return place_at(POST, now)
