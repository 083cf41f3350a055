"""What was removed and comes back opens its case again and is asked about anew, from wherever it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.fetch import DEFAULT_LIMITS, Fetched, FetchLimits
from recourse.work.cases.domain import CaseState
from recourse.work.cases.models import Case
from recourse.work.notices.domain import NoticeState
from recourse.work.notices.models import Notice
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from tests.work.cases.making import place_of
from tests.work.notices.making import World, forward, fresh, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
POST = "dusk_harbour/12"


@dataclass
class TwoCountries(World):
    """The outside, seen from two countries; what is hidden is gone in one."""

    hidden: set[str] = field(default_factory=set)

    @property
    def vantages(self) -> tuple[str, ...]:
        return ("home", "abroad")

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        post = urlsplit(url).path.strip("/")
        gone, self.gone = self.gone, self.gone | ({post} & self.hidden if vantage == "home" else set())
        try:
            return super().fetch(url, now=now, limits=limits, vantage=vantage)
        finally:
            self.gone = gone


@pytest.fixture
def countries(world: World) -> Iterator[TwoCountries]:
    """The outside of these tests, with a public log of each test's own."""
    with TwoCountries().around() as around:
        assert isinstance(around, TwoCountries)
        yield around


def seen(case: Case) -> AvailabilityState:
    place = place_of(case.items.get())
    return checks.availability([place])[place].state


def test_back_in_one_country_only_is_back_and_then_hidden(clock: FixedClock, countries: TwoCountries) -> None:
    case, notice = handed_over(clock.at)
    countries.gone.add(POST)
    forward(clock, timedelta(days=1))
    assert seen(case) is AvailabilityState.REMOVED_AT_SOURCE
    assert fresh(notice).state == NoticeState.CLOSED
    assert Case.objects.get(id=case.id).state == CaseState.WATCHING

    countries.gone.clear()
    countries.hidden.add(POST)
    forward(clock, timedelta(days=8))
    assert seen(case) is AvailabilityState.GEO_BLOCKED
    assert Case.objects.get(id=case.id).state == CaseState.OPEN, "back is back, hidden or not"
    again = Notice.objects.get(case=case, earlier=notice.id)
    assert again.state not in {NoticeState.CLOSED, NoticeState.CANCELLED}
    assert fresh(notice).state == NoticeState.CLOSED, "what was closed stays closed"


def test_hidden_closes_nothing(clock: FixedClock, countries: TwoCountries) -> None:
    case, notice = handed_over(clock.at)
    countries.hidden.add(POST)
    forward(clock, timedelta(days=2))
    assert seen(case) is AvailabilityState.GEO_BLOCKED
    assert fresh(notice).state != NoticeState.CLOSED
    assert Case.objects.get(id=case.id).state == CaseState.OPEN
    countries.hidden.clear()
    countries.gone.add(POST)
    forward(clock, timedelta(days=8))
    assert seen(case) is AvailabilityState.REMOVED_AT_SOURCE
    assert fresh(notice).state == NoticeState.CLOSED
