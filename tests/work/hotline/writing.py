"""How the tests of the hotline fill in a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from recourse.base.jobs.domain import JobContext
from recourse.work.hotline import services, tasks
from recourse.work.hotline.domain import Submitted
from recourse.work.hotline.models import Report

Values = Mapping[str, Sequence[str] | str]

TOLD: Mapping[str, Values] = {
    "what_happened": {"what_happened": ["found_online", "threatened"]},
    "for_whom": {"for_whom": "me"},
    "age_in_picture": {"age_in_picture": "18_or_over"},
    "places": {"places": "https://t.me/dusk_harbour/12\na channel with boats in its name"},
    "safe_contact": {"how": "phone", "address": "000 555", "window": "after dusk", "leave_message": "no"},
    "words": {"words": "a harbour at dusk"},
}


def write(now: datetime, told: Mapping[str, Values] = TOLD) -> tuple[UUID, bytes]:
    """A draft with these answers."""
    draft_id, secret = services.start_draft(now)
    for question, values in told.items():
        services.save_answer(draft_id=draft_id, secret=secret, question=question, values=values, now=now)
    return draft_id, secret


def send(now: datetime, told: Mapping[str, Values] = TOLD) -> Submitted:
    """A sent report."""
    draft_id, secret = write(now, told)
    return services.submit_report(draft_id=draft_id, secret=secret, now=now)


def read(case_id: UUID, now: datetime) -> None:
    """What the worker does with the report of a case."""
    report = Report.objects.get(case_id=case_id)
    context = JobContext(job_id=report.id, kind="hotline.read_report", attempt=1, fence=1, now=now)
    tasks.read_report(context, {"report_id": str(report.id)})
