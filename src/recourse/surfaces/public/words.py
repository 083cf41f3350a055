"""Words of the public pages: what things are called, how hours are written, why a figure is missing.

Refuses: to name a company that neither the rules nor the demonstration know; its group is shown by its id then.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from recourse.surfaces.frame import formats
from recourse.work.statistics.domain.disclosure import FEW, NAMED_FROM
from recourse.work.statistics.domain.figures import HOSTS, Source
from recourse.work.statistics.domain.periods import ALL, Month, PeriodKind, kind_of
from recourse.work.statistics.domain.publication import Figure, Platform
from recourse.work.statistics.domain.synthetic import COMPANIES
from recourse.world.rules.load import rules

SEEN: Mapping[str, tuple[str, str, str, bool]] = MappingProxyType(
    {  # state -> words, class, mark, whether it counts as resolved
        "removed": (gettext_noop("Removed"), "gone", "gone", True),
        "not_public": (
            gettext_noop("Not public any more, removal unproven"),
            "hidden",
            "hidden",
            False,
        ),
        "hidden": (gettext_noop("Only hidden"), "hidden", "hidden", False),
        "still_up": (gettext_noop("Still there"), "live", "live", False),
        "returned": (gettext_noop("Came back"), "back", "back", False),
        "unclear": (gettext_noop("Could not be told"), "asked", "next", False),
    }
)
HOURS_AS_DAYS = 96


def platform_name(source: Source, group: str) -> str:
    """Return what a group of recipients is called."""
    if group == HOSTS:
        return _("Hosts of the open web")
    if source is Source.SYNTHETIC:
        return COMPANIES[group].name if group in COMPANIES else group
    known = rules().recipients.get(group)
    return known.name if known else group


def period_name(period: str) -> str:
    """Return what a period is called: "October 2026", "3rd quarter of 2026", "All time"."""
    match kind_of(period):
        case PeriodKind.MONTH:
            return formats.month(Month.parse(period).begin)
        case PeriodKind.QUARTER:
            return _("Quarter %(number)s of %(year)s") % {"number": period[-1], "year": period[:4]}
        case _:
            return _("All time")


def kind_name(period: str) -> str:
    """Return what kind of period it is, for the choice on the page."""
    if period == ALL:
        return _("All time")
    return _("Months") if kind_of(period) is PeriodKind.MONTH else _("Quarters")


def hours(value: float) -> str:
    """Write a length of time: "24 h", from four days on in days, "13 d 18 h"."""
    if value >= HOURS_AS_DAYS:
        days, rest = divmod(int(value), 24)
        if rest:
            return _("%(days)d d %(hours)d h") % {"days": days, "hours": rest}
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": formats.number(days)}
    return _("%(hours)s h") % {"hours": formats.number(int(value) if value == int(value) else value)}


def on_axis(value: float) -> str:
    """Write a tick of an axis, as short as it can be: "24 h", "7 d"."""
    if value < HOURS_AS_DAYS:
        return hours(value)
    return _("%(days)s d") % {"days": formats.number(int(value) // 24)}


def between(after: float, by: float) -> str:
    """Write an interval of hours."""
    return _("after %(after)s, by %(by)s") % {"after": hours(after), "by": hours(by)}


def per_cent(least: int, most: int) -> str:
    """Write a share of which two bounds are known."""
    if least == most:
        return formats.percent(least / 100)
    return _("%(least)s to %(most)s") % {
        "least": formats.percent(least / 100),
        "most": formats.percent(most / 100),
    }


def months(first: str, last: str) -> str:
    """Write the months that a figure covers: "March 2026", "January 2026 to March 2026"."""
    begin, end = (formats.month(Month.parse(key).begin) for key in (first, last))
    return begin if begin == end else _("%(first)s to %(last)s") % {"first": begin, "last": end}


def covered(found: Figure | Platform) -> str:
    """Say which months a figure covers, or "" where it covers none."""
    return _("Covers %(months)s.") % {"months": months(found.first, found.last)} if found.first else ""


def why_missing(figure: Figure, *, few: str) -> str:
    """Say why a figure is not there, or not for all months; "" when nothing is missing.

    Args:
        figure: which.
        few: the sentence for too few.
    """
    words = {
        "open": _(
            "A month is counted on the 9th of the next one, so that nobody can watch one person arrive."
        ),
        "few": few,
        "joined": _("Counted together with neighbouring months, because one of them held too few to show."),
    }
    return words.get(figure.why, "")


def few_people() -> str:
    """Say why few people are not shown."""
    words = ngettext(
        "Too few to publish: from one to %(few)s person is never shown alone. Counted with the months after it.",
        "Too few to publish: from one to %(few)s people are never shown alone. Counted with the months after it.",
        FEW,
    )
    return words % {"few": formats.number(FEW)}


def few_notices() -> str:
    """Say which notices are not in a count."""
    words = ngettext(
        "Without notices to platforms that have fewer than %(few)s so far. Counted with the months after it.",
        "Without notices to platforms that have fewer than %(few)s so far. Counted with the months after it.",
        NAMED_FROM,
    )
    return words % {"few": formats.number(NAMED_FROM)}
