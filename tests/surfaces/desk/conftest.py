from __future__ import annotations

from collections.abc import Iterator

import pytest

from recourse.people.accounts.domain import Role
from tests import cast
from tests.surfaces.visits import Visitor, visitor
from tests.work.notices.making import World


@pytest.fixture
def officer() -> Visitor:
    """An officer's browser, signed in at the desk."""
    return visitor(cast.signed_in(cast.staff(Role.OFFICER)))


@pytest.fixture
def world() -> Iterator[World]:
    """An outside whose posts are all up."""
    with World().around() as around:
        yield around
