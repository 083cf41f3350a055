"""The composition root as a Django application: the first of all, so that ports are bound before use."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class CompositionRoot(AppConfig):
    """Binds the ports of this process."""

    name = "recourse.config"
    label = "config"

    def ready(self) -> None:
        """Bind every port by the wiring that the settings name, and bind sessions to their surface."""
        from recourse.surfaces.frame import sessions  # noqa: PLC0415 - after the models are loaded

        sessions.connect()
        import_string(settings.RECOURSE_WIRING)(settings.CONFIGURATION)
