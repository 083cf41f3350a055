"""Registers Exchange with Django and its handler with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register the job; models are loaded by now."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.world.exchange import tasks  # noqa: PLC0415
        from recourse.world.exchange.services import keeping  # noqa: PLC0415

        registry.handle(keeping.DROP, tasks.drop_uses)
