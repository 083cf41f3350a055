"""What rooms above this one have to do about a case, so that the queue knows without asking them.

Refuses: to write when nothing changed; the rooms say it after every change, and most change nothing here.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.work.cases.domain import CaseState, Step
from recourse.work.cases.models import RoomStep
from recourse.work.cases.services.upkeep import locked, settle, step_of


def plan_step(*, case_id: UUID, room: str, step: Step | None, now: datetime) -> bool:
    """Say what a room has to do first about a case, or that it has nothing to do; tell whether that is new.

    Raises:
        NotFoundError: no such case.
    """
    before = RoomStep.objects.filter(case_id=case_id, room=room).first()
    if (step_of(before) if before else None) == step:
        return False
    with transaction.atomic():
        case = locked(case_id)
        if step is None or case.state == CaseState.ERASED:
            RoomStep.objects.filter(case=case, room=room).delete()
        else:
            RoomStep.objects.update_or_create(
                case=case,
                room=room,
                defaults={"todo": step.todo, "due_at": step.due_at, "about": step.about, "ref": step.ref},
            )
        settle(case, now=now, active=False)
    return True
