"""A Facebook post that nobody is shown any more: what our looks make of it, and of what was called gone before."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps

from recourse.world.checks import selectors, services
from recourse.world.checks.domain import AvailabilityState, Verdict
from recourse.world.checks.models import Availability, Probe
from recourse.world.rules.load import FIXTURES, rules
from tests.world.conftest import place_at
from tests.world.outside import FakeFetcher, work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
CONTROLS = ("10154009990506729", "10153231379946729")
LINK = "https://www.facebook.com/dusk.harbour/posts/1234567890"


def answers(name: str) -> bytes:
    return (FIXTURES / "facebook" / f"{name}.json").read_bytes()


@pytest.fixture
def post(db: None, now: datetime, outside: FakeFetcher) -> UUID:
    """A post that an unverified look saw up once, and not at all two hours later."""
    facebook = rules().platforms["facebook"]
    urls = [probe.url for one in facebook.location for probe in one.probe]
    looks = {url.format(id="1234567890", owner="dusk.harbour") for url in urls}
    controls = {url.format(id=number, owner="facebook") for url in urls for number in CONTROLS}
    outside.pages = dict.fromkeys(looks | controls, answers("live"))
    place = place_at(LINK, now)
    services.begin(place_id=place, now=now)
    work(now)
    assert state(place) is AvailabilityState.AVAILABLE
    for look in looks:
        outside.pages[look], outside.statuses[look] = answers("gone"), 400
    services.watch_closely(place_id=place, reason="notice", now=now)
    work(now + HOUR)
    work(now + 2 * HOUR)
    return place


def state(place: UUID) -> AvailabilityState:
    return selectors.availability([place])[place].state


def test_it_is_not_public_and_never_removed(post: UUID, now: datetime) -> None:
    assert state(post) is AvailabilityState.NOT_PUBLIC
    assert not selectors.all_resolved([post])
    view = selectors.availability([post])[post]
    assert (view.first_gone_at, view.first_unseen_at) == (None, now + HOUR)


def test_what_an_earlier_version_called_removed_is_taken_back(post: UUID) -> None:
    Probe.objects.filter(verdict=Verdict.NOT_PUBLIC).update(verdict=Verdict.GONE)
    row = Availability.objects.filter(place=post)
    at = row.get().first_unseen_at
    row.update(state="removed_at_source", removed_before=True, first_gone_at=at, first_unseen_at=None)
    import_module("recourse.world.checks.migrations.0004_not_public").take_back(apps, None)
    mine = Availability.objects.get(place=post)
    assert (mine.state, mine.removed_before, mine.first_gone_at) == ("not_public", False, None)
    assert mine.first_unseen_at == at
    assert selectors.seen_by([post])[post].state is AvailabilityState.NOT_PUBLIC, "and so is every replay"
