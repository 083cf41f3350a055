"""Registers Matching with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.matching"
    label = "matching"

    def ready(self) -> None:
        """Register the job; models are loaded by now."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.world.matching import services, tasks  # noqa: PLC0415

        registry.handle(services.DROP, tasks.drop_withdrawn)
        registry.handle(services.DROP_LISTINGS, tasks.drop_listings)
        registry.handle(services.DROP_TRACES, tasks.drop_traces)
        registry.handle(services.COMPARE_BLOCK, tasks.compare_block, lease=timedelta(minutes=10))
        registry.handle(services.COMPARE_CASE, tasks.compare_case, lease=timedelta(minutes=10))
        registry.recur(services.DROP_TRACES, services.plan_drop_traces)
