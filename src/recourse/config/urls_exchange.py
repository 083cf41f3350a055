"""The routes of the exchange, and its error pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from recourse.config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("recourse.surfaces.exchange.urls")),
]
