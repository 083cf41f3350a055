"""A person's decision on places of a case, with basis, grounds and reasons.

Refuses: a decision by a role that may not decide, in a case another person holds, or by looking: never
on the minor path, and nowhere until looking is metered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import BadInputError, IllegalMoveError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    WORKABLE,
    AssessmentRecorded,
    Basis,
    CaseState,
    Grounds,
    NoLookingError,
    NoRevealError,
    bounded_text,
    is_minor_path,
)
from recourse.work.cases.models import Assessment, AssessmentLine, Case, Item
from recourse.work.cases.services.upkeep import change_state, refuse_if_held, settle, standing


class NoGroundsError(BadInputError):
    """In scope, but nobody said why."""

    code = "no_grounds"
    sentence = gettext_noop("Say on which grounds this is in scope.")


def assess(
    *,
    case_id: UUID,
    item_ids: Iterable[UUID],
    in_scope: bool,
    basis: Basis | str,
    grounds: Iterable[Grounds | str] | Grounds | str,
    reasons: str,
    actor: Actor,
    now: datetime,
) -> Assessment:
    """Record a decision on the named items; no items means the report itself was read and decided on.

    Raises:
        NotAllowedError: the role may not, or the basis is looking, for which there is no reveal yet.
        NotFoundError: no such case, it is erased or over, or an item of another case.
        ConflictError: another person holds the case, or its state takes no decisions.
        BadInputError: in scope without grounds, or the reasons are too long.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    on_grounds = sorted({Grounds(grounds)} if isinstance(grounds, str) else {Grounds(one) for one in grounds})
    if in_scope and not on_grounds:
        raise NoGroundsError
    why = bounded_text(reasons, question="assess", field="reasons")
    with transaction.atomic():
        case = _decidable(case_id, Basis(basis), actor, now)
        items = _items(case, set(item_ids))
        assessment = Assessment(case=case, in_scope=in_scope, basis=Basis(basis), grounds=on_grounds, at=now)
        assessment.by, assessment.label = actor.staff_id, actor.label
        name = f"cases.assessment.reasons:{assessment.id}"
        assessment.reasons = vault.seal(vault.open_key(case.key_id), name, why)
        assessment.save(force_insert=True)
        AssessmentLine.objects.bulk_create(AssessmentLine(assessment=assessment, item=item) for item in items)
        Item.objects.filter(id__in=[item.id for item in items]).update(assessment=assessment)
        case.returned_at = None
        change_state(case, CaseState.OPEN, now=now)
        settle(case, now=now)
        jobs.emit(event=AssessmentRecorded(assessment_id=assessment.id, case_id=case.id), now=now)
    return assessment


def _items(case: Case, wanted: set[UUID]) -> list[Item]:
    items = list(Item.objects.filter(case=case, id__in=wanted))
    if len(items) != len(wanted):
        raise NotFoundError(f"items of case {case.id}")
    return items


def _decidable(case_id: UUID, basis: Basis, actor: Actor, now: datetime) -> Case:
    case = standing(case_id, now=now)
    if case.state not in WORKABLE:
        raise IllegalMoveError(f"case {case_id} is {case.state}")
    if basis is Basis.LOOKED_AT and is_minor_path(case.age_band):
        raise NoLookingError(f"case {case_id}")
    if basis is Basis.LOOKED_AT:
        raise NoRevealError(f"case {case_id}")
    refuse_if_held(case, actor, now=now)
    return case
