"""Registers Ledger with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.base.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Register the handlers of the ledger's jobs."""
        from recourse.base.ledger import tasks  # noqa: PLC0415 - after the models are loaded

        tasks.register()
