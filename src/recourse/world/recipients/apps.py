"""Registers Recipients with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.recipients"
    label = "recipients"

    def ready(self) -> None:
        """Hear of erased places."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models are ready only here
        from recourse.world.locations.domain import PlaceErased  # noqa: PLC0415
        from recourse.world.recipients import tasks  # noqa: PLC0415

        registry.subscribe(PlaceErased, "recipients.forget", tasks.forget)
