"""Registers Survivor with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class SurvivorConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.surfaces.survivor"
    label = "survivor"
