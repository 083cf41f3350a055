"""Handing a case on the minor path to the licensed body: done by a person, recorded here, visible to the survivor.

Nothing is sent by this program: how the body takes reports, and from whom, is its own law. Refuses: a hand-over
outside the minor path.
"""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    BodyNeededError,
    NotMinorPathError,
    StepKind,
    bounded_text,
    is_minor_path,
)
from recourse.work.cases.models import HandOver
from recourse.work.cases.selectors.desk import hand_over_name
from recourse.work.cases.services.upkeep import note_step, refuse_if_held, settle, standing

MAX_BODY = 200


def record_hand_over(*, case_id: UUID, body: str, their_reference: str, actor: Actor, now: datetime) -> None:
    """Record to whom a person handed the case, and what they call it.

    Raises:
        NotAllowedError: the role may not, or the case is not on the minor path.
        NotFoundError: no such case, it is erased or over.
        HeldBySomeoneError: another person holds it.
        BadInputError: nobody is named, or too many words.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    said = {
        "body": bounded_text(body, question="hand_over", field="body", limit=MAX_BODY),
        "their_reference": bounded_text(
            their_reference, question="hand_over", field="their_reference", limit=MAX_BODY
        ),
    }
    if not said["body"]:
        raise BodyNeededError
    with transaction.atomic():
        case = standing(case_id, now=now)
        refuse_if_held(case, actor, now=now)
        if not is_minor_path(case.age_band):
            raise NotMinorPathError(f"case {case_id}")
        row = HandOver(case=case, at=now, by=actor.staff_id, label=actor.label)
        block = json.dumps(said).encode()
        row.sealed = vault.seal(vault.open_key(case.key_id), hand_over_name(row.id), block)
        row.save(force_insert=True)
        note_step(case, StepKind.HANDED_OVER, now=now, actor=actor)
        settle(case, now=now)
