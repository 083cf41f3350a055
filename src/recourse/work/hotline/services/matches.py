"""Matches of a case at the desk: a picture that one of us came across is compared, and a person decides on each lead.

Refuses: to take an address for one that names no place; to make an item before a person has confirmed it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OpenCase, StepKind, bounded_text
from recourse.work.hotline.domain import NotAPlaceError
from recourse.work.hotline.services.steps import plan
from recourse.world.locations.domain import resolve_line
from recourse.world.matching import selectors as matching_read
from recourse.world.matching import services as matching


def plan_matches(*, case_id: UUID, now: datetime) -> None:
    """Say what of a case's fingerprints waits for a person, if anything; nothing, if the case is gone."""
    try:
        plan(case_id, now=now)
    except NotFoundError:
        return


def compare_found(*, case: OpenCase, value: str, address: str, actor: Actor, now: datetime) -> int:
    """Compare the hash of a picture that was come across with the case's fingerprints; return how many it is near.

    Raises:
        NotAllowedError: the role may not.
        BadHashError: it is no hash.
        NotAPlaceError: the address names no place we understand.
    """
    accounts.require(actor, Action.CASE_NOTE)
    where = bounded_text(address, question="match", field="address")
    if resolve_line(where) is None:
        raise NotAPlaceError(f"case {case.id}")
    found = matching.look(case_id=case.id, key=case.key, value=value, address=where, now=now)
    plan(case.id, now=now)
    return found


def decide_match(*, case: OpenCase, match_id: UUID, confirmed: bool, actor: Actor, now: datetime) -> None:
    """A person says that a match is her picture, and where it was found becomes an item; or that it is something else.

    Raises:
        NotAllowedError: the role may not decide.
        HeldBySomeoneError: another person holds the case.
        NotFoundError: no such match in this case.
        MatchDecidedError: somebody decided before.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    cases.require_free(case_id=case.id, actor=actor, now=now)
    address = next(
        (one.address for one in matching_read.matches_of(case.id, case.key) if one.id == match_id), ""
    )
    place = resolve_line(address) if confirmed else None
    with transaction.atomic():
        matching.decide(case_id=case.id, match_id=match_id, confirmed=confirmed, label=actor.label, now=now)
        cases.note(case_id=case.id, what=StepKind.MATCH_DECIDED, now=now, actor=actor)
        if place is not None:
            cases.add_item(case_id=case.id, key=case.key, resolved=place, now=now)
        plan(case.id, now=now)
