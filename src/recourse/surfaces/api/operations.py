"""The addresses of the open data and what each gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.api import making, shapes
from recourse.surfaces.api.service import api
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.periods import ALL, kind_of
from recourse.work.statistics.domain.publication import Published

__all__ = ["api"]  # whole, once the operations below are added to it
OFTEN = {429: shapes.Problem}
FAILS = {400: shapes.Problem, 404: shapes.Problem, **OFTEN}
From = Annotated[
    shapes.SourceName, Path(description="Whose figures: measured here, or a demonstration's invented ones.")
]
Period = Annotated[
    str, Query(max_length=8, description="`all`, a quarter as 2026-Q4, or a month as 2026-11.")
]
PeriodPath = Annotated[
    str, Path(max_length=8, description="`all`, a quarter as 2026-Q4, or a month as 2026-11.")
]
PlatformId = Annotated[str, Path(max_length=64, description="The id of a platform.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many to give at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="How many to pass over.")]


@api.get(
    "/v1/sources", response={200: shapes.Sources, **OFTEN}, operation_id="list_sources", tags=["figures"]
)
def list_sources(request: HttpRequest) -> dict[str, Any]:
    """Say which figures there are."""
    found = [(source, selectors.last_published(source)) for source in Source]
    return {
        "items": [
            {"source": source.value, "note": making.note_of(source), "published_at": at}
            for source, at in found
            if at
        ]
    }


@api.get(
    "/v1/{source}/periods",
    response={200: shapes.Periods, **FAILS},
    operation_id="list_periods",
    tags=["figures"],
)
def list_periods(
    request: HttpRequest,
    source: From,
    kind: Literal["all", "quarter", "month"] | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the periods that have figures, latest first."""
    keys = [(period, kind_of(period)) for period in selectors.periods_published(Source(source))]
    items = [
        {"period": period, "kind": found} for period, found in keys if found and kind in (None, found.value)
    ]
    return _page(source, items, limit, offset)


@api.get(
    "/v1/{source}/figures/{period}",
    response={200: shapes.Figures, **FAILS},
    operation_id="get_figures",
    tags=["figures"],
)
def get_figures(request: HttpRequest, source: From, period: PeriodPath) -> shapes.Figures:
    """Give the four counts of a period and what we saw."""
    return making.figures(_figures(source, period))


@api.get(
    "/v1/{source}/platforms",
    response={200: shapes.Platforms, **FAILS},
    operation_id="list_platforms",
    tags=["platforms"],
)
def list_platforms(
    request: HttpRequest, source: From, period: Period = ALL, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List the platforms that may be named in a period, most notices first."""
    found = _figures(source, period)
    items = [making.platform(found.source, one) for one in found.platforms]
    return {"period": period, **_page(source, items, limit, offset)}


@api.get(
    "/v1/{source}/platforms/{platform}",
    response={200: shapes.OnePlatform, **FAILS},
    operation_id="get_platform",
    tags=["platforms"],
)
def get_platform(
    request: HttpRequest, source: From, platform: PlatformId, period: Period = ALL
) -> dict[str, Any]:
    """Give one platform. One with too few notices to be named and one that does not exist read the same."""
    found = _figures(source, period)
    for one in found.platforms:
        if one.id == platform:
            return {**_label(source), "period": period, "platform": making.platform(found.source, one)}
    raise NotFoundError("no such platform")


@api.get(
    "/v1/{source}/corrections",
    response={200: shapes.Corrections, **FAILS},
    operation_id="list_corrections",
    tags=["figures"],
)
def list_corrections(
    request: HttpRequest, source: From, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List what was published wrong and put right, latest first."""
    items = [
        {"at": one.at, "period": one.period, "words": one.words}
        for one in selectors.corrections(Source(source))
    ]
    return _page(source, items, limit, offset)


@api.get("/v1/methods", response={200: shapes.Methods, **OFTEN}, operation_id="get_methods", tags=["methods"])
def get_methods(request: HttpRequest) -> shapes.Methods:
    """Say what is counted and what is not."""
    return making.methods()


@api.get("/v1/ledger", response={200: shapes.Ledger, **OFTEN}, operation_id="get_ledger", tags=["ledger"])
def get_ledger(request: HttpRequest) -> shapes.Ledger:
    """Say what the public ledger's checkpoint says, and where its files are."""
    return making.ledger()


def _figures(source: str, period: str) -> Published:
    found = selectors.figures_of(Source(source), period)
    if found is None:
        raise NotFoundError("no figures")
    return found


def _label(source: str) -> dict[str, str]:
    return {"source": source, "note": making.note_of(Source(source))}


def _page(source: str, items: list[Any], limit: int, offset: int) -> dict[str, Any]:
    page = items[offset : offset + limit]
    return {**_label(source), "total": len(items), "limit": limit, "offset": offset, "items": page}
