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
from recourse.work.cases.domain import (
    WARN_BEFORE_ERASURE,
    CaseState,
    EndingKind,
    EndingView,
    ForWhom,
    LinkSeen,
    LinkView,
    NoAddressShownError,
    OwnCase,
    OwnItem,
    StepKind,
    StepView,
    is_minor_path,
    is_over,
)
from recourse.work.cases.models import Case, CaseStep, Ending, Item
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.checks.selectors import AvailabilityView

_CLOSED_TO_CODES = frozenset({CaseState.FROZEN, CaseState.ERASED})


def case_by_code(code: str, now: datetime) -> OwnCase | None:
    """Return the case that a code opens, or None.

    The same queries run whether or not the code exists, and a case that is frozen or over answers like a wrong
    code. There is nothing to slow down or to count: a code has 120 random bits.
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
    return None if case is None else _own(case, key, now)


def own_case(case_id: UUID, key: DataKey, now: datetime, *, turn: int) -> OwnCase | None:
    """Return her case for a session that holds its key; None when it is frozen, erased or due to be.

    `turn` is the code's when the session began: a new code ends every session of the old one.

    A case past its retention date is shown to nobody, whether or not the job that erases it has run.
    """
    case = Case.objects.filter(id=case_id, key_id=key.id, code_turn=turn).first()
    return None if case is None else _own(case, key, now)


def _own(case: Case, key: DataKey, now: datetime) -> OwnCase | None:
    mandate = case.mandates.filter(withdrawn_at=None).first()
    if case.state in _CLOSED_TO_CODES or is_over(case.retain_until, now=now):
        return None
    return OwnCase(
        case_id=case.id,
        opened_at=case.opened_at,
        language=case.language,
        closed=case.state == CaseState.CLOSED,
        waiting_for_you=case.state == CaseState.WAITING_FOR_SURVIVOR,
        minor_path=is_minor_path(case.age_band),
        mandate_since=mandate.given_at if mandate else None,
        for_whom=ForWhom(case.for_whom),
        turn=case.code_turn,
        key=key,
    )


def own_ending(case_id: UUID) -> EndingView | None:
    """Return what waits to become final in her case, if anything does."""
    found = Ending.objects.filter(case_id=case_id, ended_at=None).first()
    if found is None:
        return None
    return EndingView(found.id, EndingKind(found.kind), found.asked_at, found.final_at)


def ending_by_id(ending_id: UUID) -> tuple[UUID, datetime | None] | None:
    """Return the case of an ending, and when that may be final, or None when it is over; None for no ending."""
    found = Ending.objects.filter(id=ending_id).first()
    if found is None:
        return None
    return found.case_id, found.final_at if found.ended_at is None else None


def erased_by(case_id: UUID, *, now: datetime) -> datetime | None:
    """Return by when her case is erased, when that is near; None when it is not, or when an order keeps it."""
    at = Case.objects.filter(id=case_id).values_list("retain_until", flat=True).first()
    return at if at is not None and at <= now + WARN_BEFORE_ERASURE else None


def time_is_over(case_id: UUID, *, now: datetime) -> bool:
    """Tell whether the date on which the case is erased has come; nothing of it is handed out any more."""
    return is_over(Case.objects.filter(id=case_id).values_list("retain_until", flat=True).first(), now=now)


def is_held(case_id: UUID) -> bool:
    """Tell whether an order of a court or an authority keeps the case from being erased."""
    return Case.objects.filter(id=case_id, legal_hold=True).exists()


def is_stopped(case_id: UUID) -> bool:
    """Tell whether no code opens the case because it was frozen, also when somebody has closed it since."""
    return Case.objects.filter(id=case_id, code_lookup=None).exclude(state=CaseState.ERASED).exists()


def frozen_since(case_id: UUID) -> datetime | None:
    """Return when the case was frozen; None when it is not."""
    frozen = Case.objects.filter(id=case_id, state=CaseState.FROZEN)
    return frozen.values_list("state_since", flat=True).first()


def steps_of(case_id: UUID) -> tuple[StepView, ...]:
    """Return what happened to the case beside reading and deciding, latest first."""
    rows = CaseStep.objects.filter(case_id=case_id).order_by("-at", "what", "id")
    return tuple(StepView(row.at, StepKind(row.what), row.label) for row in rows)


def links_of(case_id: UUID) -> tuple[LinkView, ...]:
    """Return her places about whose link she is or was asked, in her numbering."""
    rows = Item.objects.filter(case_id=case_id, place__isnull=False).exclude(link=LinkSeen.NOT_ASKED)
    return tuple(
        LinkView(row.number, row.place.platform if row.place else "", LinkSeen(row.link), row.link_at)
        for row in rows.select_related("place").order_by("number")
    )


def own_names(case: OwnCase) -> dict[int, str]:
    """Return what she calls her places, by number; those without a name are left out."""
    named = Item.objects.filter(case_id=case.case_id, place__isnull=False).exclude(name=b"")
    return {
        item.number: vault.unseal_text(case.key, f"cases.item.name:{item.id}", item.name) for item in named
    }


def own_address(case: OwnCase, number: int) -> str:
    """Return one of her places as she wrote it, on her demand.

    Raises:
        NotFoundError: she has no such place.
        NoAddressShownError: on the minor path it is not shown again.
    """
    item = Item.objects.filter(case_id=case.case_id, number=number, place__isnull=False).first()
    if item is None:
        raise NotFoundError(f"place of case {case.case_id}")
    if case.minor_path:
        raise NoAddressShownError(f"case {case.case_id}")
    return vault.unseal_text(case.key, f"cases.item.url:{item.id}", item.url)


def own_items(case_id: UUID) -> tuple[OwnItem, ...]:
    """Return her places in her numbering, each with what our checks saw since she named it.

    The availability is what her own looks show: what was seen for somebody else is not in it.
    """
    items = Item.objects.filter(case_id=case_id).select_related("place", "assessment").order_by("number")
    linked = [(item, item.place) for item in items if item.place is not None]
    seen = checks.seen_by([item.id for item, _place in linked])
    return tuple(_own_item(item, place.platform, seen.get(item.id)) for item, place in linked)


def returned_at(place_id: UUID) -> tuple[tuple[UUID, UUID, datetime], ...]:
    """Return (case, item, since) for every item at a place that is back there by the item's own looks.

    By her own, so that neither a message nor a case that opens again tells her of a look that was somebody else's.
    """
    items = dict(Item.objects.filter(place_id=place_id).values_list("id", "case_id"))
    seen = checks.seen_by(items)
    return tuple(
        (case_id, item_id, seen[item_id].since)
        for item_id, case_id in items.items()
        if item_id in seen and seen[item_id].state is AvailabilityState.REAPPEARED
    )


def _own_item(item: Item, platform: str, seen: AvailabilityView | None) -> OwnItem:
    looked = seen is not None and seen.probes > 0
    return OwnItem(
        item_id=item.id,
        number=item.number,
        platform=platform,
        link=LinkSeen(item.link),
        reported_at=item.created_at,
        decided_at=item.assessment.at if item.assessment else None,
        in_scope=item.assessment.in_scope if item.assessment else None,
        mandate_active=item.mandate_active,
        availability=seen.state if seen is not None and looked else AvailabilityState.NOT_CHECKED,
        availability_since=seen.since if seen is not None and looked else None,
        checked_at=seen.checked_at if seen is not None else None,
        checks=seen.probes if seen is not None else 0,
    )
