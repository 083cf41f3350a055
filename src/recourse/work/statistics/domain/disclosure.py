"""What may be published, so that no table, and no difference between tables, tells of a person. Pure.

Two rules, each of which leaves nothing to subtract:

*People* (reports, assessments) are published in blocks of whole months that are over. A block holds nobody or more
than `FEW` people: a month with fewer waits and is counted together with the months after it. Every published figure
is a sum of whole blocks and a block never changes, so whatever is subtracted from whatever, this month's page
from last month's included, is a sum of blocks again.

*Platforms* are named in a period only from `NAMED_FROM` notices in it, and only if what is left of every longer
period, once the shorter ones are taken from it, is also none or at least so many. Conduct is not a secret of a
person; but a handful of notices says nothing about a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recourse.work.statistics.domain.periods import ALL, Month, months_between, periods_of

FEW = 10
"""Counts of people from one to this many are not published."""
NAMED_FROM = 10
"""A platform's conduct is published from this many notices on."""


@dataclass(frozen=True, slots=True)
class Block:
    """Months that are over, counted together: nobody, or more than `FEW` people."""

    first: Month
    last: Month
    count: int

    @property
    def months(self) -> list[Month]:
        """Return the months it covers."""
        return months_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Months that are over and hold too few people to be published yet."""

    first: Month
    last: Month


@dataclass(frozen=True, slots=True)
class People:
    """What a page says about people in a period: a figure with the months it covers, or why there is none.

    `why` is empty when every month of the period is covered; else `few` (too few so far), `open` (a month is not over),
    or `joined` (a block reaches beyond the period).
    """

    count: int | None
    first: Month | None = None
    last: Month | None = None
    why: str = ""


def close_blocks(waiting: Sequence[tuple[Month, int]]) -> tuple[list[Block], Waiting | None]:
    """Return the blocks that these months make, in order, and the months that go on waiting.

    Args:
        waiting: months that are over and in no block yet, without gaps, each with its people.
    """
    blocks: list[Block] = []
    first: Month | None = None
    held = 0
    for month, count in waiting:
        first = first or month
        held += count
        if held == 0 or held > FEW:
            blocks.append(Block(first, month, held))
            first, held = None, 0
    return blocks, None if first is None else Waiting(first, waiting[-1][0])


def people_in(months: Sequence[Month], blocks: Iterable[Block], *, current: Month) -> People:
    """Return what may be said of people in a period: the sum of the blocks that lie wholly in it.

    Args:
        months: the period's months.
        blocks: every block there is.
        current: the month that is not over.
    """
    wanted = set(months)
    inside = [block for block in blocks if set(block.months) <= wanted]
    covered = {month for block in inside for month in block.months}
    left = wanted - covered
    why = ""
    if left - {current}:
        others = {month for block in blocks for month in block.months}
        why = "joined" if (left - {current}) & others else "few"
    elif left:
        why = "open"
    if not covered:
        return People(None, why=why)
    return People(sum(block.count for block in inside), min(covered), max(covered), why)


def named(asked: Mapping[Month, int]) -> frozenset[str]:
    """Return the periods in which a platform may be named.

    Args:
        asked: month -> notices to it. Months without a notice may be left out.
    """
    notices = {month: count for month, count in asked.items() if count > 0}
    periods = periods_of(notices)
    size = {key: sum(notices[month] for month in months) for key, months in periods.items()}
    shown = {key for key in periods if size[key] >= NAMED_FROM}
    quarters = [key for key in periods if "-Q" in key]
    for key in [*quarters, ALL]:
        parts = quarters if key == ALL else []
        while key in shown:
            inside = _largest_inside(key, parts, periods, shown)
            left = size[key] - sum(size[part] for part in inside)
            if left == 0 or left >= NAMED_FROM:
                break
            shown.discard(min(inside, key=lambda part: (size[part], part)))
    return frozenset(shown)


def _largest_inside(
    key: str, quarters: Sequence[str], periods: Mapping[str, Sequence[Month]], shown: set[str]
) -> list[str]:
    """Return the named periods inside `key` that lie in no other named one inside it."""
    inside = [quarter for quarter in quarters if quarter in shown]
    covered = {month for quarter in inside for month in periods[quarter]}
    months = [month.key for month in periods[key] if month not in covered]
    return inside + [month for month in months if month in shown]
