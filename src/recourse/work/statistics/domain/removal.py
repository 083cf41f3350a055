"""How long until a place was gone, from looks that only bracket the moment. Pure.

Nobody sees a removal happen. We see a place up at one look and gone at a later one, so each removal is known to
an interval, and a place that is still up only by a lower bound. `estimate` is the non-parametric maximum
likelihood estimate for such data (Turnbull 1976): mass can only lie in intervals that begin at a lower bound and
end at the next upper bound (Peto 1973), and expectation-maximisation spreads it among them. Within such an interval
the data say nothing, so every answer here is a pair of bounds.

The estimate holds only if the looks do not depend on what they find. Ours do: when a platform says "removed", we
look at once. Left in, those looks pull everything to the earliest hour that anybody claimed. So the estimate is made
from the planned looks alone (`as_planned`), and the others serve where they can do no harm: whoever was seen gone
by an hour was gone by that hour (`known_by`).

Own code, because the maintained implementations for Python (lifelines, scipy) bring numpy and pandas for this one
function; a test compares it with two published examples.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise

from recourse.world.checks.domain import AFTER_NOTICE, MONTHLY

NEVER = math.inf
TOLERANCE = 1e-6
MOST_STEPS = 3_000
_REST = 1e-4  # mass below this is what the iteration has not yet taken away

Interval = tuple[float, float]

PLANNED = (
    0.0,
    *(step / timedelta(hours=1) for step in AFTER_NOTICE),
    *(MONTHLY * month / timedelta(hours=1) for month in range(2, 37)),
)
"""Hours after a notice at which we look, whatever we find."""


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the places went after `after` and by `by` hours; `by` is infinite for those not gone yet."""

    after: float
    by: float
    share: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The distribution of the time to removal, as far as the looks determine it."""

    places: int
    steps: tuple[Step, ...]

    def within(self, hours: float) -> tuple[float, float]:
        """Return the least and the largest share that can have gone within so many hours."""
        least = sum(step.share for step in self.steps if step.by <= hours)
        most = sum(step.share for step in self.steps if step.after < hours)
        return min(least, 1.0), min(most, 1.0)

    def quantile(self, share: float) -> Interval | None:
        """Return between which hours this share of the places was gone; None when it is not reached."""
        total = 0.0
        for step in self.steps:
            total += step.share
            if total >= share - _REST:
                return None if step.by == NEVER else (step.after, step.by)
        return None


class Waits:
    """What all looks together tell of a set of places: the estimate, tightened by what is known for certain."""

    def __init__(self, intervals: Mapping[Interval, int]) -> None:
        """Take intervals as `estimate` does."""
        self._intervals = intervals
        self.estimate = estimate(as_planned(intervals))

    def within(self, hours: float) -> tuple[float, float]:
        """Return the least and the largest share that can have gone within so many hours."""
        least, most = self.estimate.within(hours)
        surely, possibly = known_by(self._intervals, hours)
        return max(least, surely), min(most, possibly)

    def quantile(self, share: float) -> Interval | None:
        """Return between which hours this share of the places was gone; None when it is not reached."""
        found = self.estimate.quantile(share)
        if found is None:
            return None
        wanted = share * self.estimate.places - _REST
        afters = sorted((after, count) for (after, _by), count in self._intervals.items())
        bys = sorted((by, count) for (_after, by), count in self._intervals.items())
        after, by = max(found[0], _reach(afters, wanted)), min(found[1], _reach(bys, wanted))
        return (after, by) if after < by else found


def as_planned(intervals: Mapping[Interval, int]) -> dict[Interval, int]:
    """Widen each interval to the planned looks around it, so that no look counts that was made for its result.

    A planned look may be a little late and still counts at its planned hour.
    """
    found: dict[Interval, int] = {}
    for (after, by), count in intervals.items():
        low = max(look for look in PLANNED if look <= after) if after < PLANNED[-1] else PLANNED[-1]
        high = next((look for look in PLANNED if low < look and by <= look + _late(look)), NEVER)
        found[low, high] = found.get((low, high), 0) + count
    return found


def known_by(intervals: Mapping[Interval, int], hours: float) -> tuple[float, float]:
    """Return which share was seen gone by then, and which share may have been: true of these places, no estimate."""
    places = sum(intervals.values())
    if not places:
        return 0.0, 0.0
    surely = sum(count for (_after, by), count in intervals.items() if by <= hours)
    possibly = sum(count for (after, _by), count in intervals.items() if after < hours)
    return surely / places, possibly / places


def _late(look: float) -> float:
    """Return how late a planned look may be: an hour, two for the look after a day, then a share of the wait."""
    return 1.0 if look < 24 else max(2.0, look / 28)  # noqa: PLR2004


def _reach(sorted_counts: list[tuple[float, int]], wanted: float) -> float:
    """Return the value at which the counts, added up in order, reach `wanted`."""
    total = 0
    for value, count in sorted_counts:
        total += count
        if total >= wanted:
            return value
    return NEVER


def estimate(intervals: Mapping[Interval, int]) -> Estimate:
    """Estimate the time to removal.

    Args:
        intervals: (after, by] in hours -> how many places; `by` is `NEVER` for those not gone yet.

    Raises:
        ValueError: an interval that is empty or begins before zero.
    """
    weighted = [(span, count) for span, count in intervals.items() if count > 0]
    for (after, by), _count in weighted:
        if not 0 <= after < by:
            raise ValueError("an interval begins at zero or later and ends after it begins")
    places = sum(count for _span, count in weighted)
    support = _support([span for span, _count in weighted])
    if not support:
        return Estimate(0, ())
    masses = _masses(support, weighted, places)
    kept = [(span, mass) for span, mass in zip(support, masses, strict=True) if mass > _REST]
    whole = sum(mass for _span, mass in kept)
    return Estimate(places, tuple(Step(after, by, mass / whole) for (after, by), mass in kept))


def _support(spans: list[Interval]) -> list[Interval]:
    """Return where mass can lie: from a lower bound to the next upper bound with no other bound between."""
    # At the same hour an upper bound comes before a lower one: intervals are open below and closed above.
    bounds = sorted({(by, 0) for _after, by in spans} | {(after, 1) for after, _by in spans})
    return [(low, high) for (low, opens), (high, closes) in pairwise(bounds) if opens == 1 and closes == 0]


def _masses(support: list[Interval], weighted: list[tuple[Interval, int]], places: int) -> list[float]:
    """Iterate to the shares that make the looks likeliest.

    Each observation covers a run of neighbouring support intervals, so that sums over runs come from prefix sums and
    a step costs observations plus support, not their product.
    """
    lows, highs = [low for low, _high in support], [high for _low, high in support]
    runs = [
        (bisect.bisect_left(lows, after), bisect.bisect_right(highs, by), count)
        for (after, by), count in weighted
    ]
    masses = [1.0 / len(support)] * len(support)
    for _ in range(MOST_STEPS):
        sums = [0.0, *accumulate(masses)]
        change = [0.0] * (len(support) + 1)
        for first, end, count in runs:
            factor = count / (sums[end] - sums[first])
            change[first] += factor
            change[end] -= factor
        factors = [total / places for total in accumulate(change[:-1])]
        masses = [mass * factor for mass, factor in zip(masses, factors, strict=True)]
        # At the maximum every factor is at most one, and one wherever mass is left.
        if max(factors) - 1.0 < TOLERANCE:
            break
    return masses
