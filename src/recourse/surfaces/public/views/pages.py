"""The pages. Each is the same for everybody who reads the same language, and may be kept for a few minutes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from recourse.base.ledger import selectors as ledger
from recourse.surfaces.frame import formats
from recourse.surfaces.frame.headers import may_be_kept
from recourse.surfaces.public import csvs, others
from recourse.surfaces.public.pages import figures, scorecard
from recourse.surfaces.public.pages.site import Site, site_of
from recourse.surfaces.public.views import files
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.methods import CHANGES, SECTIONS

KEPT = 300


def _page(request: HttpRequest, name: str, site: Site, **context: object) -> HttpResponse:
    shared = {"site": site, "figures": site.figures, "to": _addresses(site)}
    response = render(request, f"public/{name}.html", {**shared, **context})
    patch_vary_headers(response, ("Accept-Language", "Cookie"))  # the choice of language is a cookie
    return may_be_kept(response, seconds=KEPT)


def _caption(places: int, at: datetime) -> str:
    """Say how many places a table of what we saw holds, and as of when."""
    words = ngettext(
        "%(places)s place, as it stood on %(day)s", "%(places)s places, as they stood on %(day)s", places
    )
    return words % {"places": formats.number(places), "day": formats.day(at, zone=UTC)}


def _addresses(site: Site) -> dict[str, str]:
    timeless = {name: site.address(name, period=False) for name in ("methods", "verify", "others")}
    return {
        **timeless,
        "scorecard": site.address("scorecard"),
        "counts_csv": site.address("counts-csv"),
        "scorecard_csv": site.address("scorecard-csv"),
        "api": f"/api/v1/{site.source.value}/figures/{site.period}",
    }


@require_safe
def show_figures(request: HttpRequest, source: Source) -> HttpResponse:
    """Show the four counts, what we saw and who is silent."""
    site = site_of(request, source)
    if site.figures is None:
        return _page(request, "nothing", site, invented=selectors.has_synthetic())
    return _page(
        request,
        "figures",
        site,
        counts=figures.four_counts(site.figures),
        seen=figures.seen_rows(site.figures.seen),
        seen_caption=_caption(site.figures.seen.places, site.figures.published_at),
        silent=figures.silent(site),
        months=figures.month_rows(site),
        leaves=ledger.standing()[1],
        invented=selectors.has_synthetic() and not site.synthetic,
    )


@require_safe
def show_scorecard(request: HttpRequest, source: Source) -> HttpResponse:
    """Show what each platform did."""
    site = site_of(request, source)
    if site.figures is None:
        return _page(request, "nothing", site, invented=selectors.has_synthetic())
    return _page(
        request,
        "scorecard",
        site,
        promises=scorecard.promises(site),
        axis=scorecard.axis(),
        chart=scorecard.chart(len(site.figures.platforms)),
    )


@require_safe
def show_platform(request: HttpRequest, source: Source, platform: str) -> HttpResponse:
    """Show one platform."""
    site = site_of(request, source)
    one = scorecard.one_platform(site, platform)
    at = site.figures.published_at if site.figures else None
    caption = _caption(one.platform.places, at) if at else ""
    return _page(request, "platform", site, one=one, seen_caption=caption)


@require_safe
def show_methods(request: HttpRequest, source: Source) -> HttpResponse:
    """Show what we count and what we do not."""
    return _page(request, "methods", site_of(request, source), sections=SECTIONS, changes=CHANGES)


@require_safe
def show_corrections(request: HttpRequest, source: Source) -> HttpResponse:
    """Show what was published wrong and put right."""
    return _page(request, "corrections", site_of(request, source), corrections=selectors.corrections(source))


@require_safe
def show_verify(request: HttpRequest, source: Source) -> HttpResponse:
    """Show how anybody checks the ledger."""
    return _page(
        request,
        "verify",
        site_of(request, source),
        vkey=files.vkey(),
        head=files.head(),
        ledger_address="/ledger/",
    )


@require_safe
def show_others(request: HttpRequest, source: Source) -> HttpResponse:
    """Show figures that others published, with where they stand."""
    return _page(request, "others", site_of(request, source), published=others.published())


@require_safe
def counts_csv(request: HttpRequest, source: Source) -> HttpResponse:
    """Give the counts as CSV."""
    return csvs.counts(site_of(request, source))


@require_safe
def scorecard_csv(request: HttpRequest, source: Source) -> HttpResponse:
    """Give the scorecard as CSV."""
    return csvs.scorecard(site_of(request, source))


@require_safe
def removal_csv(request: HttpRequest, source: Source, platform: str) -> HttpResponse:
    """Give the time to removal of one platform as CSV."""
    site = site_of(request, source)
    return csvs.removal(site, scorecard.one_platform(site, platform).platform)
