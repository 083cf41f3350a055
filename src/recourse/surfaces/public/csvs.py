"""Figures as CSV: the same numbers as the pages, one row each, and on every row whose they are.

Refuses: a cell that a spreadsheet would run. Names come from rules and are checked all the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from recourse.surfaces.frame.headers import may_be_kept
from recourse.surfaces.public.pages.site import Site
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import NOTICES, SEEN, Source
from recourse.work.statistics.domain.publication import Figure, Platform, Published, Removal
from recourse.work.statistics.domain.synthetic import NOTE

KEPT = 3600
PLACES = ("places", "says_removed", *SEEN)
Cell = str | int | float | None


def counts(site: Site) -> HttpResponse:
    """Return the four counts and what we saw, a row for the chosen period and each of its months."""
    head = ["period", "unit", "count", "why_missing", "covers_from", "covers_to"]
    chosen = [site.figures] if site.figures else []
    shown = [*chosen, *selectors.months_of(site.source, site.period)]
    rows = {(one.period, row[0]): [one.period, *row] for one in shown for row in _counts(one)}
    return _file(site, "counts", head, rows.values())


def scorecard(site: Site) -> HttpResponse:
    """Return a row for each platform that may be named."""
    head = ["period", "platform", "name", "covers_from", "covers_to", *NOTICES, *PLACES, "promised_hours"]
    head += ["time_until", "places_in_estimate"]
    head += ["half_gone_after_hours", "half_gone_by_hours", "nine_in_ten_after_hours", "nine_in_ten_by_hours"]
    rows = [_platform(site, one) for one in (site.figures.platforms if site.figures else ())]
    return _file(site, "scorecard", head, rows)


def removal(site: Site, platform: Platform) -> HttpResponse:
    """Return the estimated time to removal of one platform: shares of its places by the interval they went in."""
    head = ["period", "platform", "time_until", "gone_after_hours", "gone_by_hours", "share_per_mille"]
    found = platform.removal
    rows = [
        [site.period, platform.id, _until(found), one.after, one.by, one.per_mille]
        for one in (found.steps if found else ())
    ]
    return _file(site, f"removal-{platform.id}", head, rows)


def _counts(figures: Published) -> Iterable[list[Cell]]:
    four = {
        "reports": figures.reports,
        "assessments": figures.assessments,
        "notices": figures.notices,
        "verified_outcomes": figures.outcomes,
    }
    for unit, found in four.items():
        yield [unit, found.count, *_coverage(found)]
    if figures.notices.count is not None:
        for state in SEEN:
            yield [f"places_{state}", getattr(figures.seen, state), *_coverage(figures.notices)]


def _coverage(found: Figure) -> list[Cell]:
    return [found.why, found.first, found.last]


def _platform(site: Site, one: Platform) -> list[Cell]:
    half = one.removal.half if one.removal else None
    nine = one.removal.nine_in_ten if one.removal else None
    return [
        site.period,
        one.id,
        site.platform_name(one.id),
        one.first,
        one.last,
        *(getattr(one, name) for name in (*NOTICES, *PLACES)),
        one.promised_hours,
        _until(one.removal),
        one.removal.places if one.removal else None,
        *((half.after, half.by) if half else (None, None)),
        *((nine.after, nine.by) if nine else (None, None)),
    ]


def _until(found: Removal | None) -> str:
    """Return what the time ends with: where no look can tell removed from hidden, that is in it."""
    if found is None:
        return ""
    return "gone_or_not_public" if found.or_hidden else "gone"


def _file(site: Site, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\r\n")
    write.writerow(["source", "note", "published_at", *head])
    at = site.figures.published_at.isoformat(timespec="minutes") if site.figures else ""
    note = NOTE if site.source is Source.SYNTHETIC else ""
    for row in rows:
        write.writerow([site.source.value, note, at, *(_safe(cell) for cell in row)])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="recourse-{site.source}-{name}-{site.period}.csv"'
    )
    return may_be_kept(response, seconds=KEPT)


def _safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
