"""Two reports at the same moment come to the same place."""

from __future__ import annotations

import threading
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connections

from recourse.base.vault.models import Key
from recourse.world.locations.models import Place
from tests.world.conftest import place_at
from tests.world.outside import POST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
REPORTERS = 8


def test_reports_at_the_same_moment_come_to_one_place_with_one_key(now: datetime) -> None:
    found: list[UUID] = []
    errors: list[BaseException] = []
    together = threading.Barrier(REPORTERS)

    def report() -> None:
        try:
            together.wait(10)
            found.append(place_at(POST, now))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=report) for _ in range(REPORTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(found) == REPORTERS
    assert set(found) == {Place.objects.get().id}
    assert Key.objects.count() == 1
