"""What she ends herself: asked, taken back, made final. From the asking on nothing is sent for her.

Final comes by the clock, three days after the asking at the earliest, and is the hotline's to call: it knows
whether she was asked over her safe contact. Refuses: to make final what is frozen, held by an order, or taken back.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    ENDING_WAITS,
    CaseState,
    EndingAsked,
    EndingKind,
    LegalHoldError,
    NothingToEndError,
    NothingToTakeBackError,
    StepKind,
    is_over,
)
from recourse.work.cases.models import Case, Ending
from recourse.work.cases.services.erasing import erase_case
from recourse.work.cases.services.mandates import give_mandate, withdraw_mandate
from recourse.work.cases.services.upkeep import change_state, hers, locked, note_step, settle, standing

_ASKED = {
    EndingKind.PERMISSION: StepKind.PERMISSION_ENDED,
    EndingKind.CASE: StepKind.ERASURE_ASKED,
}
log = structlog.get_logger(__name__)


def ask_ending(*, case_id: UUID, kind: EndingKind | str, now: datetime) -> UUID:
    """Begin to end our permission or the whole case; return which ending waits.

    Asked twice counts once, and the larger takes the place of the smaller.

    Raises:
        NotFoundError: no such case, it is shut, erased or over.
        NothingToEndError: there is no permission to take back.
        LegalHoldError: an order forbids erasing.
    """
    wanted = EndingKind(kind)
    with transaction.atomic():
        case = hers(case_id, now=now)
        if wanted is EndingKind.CASE and case.legal_hold:
            raise LegalHoldError(f"case {case_id}")
        waits = _waiting(case)
        if waits is not None and waits.kind in {wanted, EndingKind.CASE}:
            return waits.id
        permitted = case.mandates.filter(withdrawn_at=None).exists()
        if wanted is EndingKind.PERMISSION and not permitted:
            raise NothingToEndError(f"case {case_id}")
        if waits is not None:
            permitted = waits.had_mandate
            _end(waits, now, taken_back=True)
        ending = Ending.objects.create(
            case=case, kind=wanted, asked_at=now, final_at=now + ENDING_WAITS, had_mandate=permitted
        )
        withdraw_mandate(case_id=case_id, now=now)
        note_step(case, _ASKED[wanted], now=now)
        jobs.emit(event=EndingAsked(case_id, ending.id, ending.final_at), now=now)
    log.info("ending_asked", case_id=str(case_id), kind=wanted)
    return ending.id


def take_back_ending(*, case_id: UUID, now: datetime, actor: Actor | None = None) -> None:
    """Undo what waits to become final; our permission is again what it was.

    She does it from her page, or somebody whom she told that it was not she (`actor`), also while it is frozen.

    Raises:
        NotAllowedError: the role may not open cases.
        NotFoundError: no such case, it is shut, erased or over.
        NothingToTakeBackError: nothing waits.
    """
    if actor is not None:
        accounts.require(actor, Action.CASE_OPEN)
    with transaction.atomic():
        case = (hers if actor is None else standing)(case_id, now=now)
        waits = _waiting(case)
        if waits is None:
            raise NothingToTakeBackError(f"case {case_id}")
        _end(waits, now, taken_back=True)
        note_step(case, StepKind.TAKEN_BACK, now=now, actor=actor)
        if waits.had_mandate:
            give_mandate(case_id=case_id, now=now)


def finish_ending(*, ending_id: UUID, now: datetime) -> bool:
    """Make an ending final; tell whether it is over, so that nobody need come back for it."""
    with transaction.atomic():
        found = Ending.objects.filter(id=ending_id).values_list("case_id", flat=True).first()
        if found is None:
            return True
        case = locked(found)
        ending = Ending.objects.get(id=ending_id)
        if ending.ended_at is not None:
            return True
        if ending.kind == EndingKind.PERMISSION and is_over(case.retain_until, now=now):
            return False  # closing would keep it longer; it is erased within the day
        held = ending.kind == EndingKind.CASE and case.legal_hold
        stopped = case.code_lookup is None  # frozen, and closed since perhaps: she could not take it back
        if held or stopped or ending.final_at > now:
            return False
        _end(ending, now, taken_back=False)
        if ending.kind == EndingKind.CASE:
            erase_case(case_id=case.id, now=now)
            return True
        change_state(case, CaseState.CLOSED, now=now)
        settle(case, now=now, active=False)
        note_step(case, StepKind.CLOSED_FOR_GOOD, now=now)
    return True


def _waiting(case: Case) -> Ending | None:
    return case.endings.filter(ended_at=None).first()


def _end(ending: Ending, now: datetime, *, taken_back: bool) -> None:
    ending.ended_at, ending.taken_back = now, taken_back
    ending.save(update_fields=["ended_at", "taken_back"])
