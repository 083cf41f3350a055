"""Tells cases what this room has to do about them, so that the queue is one list and one query.

Refuses: to keep a list of its own; what waits is worked out from the notices and mails each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from recourse.work.cases import services as cases
from recourse.work.cases.domain import Step
from recourse.work.notices.domain import Waiting
from recourse.work.notices.selectors.rows import waiting_for

ROOM = "notices"


def keep_steps(case_ids: Iterable[UUID], *, now: datetime) -> None:
    """Say what waits first in each of the cases; call it after every change of a notice or a mail of theirs."""
    wanted = sorted(set(case_ids))
    waiting = waiting_for(wanted)
    for case_id in wanted:
        first = waiting.get(case_id)
        cases.plan_step(case_id=case_id, room=ROOM, step=_step(first[0]) if first else None, now=now)


def _step(one: Waiting) -> Step:
    return Step(
        todo=one.todo.value,
        due_at=one.due_at,
        about=one.notice_number,
        ref=str(one.mail_id) if one.mail_id else "",
    )
