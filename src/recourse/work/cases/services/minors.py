"""A case of which a person learns later that the one in the picture was under 18.

Refuses: the way back. Who was wrong about it loses looking and sharing, and no child loses protection.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import AgeBand, StepKind
from recourse.work.cases.services.upkeep import note_step, refuse_if_held, settle, standing


def mark_minor(*, case_id: UUID, actor: Actor, now: datetime) -> bool:
    """Put a case on the minor path, in the caller's transaction; return False if it was a minor's already.

    Raises:
        NotAllowedError: the role may not note what was learnt.
        NotFoundError: no such case, it is erased or over.
        HeldBySomeoneError: another person holds it.
    """
    accounts.require(actor, Action.CASE_NOTE)
    with transaction.atomic():
        case = standing(case_id, now=now)
        refuse_if_held(case, actor, now=now)
        if case.age_band == AgeBand.MINOR:
            return False
        case.age_band = AgeBand.MINOR
        note_step(case, StepKind.MARKED_MINOR, now=now, actor=actor)
        settle(case, now=now)
    return True
