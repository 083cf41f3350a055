"""What was published, read back for pages and API; a few rows by key, however much happened."""

from __future__ import annotations

from datetime import datetime

from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.periods import ALL, Month, PeriodKind, kind_of
from recourse.work.statistics.domain.publication import Published, read_published
from recourse.work.statistics.models import Correction, Snapshot


def figures_of(source: Source, period: str) -> Published | None:
    """Return the figures of a period as they were last published, or None."""
    if kind_of(period) is None:
        return None
    row = Snapshot.objects.filter(source=source, period=period).first()
    return None if row is None else read_published(row.figures)


def months_of(source: Source, period: str) -> list[Published]:
    """Return the figures of the months that a period is made of, latest first; a month is made of itself."""
    rows = Snapshot.objects.filter(source=source).exclude(period=ALL).exclude(period__contains="Q")
    if kind_of(period) is PeriodKind.MONTH:
        rows = rows.filter(period=period)
    found = [read_published(row.figures) for row in rows.order_by("-period")]
    return [one for one in found if period in (ALL, one.period, Month.parse(one.period).quarter)]


def periods_published(source: Source) -> list[str]:
    """Return the periods that have figures: all time, then months and quarters, latest first."""
    found = list(Snapshot.objects.filter(source=source).values_list("period", flat=True))
    return sorted(found, key=lambda period: (period == ALL, period), reverse=True)


def first_published(source: Source) -> Month | None:
    """Return the earliest month that has figures, or None: a month that was published stays a period."""
    months = Snapshot.objects.filter(source=source).exclude(period=ALL).exclude(period__contains="Q")
    first = months.order_by("period").values_list("period", flat=True).first()
    return None if first is None else Month.parse(first)


def last_published(source: Source) -> datetime | None:
    """Return when figures were published last, or None."""
    row = Snapshot.objects.filter(source=source, period=ALL).only("published_at").first()
    return None if row is None else row.published_at


def has_synthetic() -> bool:
    """Return whether this installation holds a synthetic history; only a demonstration does."""
    return Snapshot.objects.filter(source=Source.SYNTHETIC).exists()


def corrections(source: Source, limit: int = 100) -> list[Correction]:
    """Return the latest corrections, newest first."""
    return list(Correction.objects.filter(source=source).order_by("-at", "id")[:limit])
