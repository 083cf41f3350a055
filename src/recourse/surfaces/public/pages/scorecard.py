"""What each platform answered and what we saw there; and one platform by itself, with its time to removal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.frame import formats
from recourse.surfaces.public import charts, words
from recourse.surfaces.public.pages.figures import SeenRow, seen_rows
from recourse.surfaces.public.pages.site import Site
from recourse.work.statistics.domain.publication import Platform, Removal


@dataclass(frozen=True, slots=True)
class Promise:
    """A platform in the chart of promises and measurements; positions in per cent of the width."""

    id: str
    name: str
    promised: str
    promised_at: float | None
    half: str
    half_from: float | None
    half_to: float | None
    nine: str
    nine_at: float | None
    kept: str
    places: int
    or_hidden: bool
    y: int


@dataclass(frozen=True, slots=True)
class OnePlatform:
    """The page of one platform."""

    platform: Platform
    name: str
    covers: str
    sentence: str
    rows: list[SeenRow]
    rise: charts.Rise | None
    or_hidden: bool
    ticks: list[tuple[str, float]]
    table: list[tuple[str, str]]
    promised_at: float | None
    promised: str


def promises(site: Site) -> list[Promise]:
    """Return what each platform promised beside what we measured."""
    return [_promise(site, one, index * 50) for index, one in enumerate(site.platforms)]


@dataclass(frozen=True, slots=True)
class Chart:
    """The height of the chart of promises: of all, to the end of the lines, and of the words under them."""

    full: int
    base: int
    foot: int


def chart(rows: int) -> Chart:
    """Return the heights for so many platforms."""
    return Chart(full=rows * 50 + 34, base=rows * 50, foot=rows * 50 + 18)


def axis() -> list[tuple[str, float]]:
    """Return the ticks of the axis of time: words and position."""
    return [(words.on_axis(tick), charts.place(tick)) for tick in charts.TICKS]


def one_platform(site: Site, group: str) -> OnePlatform:
    """Return the page of one platform.

    Raises:
        NotFoundError: it has too few notices to be named in this period, or is unknown; the two read the same.
    """
    found = [one for one in site.figures.platforms if one.id == group] if site.figures else []
    if not found:
        raise NotFoundError("no such platform in this period")
    platform = found[0]
    removal, promised = platform.removal, platform.promised_hours
    return OnePlatform(
        platform=platform,
        name=site.platform_name(group),
        covers=words.covered(platform),
        sentence=_sentence(removal, promised),
        rows=seen_rows(platform),
        rise=charts.rise(removal) if removal else None,
        or_hidden=removal is not None and removal.or_hidden,
        ticks=axis(),
        table=[
            (words.hours(one.hours), words.per_cent(one.at_least, one.at_most))
            for one in (removal.within if removal else ())
        ],
        promised_at=charts.place(promised) if promised else None,
        promised=words.hours(promised) if promised else "",
    )


def _sentence(removal: Removal | None, promised: int | None) -> str:
    """Say in a few sentences how long it took, and of how many places."""
    if removal is None:
        return _("No look after a notice tells anything of a place yet.")
    of = ngettext(
        "%(places)s place was looked at after its notice.",
        "%(places)s places were looked at after their notice.",
        removal.places,
    ) % {"places": formats.number(removal.places)}
    said = [of, _half(removal)]
    if promised is not None:
        kept = next(one for one in removal.within if one.hours == promised)
        share = {"share": words.per_cent(kept.at_least, kept.at_most), "hours": words.hours(promised)}
        if removal.or_hidden:
            said.append(
                _("Gone or not public any more within the %(hours)s that it promised: %(share)s.") % share
            )
        else:
            said.append(_("Gone within the %(hours)s that it promised: %(share)s.") % share)
    return " ".join(said)


def _half(removal: Removal) -> str:
    if removal.half is None:
        if removal.or_hidden:
            return _("Fewer than half of them were gone or not public any more when we last looked.")
        return _("Fewer than half of them were gone when we last looked.")
    span = {"after": words.hours(removal.half.after), "by": words.hours(removal.half.by)}
    if removal.or_hidden:
        return (
            _("We estimate that half of them were gone or not public any more after %(after)s, by %(by)s.")
            % span
        )
    return _("We estimate that half of them were gone after %(after)s, by %(by)s.") % span


def _promise(site: Site, platform: Platform, y: int) -> Promise:
    removal, promised = platform.removal, platform.promised_hours
    half = removal.half if removal else None
    nine = removal.nine_in_ten if removal else None
    kept = [one for one in removal.within if one.hours == promised] if removal else []
    return Promise(
        id=platform.id,
        name=site.platform_name(platform.id),
        promised=words.hours(promised) if promised else "",
        promised_at=charts.place(promised) if promised else None,
        half=words.between(half.after, half.by) if half else "",
        half_from=charts.place(half.after) if half else None,
        half_to=charts.place(half.by) if half else None,
        nine=words.between(nine.after, nine.by) if nine else "",
        nine_at=charts.place(nine.by) if nine else None,
        kept=words.per_cent(kept[0].at_least, kept[0].at_most) if kept else "",
        places=removal.places if removal else 0,
        or_hidden=removal is not None and removal.or_hidden,
        y=y,
    )
