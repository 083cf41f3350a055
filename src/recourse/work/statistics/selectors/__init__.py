"""How figures are counted from the tables of work, for the daily job; and how what was published is read."""

from __future__ import annotations

from recourse.work.statistics.selectors.counting import count_month, first_month, people_of_month
from recourse.work.statistics.selectors.published import (
    corrections,
    figures_of,
    first_published,
    has_synthetic,
    last_published,
    months_of,
    periods_published,
)

__all__ = [
    "corrections",
    "count_month",
    "figures_of",
    "first_month",
    "first_published",
    "has_synthetic",
    "last_published",
    "months_of",
    "people_of_month",
    "periods_published",
]
