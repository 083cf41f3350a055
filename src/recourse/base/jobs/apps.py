"""Registers Jobs with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.base.jobs"
    label = "jobs"
