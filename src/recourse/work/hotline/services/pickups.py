"""How a new code on its way ends: used, stopped, over, or asked for before the case was frozen.

Whatever ended it, its pick-up code opens nothing and the sealed new code is gone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.base.vault import pickup as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import StepKind
from recourse.work.hotline.domain import PickupState
from recourse.work.hotline.models import Pickup
from recourse.work.hotline.services.steps import plan

OVER = "hotline.end_pickup"


def stop_new_code(*, case_id: UUID, now: datetime, actor: Actor | None = None) -> bool:
    """Stop a new code on its way, from her own page or by a person (`actor`); tell whether there was one.

    Raises:
        NotAllowedError: the role may not.
    """
    if actor is not None:
        accounts.require(actor, Action.CASE_PROTECT)
    return stop(case_id, actor=actor, now=now)


def stop(case_id: UUID, *, actor: Actor | None, now: datetime) -> bool:
    """Stop a new code that nobody has fetched; tell whether there was one."""
    with transaction.atomic():
        found = Pickup.objects.select_for_update().filter(case_id=case_id, ended_at=None).first()
        if found is None or found.state == PickupState.FETCHED:
            return False
        end(found, PickupState.STOPPED, now)
        cases.note(case_id=case_id, what=StepKind.NEW_CODE_STOPPED, actor=actor, now=now)
        plan(case_id, now=now)
    return True


def was_fetched(pickup_id: str) -> bool:
    """Tell whether somebody fetched this new code."""
    return Pickup.objects.filter(id=pickup_id, state__in=[PickupState.FETCHED, PickupState.USED]).exists()


def is_void(found: Pickup, now: datetime) -> bool:
    """Tell whether its time or its case's is over, or it was asked for before the case was frozen."""
    frozen = cases_read.frozen_since(found.case_id)
    over = found.expires_at is not None and found.expires_at <= now
    return (
        over
        or cases_read.time_is_over(found.case_id, now=now)
        or (frozen is not None and found.asked_at < frozen)
    )


def end_void(case_id: UUID, now: datetime) -> None:
    """End the new code of a case if it is void."""
    with transaction.atomic():
        for found in Pickup.objects.select_for_update().filter(case_id=case_id, ended_at=None):
            if is_void(found, now):
                end(found, PickupState.STOPPED, now)
                plan(case_id, now=now)


def plan_end(found: Pickup) -> None:
    """Have it ended when its time is over, so that nothing of it stays."""
    if found.expires_at is not None:
        args = {"pickup": str(found.id)}
        jobs.enqueue(kind=OVER, args=args, due_at=found.expires_at, key=f"{OVER}:{found.id}")


def end_pickup(*, pickup_id: UUID, now: datetime) -> None:
    """End it if its time is over; another pick-up code may have prolonged it."""
    found = Pickup.objects.filter(id=pickup_id, ended_at=None).first()
    if found is not None:
        with transaction.atomic():
            end_void(found.case_id, now)
            if not is_void(found, now):
                plan_end(found)


def end(found: Pickup, state: PickupState, now: datetime) -> None:
    """End a locked one."""
    vault.forget_pickup(key_id=found.key_id)
    found.state, found.ended_at, found.lookup, found.sealed = state, now, None, b""
    found.save()
