"""Opening a case and putting places into it.

Opening needs the vault's recipient only: the web process does it. Putting a place in needs the case's key,
which whoever calls already holds. Refuses: to resolve or fetch anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from recourse.base.core import ids
from recourse.base.core.errors import ConflictError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from recourse.work.cases.domain import (
    AgeBand,
    CaseState,
    ForWhom,
    LinkSeen,
    WhatHappened,
    is_minor_path,
    next_step,
    queue_at,
    retain_until,
    urgency_of,
)
from recourse.work.cases.models import Case, Item, Mandate
from recourse.work.cases.services.upkeep import change_state, settle, standing
from recourse.world.checks import services as checks
from recourse.world.locations import services as locations
from recourse.world.locations.domain import Resolved
from recourse.world.locations.models import Place

_NUMBER_LENGTH = 6


def open_case(
    *,
    code: str,
    language: str,
    for_whom: ForWhom | str,
    what_happened: Iterable[WhatHappened | str],
    age_band: AgeBand | str,
    mandate: bool,
    now: datetime,
) -> tuple[Case, DataKey]:
    """Open a case under a new key that the code opens too; return both.

    Kept small: it runs while she waits. Whoever goes through the report afterwards also sees to it that the
    retention of all cases is looked at (`plan_retention`).

    Args:
        code: the case code as `new_case_code` wrote it; only its keyed look-up and a wrapping stay.
        language: language tag she reads.
        for_whom: who asks, for whom.
        what_happened: any of the fixed choices, also none.
        age_band: age of the person in the picture; unknown when left out.
        mandate: whether sending gave us permission to act.
        now: the business time.
    """
    happened = sorted({WhatHappened(choice) for choice in what_happened})
    said = {
        "language": language,
        "for_whom": ForWhom(for_whom),
        "what_happened": happened,
        "age_band": AgeBand(age_band),
    }
    # No savepoint inside a caller's transaction: nothing here fails and is caught.
    with transaction.atomic(savepoint=False):
        key = vault.create_key(scope=KeyScope.CASE, now=now, code=code)
        case = Case.objects.create(
            number=_free_number(),
            code_lookup=vault.case_code_lookup(code),
            key_id=key.id,
            **said,
            **_fresh(now, minor_path=is_minor_path(age_band), threatened=WhatHappened.THREATENED in happened),
        )
        if mandate:
            Mandate.objects.create(case=case, given_at=now)
    return case, key


def _fresh(now: datetime, *, minor_path: bool, threatened: bool) -> dict[str, Any]:
    """Return the state, step, rank and dates of a case that comes in now."""
    state = CaseState.OPEN
    step, due = next_step(state, undecided_since=None, ever_assessed=False, opened_at=now)
    urgency = urgency_of(minor_path=minor_path, threatened=threatened, threats=frozenset(), returned=False)
    until = retain_until(state=state, state_since=now, last_activity_at=now, legal_hold=False)
    return {
        "state": state,
        "state_since": now,
        "opened_at": now,
        "last_activity_at": now,
        "next_step": step,
        "next_due_at": due,
        "minor_path": minor_path,
        "urgency": urgency,
        "queue_at": queue_at(urgency, due_at=due, opened_at=now),
        "retain_until": until,
    }


def _free_number() -> str:
    """Return an unused short reference, at random so that it tells neither order nor count."""
    while True:
        number = f"C-{ids.to_base32(secrets.token_bytes(5))[:_NUMBER_LENGTH]}"
        if not Case.objects.filter(number=number).exists():
            return number


def add_item(*, case_id: UUID, key: DataKey, resolved: Resolved, now: datetime) -> Item:
    """Put a place into a case, once; a second telling of the same place returns the first item.

    A new place opens a closed case again: somebody has to decide on it. The address as it was written is
    sealed under the case's key, and the first check is asked for, unless the link may be hers alone.

    Raises:
        NotFoundError: no such case, it is erased or over.
    """
    with transaction.atomic():
        case = standing(case_id, now=now)
        linked = _linked(case, key, resolved, now)
        if (
            linked is None
        ):  # the last other holder let go of the place while we took it; it is a new place now
            linked = _linked(case, key, resolved, now)
        if linked is None:
            raise ConflictError("the place was erased twice while it was taken")
        item, new = linked
        if case.state == CaseState.CLOSED and item.assessment_id is None:
            change_state(case, CaseState.OPEN, now=now)
        if new and not resolved.private and item.place_id is not None:
            checks.begin(place_id=item.place_id, watcher=item.id, now=now)
        settle(case, now=now)
    return item


def _linked(case: Case, key: DataKey, resolved: Resolved, now: datetime) -> tuple[Item, bool] | None:
    """Return the item for the place and whether it is new; None when the place was erased under our hands.

    The place is locked before it is linked, as erasing locks it before it counts who holds it: PostgreSQL
    checks a foreign key at the end of the transaction only, so the link alone would hold nothing.
    """
    place_id = locations.place_for(resolved=resolved, now=now)
    if not list(Place.objects.select_for_update().filter(id=place_id, erased_at=None).values_list("id")):
        return None
    item = Item.objects.filter(case=case, place_id=place_id).first()
    if item is not None:
        return item, False
    last = case.items.aggregate(last=Max("number"))["last"] or 0
    item_id = ids.new_id()
    made = Item.objects.create(
        id=item_id,
        case=case,
        place_id=place_id,
        number=last + 1,
        url=vault.seal(key, f"cases.item.url:{item_id}", resolved.verbatim),
        created_at=now,
        mandate_active=case.mandates.filter(withdrawn_at=None).exists(),
        link=LinkSeen.ASKED if resolved.private else LinkSeen.NOT_ASKED,
    )
    return made, True
