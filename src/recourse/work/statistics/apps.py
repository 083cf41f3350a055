"""Registers Statistics with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.statistics"
    label = "statistics"

    def ready(self) -> None:
        """Register the daily job, which a worker that starts puts into the queue."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.work.statistics import services, tasks  # noqa: PLC0415

        registry.handle(services.COUNT, tasks.count, lease=timedelta(minutes=15))
        registry.recur(services.COUNT, lambda now: services.plan(now=now))
