"""Finding cases by what somebody holds in her hand: a number, her code read out on the telephone, a link, a name.

Everything is found by keyed look-ups, and nothing is opened. Refuses: to find by her code, a link or a name without
a trace; her page says who did and when, and nothing anywhere what was sought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import BadCaseCodeError, normalise_case_code
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import CaseState, Purpose, QueueRow, StepKind, bounded_text, is_over
from recourse.work.cases.models import Access, Case, Item
from recourse.work.cases.selectors.desk import id_of
from recourse.work.cases.selectors.queue import rows_of
from recourse.work.cases.services.upkeep import note_step
from recourse.world.locations import selectors as locations

LONGEST_SEARCH = 2000
MOST_FOUND = 50
log = structlog.get_logger(__name__)


class FoundBy(StrEnum):
    """What a search was understood as."""

    NOTHING = "nothing"
    NUMBER = "number"
    CODE = "code"
    PLACE = "place"  # a link, or the name of an account or channel


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that a search names, from clear columns only."""

    by: FoundBy
    cases: tuple[QueueRow, ...]


def look_up(*, actor: Actor, text: str, now: datetime) -> Found:
    """Find cases by their number, by her code, or by a link or a name; the first of these that fits.

    A number tells no more than the queue does. What her code or a place finds tells who she is or what stands
    there, so it is recorded in each case; what they do not find is logged.

    Raises:
        NotAllowedError: the role may not open cases.
        TooLongError: more than anybody pastes.
    """
    accounts.require(actor, Action.CASE_OPEN)
    sought = bounded_text(text, question="search", field="sought", limit=LONGEST_SEARCH)
    if not sought:
        return Found(FoundBy.NOTHING, ())
    try:
        return _found(FoundBy.NUMBER, [id_of(sought)], actor, now)
    except NotFoundError:
        pass
    try:
        spelt = normalise_case_code(sought)
    except BadCaseCodeError:
        return _by_place(sought, actor, now)
    return _recorded(FoundBy.CODE, _by_code(spelt, actor, now), actor, now)


def _by_code(code: str, actor: Actor, now: datetime) -> list[UUID]:
    with transaction.atomic():
        found = Case.objects.select_for_update().filter(code_lookup=vault.case_code_lookup(code)).first()
        if found is None or is_over(found.retain_until, now=now):
            return []
        note_step(found, StepKind.FOUND_BY_CODE, now=now, actor=actor)
    return [found.id]


def _by_place(text: str, actor: Actor, now: datetime) -> Found:
    places = locations.find_places(text)
    holding = Item.objects.filter(place_id__in=places).exclude(case__state=CaseState.ERASED)
    holding = holding.exclude(case__retain_until__lte=now)  # nobody reads it any more
    with transaction.atomic():
        newest = holding.order_by("-created_at").values_list("case_id", flat=True)
        case_ids = list(dict.fromkeys(newest[:MOST_FOUND]))
        Access.objects.bulk_create(
            Access(
                id=ids.new_id(),
                case_id=case_id,
                staff_id=actor.staff_id,
                label=actor.label,
                purpose=Purpose.FIND,
                at=now,
            )
            for case_id in case_ids
        )
    return _recorded(FoundBy.PLACE if case_ids else FoundBy.NOTHING, case_ids, actor, now)


def _recorded(by: FoundBy, case_ids: Sequence[UUID], actor: Actor, now: datetime) -> Found:
    log.info("case_sought", staff=str(actor.staff_id), by=by, found=len(case_ids))
    return _found(by, case_ids, actor, now)


def _found(by: FoundBy, case_ids: Sequence[UUID], actor: Actor, now: datetime) -> Found:
    return Found(by, rows_of(actor=actor, case_ids=case_ids, now=now))
