from __future__ import annotations

import pytest

from tests import cast
from tests.surfaces.visits import Visitor, visitor


@pytest.fixture
def her() -> Visitor:
    """A survivor's browser with an empty cookie jar."""
    return visitor(cast.survivor())
