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
from recourse.world.locations.domain import Resolved, resolve_text

_MAX_AT_ONCE = 50


def place_mention(*, mention_id: UUID, text: str, actor: Actor, now: datetime) -> int:
    """Turn a mention into items by the places that a person typed for it; return how many.

    Each place is a transaction of its own; a repeat after a failure finds the items and doubles none.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such mention, or its case is erased.
        NotAPlaceError: the text names no place we understand.
        IllegalMoveError: it was placed before.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    typed = bounded_text(text, question="mention", field="text")
    places = [one for one in resolve_text(typed, limit=_MAX_AT_ONCE) if isinstance(one, Resolved)]
    if not places:
        raise NotAPlaceError(f"mention {mention_id}")
    case_id = _case_of(mention_id, MentionState.PLACED)
    key = cases_read.key_for_machine(case_id)
    for place in places:
        cases.add_item(case_id=case_id, key=key, resolved=place, now=now)
    _move(mention_id, MentionState.PLACED)
    return len(places)


def set_aside_mention(*, mention_id: UUID, actor: Actor) -> None:
    """Record that a person read it and it names no place.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such mention.
        IllegalMoveError: it was settled before.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    _move(mention_id, MentionState.SET_ASIDE)


def _case_of(mention_id: UUID, after: MentionState) -> UUID:
    """Return the case of a mention that may still become `after`."""
    found = Mention.objects.filter(id=mention_id).values_list("report__case_id", "state").first()
    if found is None:
        raise NotFoundError(f"mention {mention_id}")
    case_id, state = found
    _check(mention_id, state, after)
    return case_id


def _move(mention_id: UUID, after: MentionState) -> None:
    with transaction.atomic():
        mention = Mention.objects.select_for_update().filter(id=mention_id).first()
        if mention is None:
            raise NotFoundError(f"mention {mention_id}")
        _check(mention_id, mention.state, after)
        mention.state = after
        mention.save(update_fields=["state"])


def _check(mention_id: UUID, state: str, after: MentionState) -> None:
    if after not in MENTION_MOVES[MentionState(state)]:
        raise IllegalMoveError(f"mention {mention_id}: {state} to {after}")
