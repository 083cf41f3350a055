"""The figures of a period as they are published: built under the rules of disclosure, and read back. Pure.

A page, a CSV and the API show what is in `Published` and know nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from recourse.work.statistics.domain import disclosure
from recourse.work.statistics.domain.disclosure import Block
from recourse.work.statistics.domain.figures import SEEN, Source, Tally, total
from recourse.work.statistics.domain.periods import ALL, Month, periods_of
from recourse.work.statistics.domain.removal import NEVER, Waits

METHOD = "1"
"""Version of what is counted; changes are listed in `methods.CHANGES`."""
HORIZONS = (24, 48, 168)
"""Hours within which the share removed is told for everybody: a day, two days (a statute's limit), a week."""
UNITS = ("reports", "assessments")
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class PeopleFigure:
    """Reports or assessments. Without a count, `why` says what keeps it back: few, open or joined."""

    count: int | None
    first: str
    last: str
    why: str


@dataclass(frozen=True, slots=True)
class WithinHours:
    """How large a share of the places was gone within so many hours: at least and at most, in per cent."""

    hours: int
    at_least: int
    at_most: int
    promised: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Hours between which something happened."""

    after: float
    by: float


@dataclass(frozen=True, slots=True)
class Went:
    """A share of the places, in per mille, that went after `after` and by `by` hours; by None: not gone yet."""

    after: float
    by: float | None
    per_mille: int


@dataclass(frozen=True, slots=True)
class Removal:
    """Time to removal: half and nine in ten gone by, shares within hours, and the whole estimate."""

    places: int
    half: Bounds | None
    nine_in_ten: Bounds | None
    within: tuple[WithinHours, ...]
    steps: tuple[Went, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """The figures of one platform that may be named."""

    id: str
    asked: int
    receipt_proven: int
    receipt_unproven: int
    acknowledged: int
    answered: int
    answered_late: int
    refused: int
    silent: int
    places: int
    says_removed: int
    removed: int
    hidden: int
    still_up: int
    returned: int
    unclear: int
    promised_hours: int | None
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Places by what we saw when we last looked; `covers` is `all` places or those of the named platforms."""

    covers: str
    places: int
    removed: int
    hidden: int
    still_up: int
    returned: int
    unclear: int


@dataclass(frozen=True, slots=True)
class Published:
    """Everything published about a period."""

    source: Source
    period: str
    published_at: datetime
    method: str
    reports: PeopleFigure
    assessments: PeopleFigure
    notices: int
    outcomes: int
    seen: Seen
    platforms: tuple[Platform, ...]
    unnamed_notices: int


_ADAPTER = TypeAdapter(Published)


def write_published(published: Published) -> dict[str, Any]:
    """Return it as JSON keeps it."""
    return dict(_ADAPTER.dump_python(published, mode="json"))


def read_published(kept: Mapping[str, Any]) -> Published:
    """Return what was written."""
    return _ADAPTER.validate_python(kept)


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that is known and not yet published: months, people in blocks, promises."""

    source: Source
    current: Month
    tallies: Mapping[str, Mapping[Month, Tally]]  # group of recipients ("" for all) -> month -> tally
    blocks: Mapping[str, Sequence[Block]]  # unit -> blocks
    promised: Mapping[str, int]  # group -> hours it promised

    @property
    def months(self) -> list[Month]:
        """Return every month that anything is known about, the present one included."""
        known = {month for months in self.tallies.values() for month in months}
        known |= {month for blocks in self.blocks.values() for block in blocks for month in block.months}
        return sorted(known | {self.current})


def publication(counted: Counted, *, now: datetime) -> list[Published]:
    """Return the figures of every period, as they may be published."""
    named = {
        group: disclosure.named({month: tally.asked for month, tally in months.items()})
        for group, months in counted.tallies.items()
        if group
    }
    return [
        _period(counted, period, months, {group for group, shown in named.items() if period in shown}, now)
        for period, months in periods_of(counted.months).items()
    ]


def _period(
    counted: Counted, period: str, months: Sequence[Month], named: set[str], now: datetime
) -> Published:
    sums = {
        group: total(tally for month, tally in tallies.items() if month in set(months))
        for group, tallies in counted.tallies.items()
    }
    whole = sums.pop("", Tally())
    shown = {group: sums[group] for group in sorted(named)}
    rest = total(tally for group, tally in sums.items() if group not in named)
    people = {unit: _people(counted, unit, months) for unit in UNITS}
    return Published(
        source=counted.source,
        period=period,
        published_at=now,
        method=METHOD,
        reports=people["reports"],
        assessments=people["assessments"],
        notices=whole.asked,
        outcomes=whole.removed,
        seen=_seen(period, whole, shown.values(), rest),
        platforms=tuple(
            _platform(group, tally, counted.promised.get(group))
            for group, tally in sorted(shown.items(), key=lambda one: (-one[1].asked, one[0]))
        ),
        unnamed_notices=rest.asked,
    )


def _people(counted: Counted, unit: str, months: Sequence[Month]) -> PeopleFigure:
    found = disclosure.people_in(months, counted.blocks.get(unit, ()), current=counted.current)
    return PeopleFigure(
        found.count, found.first.key if found.first else "", found.last.key if found.last else "", found.why
    )


def _seen(period: str, whole: Tally, shown: Iterable[Tally], rest: Tally) -> Seen:
    """Return what we saw: of all places where the unnamed are none or enough, else of the named platforms'."""
    covers_all = rest.asked == 0 or (period == ALL and rest.asked >= disclosure.NAMED_FROM)
    tally = whole if covers_all else total(shown)
    return Seen(
        covers="all" if covers_all else "named",
        places=tally.places,
        **{name: getattr(tally, name) for name in SEEN},
    )


def _platform(group: str, tally: Tally, promised: int | None) -> Platform:
    counts = {key: value for key, value in asdict(tally).items() if key != "waits"}
    return Platform(
        id=group,
        receipt_unproven=tally.unproven,
        promised_hours=promised,
        removal=_removal(Waits(tally.waits), promised) if tally.waits else None,
        **counts,
    )


def _removal(found: Waits, promised: int | None) -> Removal:
    hours = sorted({*HORIZONS, *([promised] if promised else [])})
    return Removal(
        places=found.estimate.places,
        half=_bounds(found.quantile(0.5)),
        nine_in_ten=_bounds(found.quantile(0.9)),
        within=tuple(_within(found, each, promised) for each in hours),
        steps=tuple(
            Went(step.after, None if step.by == NEVER else step.by, round(step.share * 1000))
            for step in found.estimate.steps
        ),
    )


def _within(found: Waits, hours: int, promised: int | None) -> WithinHours:
    least, most = found.within(hours)
    if most - least < 1 / 200:  # one figure to any reader
        at_least = at_most = round(least * 100)
    else:  # outward, so that a bound stays one
        at_least, at_most = math.floor(least * 100 + _SLACK), math.ceil(most * 100 - _SLACK)
    return WithinHours(hours, at_least, at_most, hours == promised)


def _bounds(span: tuple[float, float] | None) -> Bounds | None:
    return None if span is None else Bounds(*span)
