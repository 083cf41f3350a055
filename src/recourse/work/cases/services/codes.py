"""Somebody else has the code: it dies at once. She lost it, or a supervisor helped her: a new one takes its place.

Refuses: to bring an old code back. What is frozen opens again by a new code alone, so that no member of staff can
open it to whoever has the old one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.vault import pickup
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import ENDING_WAITS, CaseFrozen, CaseState, StepKind
from recourse.work.cases.models import Case
from recourse.work.cases.services.upkeep import change_state, note_step, settle, standing

log = structlog.get_logger(__name__)


def freeze_case(*, case_id: UUID, now: datetime, actor: Actor | None = None) -> None:
    """Let the code open nothing from now on, end every open page, and send nothing meanwhile.

    She does it from her page, or somebody who answers her call does it for her (`actor`). Twice counts once.

    Raises:
        NotAllowedError: the role may not open cases.
        NotFoundError: no such case, it is erased or over.
    """
    if actor is not None:
        accounts.require(actor, Action.CASE_OPEN)
    with transaction.atomic():
        case = standing(case_id, now=now)
        if case.state == CaseState.FROZEN:
            return
        freeze(case, now=now, actor=actor)
    log.info("case_frozen", case_id=str(case_id))


def freeze(case: Case, *, now: datetime, actor: Actor | None) -> None:
    """Freeze a locked case; a pick-up code on its way opens nothing either: it may be in the same hands."""
    change_state(case, CaseState.FROZEN, now=now)
    case.code_lookup = None
    case.code_turn += 1
    vault.forget_code(key_id=case.key_id)
    pickup.forget_pickup(key_id=case.key_id)
    settle(case, now=now)
    note_step(case, StepKind.FROZEN, now=now, actor=actor)
    jobs.emit(event=CaseFrozen(case_id=case.id), now=now)


def renew_code(*, case_id: UUID, key: DataKey, code: str, now: datetime) -> None:
    """Let a new code open the case, and the old one no longer. A frozen case opens again.

    Needs the case's key and not the identity: she fetches the code herself, and no member of staff sees it. What
    waits to become final waits three days from now: whoever had the old code may have asked for it.

    Raises:
        NotFoundError: no such case, it is erased or over, or the key is another case's.
    """
    with transaction.atomic():
        case = standing(case_id, now=now)
        if case.key_id != key.id:
            raise NotFoundError(f"case {case_id}")
        vault.rewrap_for_code(key=key, code=code, now=now)
        case.code_lookup = vault.case_code_lookup(code)
        case.code_turn += 1
        case.endings.filter(ended_at=None, final_at__lt=now + ENDING_WAITS).update(
            final_at=now + ENDING_WAITS
        )
        if case.state == CaseState.FROZEN:
            change_state(case, CaseState.OPEN, now=now)
        settle(case, now=now)
        note_step(case, StepKind.NEW_CODE, now=now)
    log.info("code_renewed", case_id=str(case_id))
