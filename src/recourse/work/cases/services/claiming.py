"""Taking a case for a while and letting it go. The claim carries the purpose of every reading in its time.

Refuses: to let two people hold one case; a claim nobody renews ends by itself.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.marking import gettext_noop
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import CLAIM_LASTS, Holder, Purpose, PurposeNeededError, stated_purpose
from recourse.work.cases.models import Case
from recourse.work.cases.services.upkeep import refuse_if_held, standing


def claim(*, case_id: UUID, actor: Actor, now: datetime, purpose: Purpose | str) -> Holder:
    """Take or renew the case for `CLAIM_LASTS`.

    Raises:
        NotAllowedError: the role may not open cases, or not for this; or it needs words of its own each time.
        NotFoundError: no such case, it is erased or over.
        HeldBySomeoneError: another person holds it.
    """
    accounts.require(actor, Action.CASE_OPEN)
    why = stated_purpose(purpose, actor.role)
    if why is Purpose.OTHER:
        raise PurposeNeededError(sentence=gettext_noop("Choose the work you take this case for."))
    with transaction.atomic():
        case = standing(case_id, now=now)
        refuse_if_held(case, actor, now=now)
        until = now + CLAIM_LASTS
        case.claimed_by, case.claimed_label = actor.staff_id, actor.label
        case.claimed_purpose, case.claimed_until = why, until
        case.save(update_fields=["claimed_by", "claimed_label", "claimed_purpose", "claimed_until"])
    return Holder(staff_id=actor.staff_id, label=actor.label, purpose=why, until=until)


def release(*, case_id: UUID, actor: Actor) -> bool:
    """Let the case go; tell whether the actor held it."""
    with transaction.atomic():
        changed = Case.objects.filter(id=case_id, claimed_by=actor.staff_id).update(
            claimed_by=None, claimed_label="", claimed_purpose="", claimed_until=None
        )
    return changed > 0


def require_free(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Let nobody change what belongs to a case that another person holds.

    Raises:
        NotFoundError: no such case, it is erased or over.
        HeldBySomeoneError: another person holds it.
    """
    with transaction.atomic():
        refuse_if_held(standing(case_id, now=now), actor, now=now)
