"""Months, quarters and all time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

ALL = "all"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    ALL = "all"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> Month:
        """Return the month a time lies in."""
        utc = at.astimezone(UTC)
        return cls(utc.year, utc.month)

    @classmethod
    def parse(cls, key: str) -> Month:
        """Return the month written as 2026-11.

        Raises:
            ValueError: it is not written so.
        """
        found = _MONTH.fullmatch(key)
        if found is None or not key.isascii():
            raise ValueError("a month is written 2026-11")
        return cls(int(found[1]), int(found[2]))

    @property
    def key(self) -> str:
        """Return it as 2026-11."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def quarter(self) -> str:
        """Return the quarter it belongs to, as 2026-Q4."""
        return f"{self.year:04d}-Q{(self.number - 1) // 3 + 1}"

    @property
    def begin(self) -> datetime:
        """Return its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        return self.next().begin

    def next(self) -> Month:
        """Return the month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def before(self, months: int = 1) -> Month:
        """Return the month so many months earlier."""
        index = self.year * 12 + self.number - 1 - months
        return Month(index // 12, index % 12 + 1)


def months_between(first: Month, last: Month) -> list[Month]:
    """Return the months from the first to the last, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = first.next()
    return found


def kind_of(period: str) -> PeriodKind | None:
    """Return what kind of period this key names, or None when it names none."""
    if not period.isascii():
        return None
    if period == ALL:
        return PeriodKind.ALL
    if _MONTH.fullmatch(period):
        return PeriodKind.MONTH
    return PeriodKind.QUARTER if _QUARTER.fullmatch(period) else None


def periods_of(months: Iterable[Month]) -> dict[str, list[Month]]:
    """Return every period that these months make up: all time, the quarters, the months, latest first."""
    ordered = sorted(set(months), reverse=True)
    found: dict[str, list[Month]] = {ALL: ordered}
    for month in ordered:
        found.setdefault(month.quarter, []).append(month)
    found.update({month.key: [month] for month in ordered})
    return found
