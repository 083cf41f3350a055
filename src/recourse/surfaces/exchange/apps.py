"""Registers the exchange's surface with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeSurfaceConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.surfaces.exchange"
    label = "exchange_surface"
