"""What may be published, so that no table, and no difference between tables or days, tells of a person. Pure.

One rule, which leaves nothing to subtract. Every figure is published in *blocks*: whole months that are over, counted
together. A block of people (reports, assessments) holds nothing or what more than `FEW` people told; a block of
notices (those to one platform, or those of other kinds) holds nothing or at least `NAMED_FROM`. A month with fewer
waits and is counted together with the months after it. Every published figure is a sum of whole blocks, totals over
platforms too, and a block never changes which months it holds. So whatever is subtracted from whatever, rows from
totals, months from quarters, yesterday's page from today's, is a sum of whole blocks again.

That a platform is named from `NAMED_FROM` notices on is the same rule: a handful says nothing about a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recourse.work.statistics.domain.periods import Month, months_between

FEW = 10
"""Counts of people from one to this many are not published."""
NAMED_FROM = 10
"""A platform's conduct is published from this many notices on."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a month that is over holds: how many are counted, and how many stand behind them.

    Of reports and assessments `behind` is the people who are new in that month, so that one who tells much is one; of
    notices it is the notices themselves.
    """

    month: Month
    count: int
    behind: int


@dataclass(frozen=True, slots=True)
class Block:
    """Months that are over, counted together: nothing, or enough to be published."""

    first: Month
    last: Month
    count: int

    @property
    def months(self) -> list[Month]:
        """Return the months it covers."""
        return months_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Months that are over and hold too few to be published yet."""

    first: Month
    last: Month


@dataclass(frozen=True, slots=True)
class Covered:
    """What a page says of a period: a figure with the months it covers, or why there is none.

    `why` is empty when every month of the period is covered; else `few` (too few so far), `open` (a month is not
    counted yet), or `joined` (a block reaches beyond the period).
    """

    count: int | None
    first: Month | None = None
    last: Month | None = None
    why: str = ""


def close_blocks(waiting: Sequence[Held], *, least: int) -> tuple[list[Block], Waiting | None]:
    """Return the blocks that these months make, in order, and the months that go on waiting.

    Args:
        waiting: months that are over and in no block yet, without gaps.
        least: how many must stand behind a block that is not empty.
    """
    blocks: list[Block] = []
    first: Month | None = None
    count = behind = 0
    for held in waiting:
        first = first or held.month
        count, behind = count + held.count, behind + held.behind
        if count == 0 or behind >= least:
            blocks.append(Block(first, held.month, count))
            first, count, behind = None, 0, 0
    return blocks, None if first is None else Waiting(first, waiting[-1].month)


def within(months: Iterable[Month], blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks that lie wholly in these months."""
    wanted = set(months)
    return [block for block in blocks if set(block.months) <= wanted]


def covered(months: Sequence[Month], blocks: Sequence[Block], *, open_from: Month) -> Covered:
    """Return what may be said of a period: the sum of the blocks that lie wholly in it.

    Args:
        months: the period's months.
        blocks: every block there is.
        open_from: the first month that is not counted yet.
    """
    inside = within(months, blocks)
    done = {month for block in inside for month in block.months}
    left = {month for month in months if month < open_from} - done
    why = ""
    if left:
        why = "joined" if left & {month for block in blocks for month in block.months} else "few"
    elif any(month >= open_from for month in months):
        why = "open"
    if not done:
        return Covered(None, why=why)
    return Covered(sum(block.count for block in inside), min(done), max(done), why)
