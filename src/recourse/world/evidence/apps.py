"""Registers Evidence with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Register handlers and hear of erased places."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models are ready only here
        from recourse.world.evidence import services, tasks  # noqa: PLC0415
        from recourse.world.locations.domain import PlaceErased  # noqa: PLC0415

        registry.handle(
            services.CAPTURE, tasks.capture, lease=timedelta(minutes=2), exhausted=tasks.exhausted
        )
        registry.handle(services.DEADLINE, tasks.deadline)
        registry.subscribe(PlaceErased, "evidence.forget", tasks.forget)
