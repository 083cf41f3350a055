"""The figures of one platform in one month, how they add up over months, and what a page is given. Pure.

Notices and places are different units and never share a total (invariant 3): the first half of `Tally` counts
notices, the second places, and nothing adds across.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from recourse.work.statistics.domain.removal import NEVER, Interval


class Source(StrEnum):
    """Where figures come from. The two never meet in one figure, one table or one page."""

    MEASURED = "measured"
    SYNTHETIC = "synthetic"


HOSTS = "hosts"
"""The group of all hosts of the open web: each is small, and one may belong to the person who did it."""
OTHER_KINDS = ""
"""The group of all notices that ask for something else than removal, whoever they go to; it is no platform."""


def group_of(recipient_id: str) -> str:
    """Return the group whose figures a recipient's notices are part of."""
    return HOSTS if recipient_id.startswith("host-") else recipient_id


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to the notices of one month to one platform, as it stands now."""

    # notices
    asked: int = 0
    promised: int = 0  # by a channel for which the recipient itself promises a time
    receipt_proven: int = 0
    acknowledged: int = 0  # they confirmed it, and nothing more so far
    answered: int = 0  # they said what they do about it
    refused: int = 0  # of the answered: refused a place at least
    silent: int = 0  # receipt proven, the deadline passed, and no answer
    answered_late: int = 0  # of the answered: after the deadline
    # places, each counted in the month in which it was first asked about
    places: int = 0
    says_removed: int = 0
    removed: int = 0  # by two of our own looks
    not_public: int = 0  # removed or only hidden, which no look can tell
    hidden: int = 0
    still_up: int = 0
    returned: int = 0
    unclear: int = 0
    # places by the interval in which they went out of sight, in hours from the notice
    waits: Mapping[Interval, int] = field(default_factory=dict)
    # places of which no other recipient was asked before, by state: they add up over platforms
    once: Mapping[str, int] = field(default_factory=dict)

    @property
    def unproven(self) -> int:
        """Return the notices that were sent and whose receipt nothing proves; never scored as silence."""
        return self.asked - self.receipt_proven

    def __add__(self, other: Tally) -> Tally:
        """Add another month, or another platform."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Tally(
            **sums,
            waits=dict(Counter(self.waits) + Counter(other.waits)),
            once=dict(Counter(self.once) + Counter(other.once)),
        )


COUNTS = tuple(one.name for one in fields(Tally) if one.name not in ("waits", "once"))
NOTICES = (
    "asked",
    "receipt_proven",
    "receipt_unproven",
    "acknowledged",
    "answered",
    "answered_late",
    "refused",
    "silent",
)
"""What is counted of the notices to a platform, in the order in which it is shown."""
SEEN = ("removed", "not_public", "hidden", "still_up", "returned", "unclear")
"""The states of places; they make up `places`."""


def total(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up."""
    return sum(tallies, Tally())


def written(tally: Tally) -> dict[str, object]:
    """Return a tally as JSON keeps it."""
    waits = [
        [after, None if by == NEVER else by, count] for (after, by), count in sorted(tally.waits.items())
    ]
    return {**{name: getattr(tally, name) for name in COUNTS}, "waits": waits, "once": dict(tally.once)}


def read(kept: Mapping[str, object]) -> Tally:
    """Return a tally from its JSON; a count that was not kept then is zero."""
    counts = {name: value for name in COUNTS if isinstance(value := kept.get(name, 0), int)}
    listed = kept.get("waits", [])
    waits: dict[Interval, int] = {}
    for after, by, count in listed if isinstance(listed, list) else []:
        waits[after, NEVER if by is None else by] = count
    once = kept.get("once")
    return Tally(**counts, waits=waits, once=dict(once) if isinstance(once, dict) else {})


def bracket(after: float, by: float) -> Interval:
    """Return an interval widened outward to the grid of hours, so that it still holds the true moment.

    Few different intervals keep the estimate cheap, however many places there are.
    """
    low = _down(max(after, 0.0))
    return low, by if by == NEVER else max(_up(by), low + 1)


def _step(hours: float) -> int:
    """Return the width of the grid at so many hours: an hour for two days, six for two weeks, then a day."""
    if hours < 48:  # noqa: PLR2004
        return 1
    return 6 if hours < 336 else 24  # noqa: PLR2004


def _down(hours: float) -> float:
    step = _step(hours)
    return float(math.floor(hours / step) * step)


def _up(hours: float) -> float:
    step = _step(hours)
    return float(math.ceil(hours / step) * step)
