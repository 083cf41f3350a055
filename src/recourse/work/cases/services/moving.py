"""Moving a case along its table: by a person, by what our checks saw, and by mere activity.

Refuses: moves the table does not have; erasing is its own verb.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import IllegalMoveError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import CaseState, StepKind, after_availability, is_over
from recourse.work.cases.models import Case
from recourse.work.cases.services.codes import freeze
from recourse.work.cases.services.upkeep import (
    change_state,
    hers,
    locked,
    note_step,
    refuse_if_held,
    settle,
    standing,
)

_ACTIVITY_STEP = timedelta(days=1)


def move_case(*, case_id: UUID, to: CaseState | str, actor: Actor, now: datetime) -> None:
    """Move a case by hand.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such case, it is erased or over.
        IllegalMoveError: the table has no such move, it is erasing, or the case is frozen: only a new code
            opens that again, and closing is all that a person may do to it.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    after = CaseState(to)
    if after is CaseState.ERASED:
        raise IllegalMoveError("erasing is its own verb")
    with transaction.atomic():
        case = standing(case_id, now=now)
        refuse_if_held(case, actor, now=now)
        if case.state == CaseState.FROZEN and after not in {CaseState.FROZEN, CaseState.CLOSED}:
            raise IllegalMoveError(f"case {case_id} is frozen")
        if after is CaseState.FROZEN and case.state != CaseState.FROZEN:
            freeze(case, now=now, actor=actor)
            return
        change_state(case, after, now=now)
        settle(case, now=now)


def follow_availability(*, case_id: UUID, all_resolved: bool, came_back: bool, now: datetime) -> bool:
    """Move a case by what our checks saw of its places; tell whether it moved."""
    with transaction.atomic():
        case = locked(case_id)
        after = after_availability(CaseState(case.state), all_resolved=all_resolved, came_back=came_back)
        returned = now if came_back else None if all_resolved else case.returned_at
        if is_over(case.retain_until, now=now) or (after is None and returned == case.returned_at):
            return False
        case.returned_at = returned if case.state != CaseState.ERASED else None
        change_state(case, after or CaseState(case.state), now=now)
        settle(case, now=now)
    return after is not None


def open_again(*, case_id: UUID, since: datetime, now: datetime) -> None:
    """Open a closed case again because something is back `since` a moment after it was closed."""
    with transaction.atomic():
        case = locked(case_id)
        closed = case.state == CaseState.CLOSED and not is_over(case.retain_until, now=now)
        if closed and since > case.state_since:
            case.returned_at = now
            change_state(case, CaseState.OPEN, now=now)
            settle(case, now=now)


def hear(*, case_id: UUID, now: datetime) -> None:
    """Note that she wrote to us: a closed case opens again, because a person reads it.

    Raises:
        NotFoundError: no such case, it is shut, erased or over.
    """
    with transaction.atomic():
        case = hers(case_id, now=now)
        if case.state == CaseState.CLOSED:
            change_state(case, CaseState.OPEN, now=now)
        settle(case, now=now)


def note(*, case_id: UUID, what: StepKind, now: datetime, actor: Actor | None = None) -> None:
    """Write down for her page that something happened in a room above; without an actor, from her own page.

    Raises:
        NotFoundError: no such case, it is erased or over, or shut to her.
    """
    with transaction.atomic():
        note_step((hers if actor is None else standing)(case_id, now=now), what, now=now, actor=actor)


def note_visit(*, case_id: UUID, now: datetime) -> None:
    """Note that the survivor was here, so that her case does not count as inactive.

    Most visits write nothing, and take no turn among the writers to find that out.
    """
    if Case.objects.filter(id=case_id, last_activity_at__lt=now - _ACTIVITY_STEP).exists():
        note_activity(case_id=case_id, now=now)


def note_activity(*, case_id: UUID, now: datetime) -> None:
    """Note that something happened, from her or from us.

    Coarse on purpose: at most once a day, so that the row is no diary of her visits. A case that is over stays so.
    """
    with transaction.atomic():
        case = (
            Case.objects.select_for_update()
            .filter(id=case_id, last_activity_at__lt=now - _ACTIVITY_STEP)
            .first()
        )
        if case is not None and not is_over(case.retain_until, now=now) and case.state != CaseState.ERASED:
            settle(case, now=now)
