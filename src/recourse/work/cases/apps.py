"""Registers Cases with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.cases"
    label = "cases"
