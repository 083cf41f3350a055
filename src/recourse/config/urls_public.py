"""The routes of the public record, its open data among them, and its error pages.

The one description for software is served here, without a key; it tells of the exchange too, which has its own host.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from recourse.config.urls import handler400, handler403, handler404, handler500
from recourse.surfaces.api.service import OpenData
from recourse.surfaces.exchange import urls as exchange

OpenData.beside[:] = [exchange.description]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("recourse.surfaces.api.urls")),
    path("", include("recourse.surfaces.public.urls")),
]
