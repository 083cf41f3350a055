"""Registers Hotline with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.hotline"
    label = "hotline"

    def ready(self) -> None:
        """Register the jobs; models are loaded by now."""
        from recourse.base.jobs import registry  # noqa: PLC0415 - models must be loaded first
        from recourse.work.cases.domain import CaseErased  # noqa: PLC0415
        from recourse.work.hotline import tasks  # noqa: PLC0415

        registry.handle("hotline.read_report", tasks.read_report, lease=timedelta(minutes=5))
        registry.handle("hotline.drop_drafts", tasks.drop_drafts)
        registry.subscribe(CaseErased, "hotline.forget_case", tasks.forget_case)
