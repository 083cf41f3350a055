"""Registers Checks with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.checks"
    label = "checks"

    def ready(self) -> None:
        """Read the rules, so that a broken one stops the start, and register handlers."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models are ready only here
        from recourse.world.checks import services, tasks  # noqa: PLC0415
        from recourse.world.locations.domain import PlaceErased  # noqa: PLC0415
        from recourse.world.rules.load import rules  # noqa: PLC0415

        rules()
        registry.handle(services.PROBE, tasks.probe, lease=tasks.LEASE, exhausted=tasks.probe_exhausted)
        registry.subscribe(PlaceErased, "checks.forget", tasks.forget)
