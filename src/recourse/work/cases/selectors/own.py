"""What the survivor reads with her own code: her case, her numbered places, what we saw since her own report.

Needs no identity: the web process does it. Refuses: to show anything from before her report, so that no
page, time or wording tells whether somebody else named the same place.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import BadCaseCodeError, DataKey, normalise_case_code
from recourse.work.cases.domain import CaseState, OwnCase, OwnItem, is_minor_path
from recourse.work.cases.models import Case, Item
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.checks.selectors import AvailabilityView

_CLOSED_TO_CODES = frozenset({CaseState.FROZEN, CaseState.ERASED})


def case_by_code(code: str) -> OwnCase | None:
    """Return the case that a code opens, or None.

    The same queries run whether or not the code exists, and a frozen case answers like a wrong code. There
    is nothing to slow down or to count: a code has 120 random bits.
    """
    try:
        spelt = normalise_case_code(code)
    except BadCaseCodeError:
        return None
    case = Case.objects.filter(code_lookup=vault.case_code_lookup(spelt)).first()
    try:
        key = vault.open_key_with_code(case.key_id if case is not None else ids.new_id(), spelt)
    except NotFoundError:
        return None
    return None if case is None else _own(case, key)


def own_case(case_id: UUID, key: DataKey, now: datetime) -> OwnCase | None:
    """Return her case for a session that holds its key; None when it is frozen, erased or due to be.

    A case past its retention date is shown to nobody, whether or not the job that erases it has run.
    """
    case = Case.objects.filter(id=case_id, key_id=key.id).first()
    if case is None or (case.retain_until is not None and case.retain_until <= now):
        return None
    return _own(case, key)


def _own(case: Case, key: DataKey) -> OwnCase | None:
    mandate = case.mandates.filter(withdrawn_at=None).first()
    if case.state in _CLOSED_TO_CODES:
        return None
    return OwnCase(
        case_id=case.id,
        opened_at=case.opened_at,
        language=case.language,
        closed=case.state == CaseState.CLOSED,
        waiting_for_you=case.state == CaseState.WAITING_FOR_SURVIVOR,
        minor_path=is_minor_path(case.age_band),
        mandate_since=mandate.given_at if mandate else None,
        key=key,
    )


def own_items(case_id: UUID) -> tuple[OwnItem, ...]:
    """Return her places in her numbering, each with what our checks saw since she named it.

    The availability is replayed from her own report on: what was seen before, for somebody else, is not in it.
    """
    items = Item.objects.filter(case_id=case_id).select_related("place", "assessment").order_by("number")
    linked = [(item, item.place) for item in items if item.place is not None]
    seen = checks.availability_since({place.id: item.created_at for item, place in linked})
    return tuple(_own_item(item, place.platform, seen.get(place.id)) for item, place in linked)


def _own_item(item: Item, platform: str, seen: AvailabilityView | None) -> OwnItem:
    looked = seen is not None and seen.probes > 0
    return OwnItem(
        item_id=item.id,
        number=item.number,
        platform=platform,
        reported_at=item.created_at,
        decided_at=item.assessment.at if item.assessment else None,
        in_scope=item.assessment.in_scope if item.assessment else None,
        mandate_active=item.mandate_active,
        availability=seen.state if seen is not None and looked else AvailabilityState.NOT_CHECKED,
        availability_since=seen.since if seen is not None and looked else None,
        checked_at=seen.checked_at if seen is not None else None,
        checks=seen.probes if seen is not None else 0,
    )
