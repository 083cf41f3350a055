"""Registers the open data with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.surfaces.api"
    label = "api"
