"""Two reports at the same moment come to the same place."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from recourse.base.vault.models import Key
from recourse.world.locations.models import Place
from tests.threads import together
from tests.world.conftest import place_at
from tests.world.outside import POST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
REPORTERS = 8


def test_reports_at_the_same_moment_come_to_one_place_with_one_key(now: datetime) -> None:
    found = together(*[partial(place_at, POST, now)] * REPORTERS)
    assert len(found) == REPORTERS
    assert set(found) == {Place.objects.get().id}
    assert Key.objects.count() == 1
