"""Registers Accounts with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.people.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Register the job; models are loaded by now."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.people.accounts import services, tasks  # noqa: PLC0415

        registry.handle(services.DROP, tasks.drop_kept)
