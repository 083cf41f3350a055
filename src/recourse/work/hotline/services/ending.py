"""Brings to its end what she asked to end: in time, and not before she was asked over her safe contact.

Refuses: to make final what a person has still to ask her about, or could not ask safely (decision 0039);
nothing is sent meanwhile, so waiting costs nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from recourse.base.jobs import services as jobs
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.hotline.domain import NOT_SAFE_BEFORE, SETTLED, ReachState, Tell
from recourse.work.hotline.models import Outreach
from recourse.work.hotline.services.reaching import tell
from recourse.work.hotline.services.steps import plan

END = "hotline.end"
LAST_CALL = timedelta(hours=24)
LOOK_AGAIN = timedelta(hours=6)


def begin_to_end(*, case_id: UUID, ending_id: UUID, final_at: datetime, now: datetime) -> None:
    """Ask her over her safe contact whether it was she, and set the timers: a day before, and final."""
    with transaction.atomic():
        tell(case_id=case_id, what=Tell.ENDING, ref=str(ending_id), now=now)
        _come_back(ending_id, max(final_at - LAST_CALL, now))


def go_on_to_end(*, ending_id: UUID, now: datetime) -> None:
    """Remind her a day before the end; make it final when its time is over and she was asked."""
    known = cases_read.ending_by_id(ending_id)
    if known is None:
        return
    case_id, final_at = known
    asked = Outreach.objects.filter(case_id=case_id, what=Tell.ENDING, ref__startswith=str(ending_id))
    if final_at is None:
        _let_go(case_id, asked.filter(state__in=NOT_SAFE_BEFORE), now)
    elif now < final_at:
        with transaction.atomic():
            if now >= final_at - LAST_CALL and not asked.filter(state__in=NOT_SAFE_BEFORE).exists():
                tell(case_id=case_id, what=Tell.ENDING, ref=f"{ending_id}:last", now=now)
            _come_back(ending_id, final_at if now >= final_at - LAST_CALL else final_at - LAST_CALL)
    elif asked.exclude(state__in=SETTLED).exists() or not cases.finish_ending(ending_id=ending_id, now=now):
        _come_back(ending_id, now + LOOK_AGAIN)


def _let_go(case_id: UUID, asked: QuerySet[Outreach], now: datetime) -> None:
    """Settle what could not be asked safely about an ending that is over: she took it back, or asked for more."""
    with transaction.atomic():
        if asked.update(state=ReachState.DONE, state_since=now):
            plan(case_id, now=now)


def _come_back(ending_id: UUID, at: datetime) -> None:
    jobs.enqueue(kind=END, args={"ending": str(ending_id)}, due_at=at, key=f"{END}:{ending_id}")
