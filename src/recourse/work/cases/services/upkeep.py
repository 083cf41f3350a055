"""What every change of a case does beside itself: its lock, dates, next step and place in the queue.

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
    CaseOverError,
    CaseShutError,
    CaseState,
    HeldBySomeoneError,
    NextStep,
    Step,
    StepKind,
    Urgency,
    WhatHappened,
    check_move,
    due_first,
    is_minor_path,
    is_over,
    next_step,
    queue_at,
    retain_until,
    urgency_of,
)
from recourse.work.cases.models import Case, CaseStep, ItemFacts, RoomStep


def locked(case_id: UUID) -> Case:
    """Return the case, its row locked until the end of the transaction (SQLite has one writer anyhow).

    Raises:
        NotFoundError: there is no such case.
    """
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise NotFoundError(f"case {case_id}")
    return case


def standing(case_id: UUID, *, now: datetime) -> Case:
    """Return the case, locked, if it is there to be worked on.

    Raises:
        NotFoundError: there is no such case, or it is erased.
        CaseOverError: the date on which it is erased has come.
    """
    case = locked(case_id)
    if case.state == CaseState.ERASED:
        raise NotFoundError(f"case {case_id}")
    if is_over(case.retain_until, now=now):
        raise CaseOverError(f"case {case_id}")
    return case


def hers(case_id: UUID, *, now: datetime) -> Case:
    """Return the case, locked, for a verb of her own page, which may have been shut since it was opened.

    Raises:
        NotFoundError: there is no such case, or it is erased.
        CaseOverError: the date on which it is erased has come.
        CaseShutError: no code opens it: it was frozen, also when somebody has closed it since.
    """
    case = standing(case_id, now=now)
    if case.code_lookup is None:
        raise CaseShutError(f"case {case_id}")
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
    _rank(case)
    case.retain_until = retain_until(
        state=CaseState(case.state),
        state_since=case.state_since,
        last_activity_at=case.last_activity_at,
        legal_hold=case.legal_hold,
    )
    case.save()


def _rank(case: Case) -> None:
    """Work out afresh what is to be done first, by whichever room, and where the case stands in the queue."""
    state = CaseState(case.state)
    todo, due = next_step(
        state,
        undecided_since=case.items.filter(assessment=None).aggregate(first=Min("created_at"))["first"],
        ever_assessed=case.assessments.exists(),
        opened_at=case.opened_at,
    )
    facts = list(ItemFacts.objects.filter(case=case).values_list("threat", "threat_by"))
    in_queue = state not in {CaseState.CLOSED, CaseState.ERASED}
    first = due_first(
        Step(todo, due) if due else None,
        tuple(step_of(row) for row in RoomStep.objects.filter(case=case)) if in_queue else (),
        threat_by=min((by for _, by in facts if by is not None), default=None),
    )
    case.next_step, case.next_due_at = (first.todo, first.due_at) if first else (NextStep.WAIT, None)
    case.next_about, case.next_ref = (first.about, first.ref) if first else ("", "")
    case.minor_path = is_minor_path(case.age_band)
    case.urgency = urgency_of(
        minor_path=case.minor_path,
        threatened=WhatHappened.THREATENED in case.what_happened,
        threats=frozenset(threat for threat, _ in facts),
        returned=case.returned_at is not None,
    )
    case.queue_at = None
    if in_queue:
        case.queue_at = queue_at(Urgency(case.urgency), due_at=case.next_due_at, opened_at=case.opened_at)


def step_of(row: RoomStep) -> Step:
    """Return a room's step as the domain has it."""
    return Step(row.todo, row.due_at, row.about, row.ref)


def refuse_if_held(case: Case, actor: Actor, *, now: datetime) -> None:
    """Let nobody decide in a case that another person holds.

    Raises:
        HeldBySomeoneError: a live claim of another person.
    """
    held = case.claimed_until is not None and case.claimed_until > now
    if held and case.claimed_by != actor.staff_id:
        raise HeldBySomeoneError(f"case {case.id}")


def note_step(case: Case, what: StepKind, *, now: datetime, actor: Actor | None = None) -> None:
    """Write down that something happened to the case; her page lists it."""
    by, label = (actor.staff_id, actor.label) if actor else (None, "")
    CaseStep.objects.create(case=case, what=what, by=by, label=label, at=now)
