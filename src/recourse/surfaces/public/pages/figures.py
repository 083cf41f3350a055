"""The first public page: four counts, what we saw, who is silent, and the months one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from recourse.surfaces.frame import collation
from recourse.surfaces.public import charts, words
from recourse.surfaces.public.pages.site import Site
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import SEEN
from recourse.work.statistics.domain.periods import PeriodKind, kind_of
from recourse.work.statistics.domain.publication import Figure, Platform, Published, Seen


@dataclass(frozen=True, slots=True)
class Count:
    """One of the four counts; without a value, `why` says what keeps it back."""

    name: str
    value: int | None
    means: str
    why: str
    covers: str = ""


@dataclass(frozen=True, slots=True)
class SeenRow:
    """Places in one state."""

    words: str
    kind: str
    sign: str
    resolved: bool
    count: int
    width: float


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The four counts of one month; a count that is kept back is None."""

    name: str
    reports: int | None
    assessments: int | None
    notices: int | None
    outcomes: int | None
    notices_width: float
    outcomes_width: float


def four_counts(figures: Published) -> list[Count]:
    """Return the four counts, never added up."""
    people, notices = words.few_people(), words.few_notices()
    return [
        _count(
            _("Reports"),
            figures.reports,
            _("People and partners who told us. One person may report many places, and more than once."),
            people,
        ),
        _count(
            _("Assessments"),
            figures.assessments,
            _("Decisions, each with a reason. One may cover several places."),
            people,
        ),
        _count(
            _("Notices"),
            figures.notices,
            _("Requests that left us, each to one recipient. They show what we asked, not what happened."),
            notices,
        ),
        _count(
            _("Verified outcomes"),
            figures.outcomes,
            _("Places that were gone when we looked ourselves, twice, and that we have not seen since."),
            notices,
        ),
    ]


def _count(name: str, found: Figure, means: str, few: str) -> Count:
    covers = words.covered(found) if found.why else ""
    return Count(name, found.count, means, words.why_missing(found, few=few), covers)


def seen_rows(seen: Seen | Platform) -> list[SeenRow]:
    """Return what we saw when we last looked, a row for each state."""
    largest = max((getattr(seen, state) for state in SEEN), default=0)
    rows = []
    for state in SEEN:
        told, kind, sign, resolved = words.SEEN[state]
        count = getattr(seen, state)
        rows.append(SeenRow(_(told), kind, sign, resolved, count, charts.share(count, largest)))
    return rows


def silent(site: Site) -> list[tuple[str, int, int]]:
    """Return who is silent: name, notices without an answer, notices with proof of receipt; most first."""
    if site.figures is None:
        return []
    found = [
        (site.platform_name(one.id), one.silent, one.receipt_proven)
        for one in site.figures.platforms
        if one.silent
    ]
    return sorted(found, key=lambda one: (-one[1], collation.key(one[0])))


def month_rows(site: Site) -> list[MonthRow]:
    """Return the months one by one, latest first."""
    months = list(_months(site))
    notices = max((one.notices.count or 0 for one in months), default=0)
    outcomes = max((one.outcomes.count or 0 for one in months), default=0)
    return [
        MonthRow(
            words.period_name(one.period),
            one.reports.count,
            one.assessments.count,
            one.notices.count,
            one.outcomes.count,
            charts.share(one.notices.count or 0, notices),
            charts.share(one.outcomes.count or 0, outcomes),
        )
        for one in months
    ]


def _months(site: Site) -> Iterator[Published]:
    """Yield the figures of the months that the chosen period is made of."""
    for found in selectors.months_of(site.source, site.period):
        if kind_of(found.period) is PeriodKind.MONTH:
            yield found
