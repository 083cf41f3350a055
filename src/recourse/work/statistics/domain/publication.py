"""The figures of a period as they are published: built under the rules of disclosure, and read back. Pure.

A page, a CSV and the API show what is in `Published` and know nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from recourse.work.statistics.domain import disclosure
from recourse.work.statistics.domain.disclosure import NAMED_FROM, Block, Covered
from recourse.work.statistics.domain.figures import COUNTS, OTHER_KINDS, SEEN, Source, Tally, total
from recourse.work.statistics.domain.periods import Month, periods_of
from recourse.work.statistics.domain.removal import NEVER, Waits

METHOD = "2"
"""Version of what is counted; changes are listed in `methods.CHANGES`."""
HORIZONS = (1, 4, 12, 24, 48, 72, 168, 720, 2160)
"""Hours within which the share that is gone is told: from the first look to a quarter of a year."""
UNITS = ("reports", "assessments")
_NOTICES = "notices:"
_SLACK = 1e-6


def unit_of(group: str) -> str:
    """Return the unit of the blocks of a group's notices."""
    return _NOTICES + group


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with the first and last month it covers; `why` says what keeps it, or a part of it, back."""

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
    """Time to removal: half and nine in ten gone by, shares within hours, and the whole estimate.

    `places` are those that a look after the notice tells something of. With `or_hidden` some of them are only known to
    be not public any more, removed or hidden, and every time is until then.
    """

    places: int
    or_hidden: bool
    half: Bounds | None
    nine_in_ten: Bounds | None
    within: tuple[WithinHours, ...]
    steps: tuple[Went, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """The figures of one platform that may be named, of the months from `first` to `last`."""

    id: str
    first: str
    last: str
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
    not_public: int
    hidden: int
    still_up: int
    returned: int
    unclear: int
    promised_hours: int | None
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Places by what we saw when we last looked, each once, of the notices that are published."""

    places: int
    removed: int
    not_public: int
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
    reports: Figure
    assessments: Figure
    notices: Figure
    outcomes: Figure
    seen: Seen
    platforms: tuple[Platform, ...]


_ADAPTER = TypeAdapter(Published)


def write_published(published: Published) -> dict[str, Any]:
    """Return it as JSON keeps it."""
    return dict(_ADAPTER.dump_python(published, mode="json"))


def read_published(kept: Mapping[str, Any]) -> Published:
    """Return what was written."""
    return _ADAPTER.validate_python(kept)


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that is known and not yet published: months, blocks, promises. `open_from` is not counted yet."""

    source: Source
    open_from: Month
    months: Sequence[Month]
    tallies: Mapping[str, Mapping[Month, Tally]]  # group of recipients -> month -> tally
    blocks: Mapping[str, Sequence[Block]]  # unit -> blocks
    promised: Mapping[str, int]  # group -> hours it promised


def publication(counted: Counted, *, now: datetime) -> list[Published]:
    """Return the figures of every period, as they may be published."""
    return [_period(counted, period, months, now) for period, months in periods_of(counted.months).items()]


@dataclass(frozen=True, slots=True)
class _Part:
    """What may be published of a group of recipients in a period."""

    group: str
    covered: Covered
    tally: Tally


def _period(counted: Counted, period: str, months: Sequence[Month], now: datetime) -> Published:
    parts = [_part(counted, group, months) for group in sorted(counted.tallies)]
    notices = _all_notices(counted, months, parts)
    seen = total(part.tally for part in parts).once
    platforms = [part for part in parts if part.group != OTHER_KINDS and part.tally.asked >= NAMED_FROM]
    return Published(
        source=counted.source,
        period=period,
        published_at=now,
        method=METHOD,
        reports=_people(counted, "reports", months),
        assessments=_people(counted, "assessments", months),
        notices=notices,
        outcomes=replace(notices, count=None if notices.count is None else seen.get("removed", 0)),
        seen=Seen(places=sum(seen.values()), **{name: seen.get(name, 0) for name in SEEN}),
        platforms=tuple(
            _platform(part, counted.promised.get(part.group))
            for part in sorted(platforms, key=lambda one: (-one.tally.asked, one.group))
        ),
    )


def _people(counted: Counted, unit: str, months: Sequence[Month]) -> Figure:
    return _figure(disclosure.covered(months, counted.blocks.get(unit, ()), open_from=counted.open_from))


def _figure(found: Covered) -> Figure:
    return Figure(
        found.count, found.first.key if found.first else "", found.last.key if found.last else "", found.why
    )


def _part(counted: Counted, group: str, months: Sequence[Month]) -> _Part:
    blocks = counted.blocks.get(unit_of(group), ())
    counts = counted.tallies[group]
    inside = [month for block in disclosure.within(months, blocks) for month in block.months]
    return _Part(
        group,
        disclosure.covered(months, blocks, open_from=counted.open_from),
        total(counts[month] for month in inside if month in counts),
    )


def _all_notices(counted: Counted, months: Sequence[Month], parts: Sequence[_Part]) -> Figure:
    """Return the sum of every group's whole blocks; whatever is left out of one of them is left out here."""
    reasons = {part.covered.why for part in parts}
    if any(month >= counted.open_from for month in months):
        reasons.add("open")
    why = next((one for one in ("few", "joined", "open") if one in reasons), "")
    asked = sum(part.tally.asked for part in parts)
    if not asked and why:
        return Figure(None, "", "", why)
    done = [part.covered for part in parts if part.covered.first and part.covered.last]
    return Figure(
        asked,
        min((one.first.key for one in done if one.first), default=""),
        max((one.last.key for one in done if one.last), default=""),
        why,
    )


def _platform(part: _Part, promised: int | None) -> Platform:
    tally = part.tally
    counts = {name: getattr(tally, name) for name in COUNTS if name != "promised"}
    hours = promised if tally.promised == tally.asked else None  # a promise of one form binds no other
    return Platform(
        id=part.group,
        first=part.covered.first.key if part.covered.first else "",
        last=part.covered.last.key if part.covered.last else "",
        receipt_unproven=tally.unproven,
        promised_hours=hours,
        removal=_removal(tally, hours) if tally.waits else None,
        **counts,
    )


def _removal(tally: Tally, promised: int | None) -> Removal:
    found = Waits(tally.waits)
    hours = sorted({*HORIZONS, *([promised] if promised else [])})
    return Removal(
        places=found.estimate.places,
        or_hidden=tally.not_public > 0,
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
