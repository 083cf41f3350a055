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
        from recourse.base.jobs.domain import OutboxDelivered, OutboxGaveUp  # noqa: PLC0415
        from recourse.work.cases.domain import (  # noqa: PLC0415
            CaseActsAgain,
            CaseErased,
            CaseFrozen,
            ChoiceAsked,
            EndingAsked,
            ErasureNear,
            MandateWithdrawn,
        )
        from recourse.work.hotline import tasks  # noqa: PLC0415
        from recourse.world.checks.domain import ProbeRecorded  # noqa: PLC0415
        from recourse.world.matching.domain import (  # noqa: PLC0415
            FingerprintsDisputed,
            MatchesGone,
            MatchFound,
        )

        registry.handle("hotline.read_report", tasks.read_report, lease=timedelta(minutes=5))
        registry.handle("hotline.drop_drafts", tasks.drop_drafts)
        registry.handle("hotline.reach", tasks.reach)
        registry.handle("hotline.end", tasks.end)
        registry.handle("hotline.mail_pickup", tasks.mail_pickup)
        registry.handle("hotline.end_pickup", tasks.end_pickup)
        registry.subscribe(EndingAsked, "hotline.ask_her", tasks.on_ending)
        registry.subscribe(CaseFrozen, "hotline.tell_frozen", tasks.on_frozen)
        registry.subscribe(ErasureNear, "hotline.tell_erasure", tasks.on_erasure_near)
        registry.subscribe(ChoiceAsked, "hotline.tell_question", tasks.on_choice_asked)
        registry.subscribe(ProbeRecorded, "hotline.tell_returned", tasks.on_look)
        registry.subscribe(OutboxDelivered, "hotline.delivered", tasks.on_delivered)
        registry.subscribe(OutboxGaveUp, "hotline.gave_up", tasks.on_gave_up)
        registry.subscribe(MandateWithdrawn, "hotline.end_fingerprints", tasks.on_permission)
        registry.subscribe(CaseActsAgain, "hotline.bring_fingerprints_back", tasks.on_permission)
        registry.subscribe(MatchFound, "hotline.match_found", tasks.on_match)
        registry.subscribe(MatchesGone, "hotline.matches_gone", tasks.on_match)
        registry.subscribe(FingerprintsDisputed, "hotline.disputed", tasks.on_match)
        registry.subscribe(CaseErased, "hotline.forget_case", tasks.forget_case)
