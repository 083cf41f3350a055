from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from tests.surfaces.visits import Visitor, visitor
from tests.work.notices.making import World


@pytest.fixture
def her() -> Visitor:
    """A survivor's browser with an empty cookie jar."""
    return visitor(cast.survivor())


@pytest.fixture
def world() -> Iterator[World]:
    """An outside whose posts are all up, and a postbox."""
    with World().around() as around:
        yield around
