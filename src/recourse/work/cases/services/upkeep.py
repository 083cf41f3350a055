"""What every change of a case does beside itself: the lock, the state's date, the next step, the retention date.

Refuses: to be called outside a transaction.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Min

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.people.accounts.domain import Actor
from recourse.work.cases.domain import (
    ACTING,
    CaseActsAgain,
    CaseState,
    HeldBySomeoneError,
    check_move,
    next_step,
    retain_until,
)
from recourse.work.cases.models import Case


def locked(case_id: UUID) -> Case:
    """Return the case, its row locked until the end of the transaction (SQLite has one writer anyhow).

    Raises:
        NotFoundError: there is no such case.
    """
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise NotFoundError(f"case {case_id}")
    return case


def change_state(case: Case, after: CaseState, *, now: datetime) -> None:
    """Move the case along the table; staying is not a move. Tells the rooms above when we may act again.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    before = CaseState(case.state)
    if before is after:
        return
    check_move(before, after)
    case.state = after
    case.state_since = now
    if after in ACTING and before not in ACTING:
        jobs.emit(event=CaseActsAgain(case_id=case.id), now=now)


def settle(case: Case, *, now: datetime, active: bool = True) -> None:
    """Write the case with its next step and retention date worked out afresh.

    Args:
        case: the locked case, changed in memory.
        now: the business time.
        active: whether this counts as activity for the retention of an inactive case.
    """
    if active:
        case.last_activity_at = max(now, case.last_activity_at)
    undecided_since = case.items.filter(assessment=None).aggregate(first=Min("created_at"))["first"]
    state = CaseState(case.state)
    case.next_step, case.next_due_at = next_step(
        state,
        undecided_since=undecided_since,
        ever_assessed=case.assessments.exists(),
        opened_at=case.opened_at,
    )
    case.retain_until = retain_until(
        state=state,
        state_since=case.state_since,
        last_activity_at=case.last_activity_at,
        legal_hold=case.legal_hold,
    )
    case.save()


def refuse_if_held(case: Case, actor: Actor, *, now: datetime) -> None:
    """Let nobody decide in a case that another person holds.

    Raises:
        HeldBySomeoneError: a live claim of another person.
    """
    held = case.claimed_until is not None and case.claimed_until > now
    if held and case.claimed_by != actor.staff_id:
        raise HeldBySomeoneError(f"case {case.id}")
