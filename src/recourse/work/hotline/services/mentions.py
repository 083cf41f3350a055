"""What a person does with words no rule could read: name the place, or set them aside.

Refuses: to lose them; they stay with the report, whatever was made of them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import IllegalMoveError, NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import bounded_text
from recourse.work.hotline.domain import MENTION_MOVES, MentionState, NotAPlaceError
from recourse.work.hotline.models import Mention
from recourse.work.hotline.services.steps import plan
from recourse.world.locations.domain import Resolved, resolve_text

_MAX_AT_ONCE = 50


def place_mention(*, mention_id: UUID, case_id: UUID, text: str, actor: Actor, now: datetime) -> int:
    """Turn a mention into items by the places that a person typed for it; return how many.

    Each place is a transaction of its own; a repeat after a failure finds the items and doubles none.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such mention in this case, or the case is erased.
        NotAPlaceError: the text names no place we understand.
        IllegalMoveError: it was placed before.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    typed = bounded_text(text, question="mention", field="text")
    places = [one for one in resolve_text(typed, limit=_MAX_AT_ONCE) if isinstance(one, Resolved)]
    if not places:
        raise NotAPlaceError(f"mention {mention_id}")
    _decidable(mention_id, case_id, MentionState.PLACED, actor=actor, now=now)
    key = cases_read.key_for_machine(case_id)
    for place in places:
        cases.add_item(case_id=case_id, key=key, resolved=place, now=now)
    _move(mention_id, MentionState.PLACED, now)
    return len(places)


def set_aside_mention(*, mention_id: UUID, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Record that a person read it and it names no place.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such mention in this case.
        IllegalMoveError: it was settled before.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    _decidable(mention_id, case_id, MentionState.SET_ASIDE, actor=actor, now=now)
    _move(mention_id, MentionState.SET_ASIDE, now)


def _decidable(mention_id: UUID, case_id: UUID, after: MentionState, *, actor: Actor, now: datetime) -> None:
    """Refuse a mention of another case, one that may not become `after`, and a case that somebody else holds."""
    found = Mention.objects.filter(id=mention_id, report__case_id=case_id)
    state = found.values_list("state", flat=True).first()
    if state is None:
        raise NotFoundError(f"mention {mention_id}")
    cases.require_free(case_id=case_id, actor=actor, now=now)
    _check(mention_id, state, after)


def _move(mention_id: UUID, after: MentionState, now: datetime) -> None:
    with transaction.atomic():
        mention = Mention.objects.select_for_update().filter(id=mention_id).first()
        if mention is None:
            raise NotFoundError(f"mention {mention_id}")
        _check(mention_id, mention.state, after)
        mention.state = after
        mention.save(update_fields=["state"])
        plan(mention.report.case_id, now=now)


def _check(mention_id: UUID, state: str, after: MentionState) -> None:
    if after not in MENTION_MOVES[MentionState(state)]:
        raise IllegalMoveError(f"mention {mention_id}: {state} to {after}")
