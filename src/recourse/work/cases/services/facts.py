"""Recording what officers need to know of a picture without looking at it. The words are sealed; the choices rank.

Refuses: a deadline without a threat, and facts about an item of another case.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import BadInputError, IllegalMoveError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import WORKABLE, Facts, Threat, bounded_text
from recourse.work.cases.models import Item, ItemFacts
from recourse.work.cases.selectors.desk import facts_name
from recourse.work.cases.services.upkeep import refuse_if_held, settle, standing

MAX_POSITION = 60
MAX_FACT_WORDS = 2000


class DeadlineWithoutThreatError(BadInputError):
    """A deadline was entered and no threat chosen."""

    code = "deadline_without_threat"
    sentence = gettext_noop("You entered a deadline. Choose what is threatened too.")


def record_facts(*, case_id: UUID, facts: Facts, actor: Actor, now: datetime) -> None:
    """Record the facts of an item, or of the report itself, in place of what was recorded before.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such case, it is erased or over, or an item of another case.
        ConflictError: another person holds the case, or its state takes no work.
        BadInputError: a deadline without a threat, or too many words.
    """
    accounts.require(actor, Action.CASE_NOTE)
    said = replace(
        facts,
        position=bounded_text(facts.position, question="facts", field="position", limit=MAX_POSITION),
        words=bounded_text(facts.words, question="facts", field="words", limit=MAX_FACT_WORDS),
    )
    if said.threat_by is not None and said.threat in {Threat.NOT_SAID, Threat.NONE}:
        raise DeadlineWithoutThreatError
    with transaction.atomic():
        case = standing(case_id, now=now)
        if case.state not in WORKABLE:
            raise IllegalMoveError(f"case {case_id} is {case.state}")
        refuse_if_held(case, actor, now=now)
        if said.item_id is not None and not Item.objects.filter(case=case, id=said.item_id).exists():
            raise NotFoundError(f"item of case {case_id}")
        known = ItemFacts.objects.filter(case=case)
        known = known.filter(item_id=said.item_id) if said.item_id else known.filter(item=None)
        row = known.first() or ItemFacts(case=case)
        row.item_id, row.by, row.label, row.at = said.item_id, actor.staff_id, actor.label, now
        row.depicted, row.nature, row.names_visible = said.depicted, said.nature, said.names_visible
        row.relation, row.threat, row.threat_by = said.relation, said.threat, said.threat_by
        block = json.dumps({"position": said.position, "words": said.words}).encode()
        row.sealed = vault.seal(vault.open_key(case.key_id), facts_name(row.id), block)
        row.save()
        settle(case, now=now)
