"""Registers Desk with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.surfaces.desk"
    label = "desk"
