"""Registers Cases with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.cases"
    label = "cases"

    def ready(self) -> None:
        """Register the jobs; models are loaded by now."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.work.cases import tasks  # noqa: PLC0415
        from recourse.world.checks.domain import AvailabilityChanged, ProbeRecorded  # noqa: PLC0415

        registry.handle("cases.retention", tasks.retention, lease=timedelta(minutes=5))
        registry.subscribe(AvailabilityChanged, "cases.follow_availability", tasks.follow_availability)
        registry.subscribe(ProbeRecorded, "cases.follow_look", tasks.follow_look)
