"""Registers Operations with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.operations"
    label = "operations"
