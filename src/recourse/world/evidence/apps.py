"""Registers Evidence with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.evidence"
    label = "evidence"
