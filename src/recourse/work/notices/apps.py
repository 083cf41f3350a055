"""Registers Notices with Django and its handlers with the queue."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.notices"
    label = "notices"

    def ready(self) -> None:
        """Register what this room works on and listens to."""
        from recourse.base.jobs.domain import OutboxDelivered, OutboxGaveUp  # noqa: PLC0415 - apps are ready
        from recourse.base.jobs.registry import handle, subscribe  # noqa: PLC0415
        from recourse.work.cases.domain import (  # noqa: PLC0415
            AssessmentRecorded,
            CaseActsAgain,
            CaseErased,
            ChoiceMade,
            MandateWithdrawn,
        )
        from recourse.work.notices import tasks  # noqa: PLC0415
        from recourse.work.notices.services.before_leaving import ASK  # noqa: PLC0415
        from recourse.work.notices.services.moving import FRESHEN, SEND  # noqa: PLC0415
        from recourse.work.notices.services.receiving import DROP, READ  # noqa: PLC0415
        from recourse.work.notices.services.reminding import REMIND  # noqa: PLC0415
        from recourse.work.notices.services.silence import DEADLINE  # noqa: PLC0415
        from recourse.world.checks.domain import AvailabilityChanged, ProbeRecorded  # noqa: PLC0415
        from recourse.world.locations.domain import PlaceErased  # noqa: PLC0415

        handle(SEND, tasks.send)
        handle(READ, tasks.read, lease=timedelta(minutes=3))  # two sandbox runs and name look-ups
        handle(DROP, tasks.drop)
        handle(DEADLINE, tasks.deadline)
        handle(ASK, tasks.ask_for)
        handle(FRESHEN, tasks.freshen)
        handle(REMIND, tasks.send_reminder)
        subscribe(AssessmentRecorded, "notices.draft", tasks.on_assessment)
        subscribe(OutboxDelivered, "notices.delivered", tasks.on_delivered)
        subscribe(OutboxGaveUp, "notices.gave_up", tasks.on_gave_up)
        subscribe(ProbeRecorded, "notices.complete", tasks.on_probe)
        subscribe(AvailabilityChanged, "notices.follow", tasks.on_availability)
        subscribe(MandateWithdrawn, "notices.withdraw", tasks.on_withdrawn)
        subscribe(CaseActsAgain, "notices.ask_for", tasks.on_acting)
        subscribe(ChoiceMade, "notices.choose", tasks.on_choice)
        subscribe(CaseErased, "notices.forget", tasks.on_erased)
        subscribe(PlaceErased, "notices.forget_place", tasks.on_place_erased)
