"""What machines read of a case: ids, states, times. And the one way a job gets at a case's key.

Refuses: to hand out anything a person said. No reading by a person goes through here.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.work.cases.domain import (
    ACTING,
    WORKABLE,
    AssessedItem,
    AssessmentFacts,
    Basis,
    CaseFacts,
    CaseState,
    ForWhom,
    Grounds,
    LiveItem,
    is_minor_path,
)
from recourse.work.cases.models import Assessment, Case, Item, Mandate


def case_facts(case_id: UUID) -> CaseFacts:
    """Return the clear facts of a case that drafting and sending decide by.

    Raises:
        NotFoundError: no such case.
    """
    case = Case.objects.filter(id=case_id).first()
    if case is None:
        raise NotFoundError(f"case {case_id}")
    return CaseFacts(
        case_id=case.id,
        number=case.number,
        state=CaseState(case.state),
        language=case.language,
        minor_path=is_minor_path(case.age_band),
        for_whom=ForWhom(case.for_whom),
        opened_at=case.opened_at,
        mandate_since=Mandate.objects.filter(case=case, withdrawn_at=None)
        .values_list("given_at", flat=True)
        .first(),
    )


def assessment_facts(assessment_id: UUID) -> AssessmentFacts:
    """Return a decision as the rooms that draft from it may know it.

    Raises:
        NotFoundError: no such assessment.
    """
    one = Assessment.objects.filter(id=assessment_id).first()
    if one is None:
        raise NotFoundError(f"assessment {assessment_id}")
    items = Item.objects.filter(id__in=one.lines.values("item_id")).order_by("number")
    return AssessmentFacts(
        id=one.id,
        at=one.at,
        by=one.by,
        label=one.label,
        in_scope=one.in_scope,
        basis=Basis(one.basis),
        grounds=tuple(map(Grounds, one.grounds)),
        case=case_facts(one.case_id),
        items=tuple(
            AssessedItem(
                item_id=item.id,
                place_id=item.place_id,
                number=item.number,
                mandate_active=item.mandate_active,
                current=item.assessment_id == one.id,
            )
            for item in items
        ),
    )


def live_mandates(item_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the items that her permission covers now, in cases in which we may act."""
    live = Item.objects.filter(
        id__in=list(item_ids), mandate_active=True, place__isnull=False, case__state__in=WORKABLE
    )
    return frozenset(live.values_list("id", flat=True))


def acting_items(item_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the items for which something may be sent now: permitted, in a case that does not wait."""
    live = Item.objects.filter(
        id__in=list(item_ids), mandate_active=True, place__isnull=False, case__state__in=ACTING
    )
    return frozenset(live.values_list("id", flat=True))


def acting_places(case_id: UUID) -> tuple[LiveItem, ...]:
    """Return the items of a case for which something may be sent now, in her numbering."""
    return _live(Item.objects.filter(case_id=case_id, mandate_active=True, case__state__in=ACTING), "number")


def live_items_at(place_id: UUID) -> tuple[LiveItem, ...]:
    """Return the items at a place that back a request there: in scope, permitted, in a case we work on."""
    items = Item.objects.filter(place_id=place_id, mandate_active=True, case__state__in=WORKABLE)
    return _live(items, "created_at", "id")


def decided_items(item_ids: Iterable[UUID]) -> tuple[LiveItem, ...]:
    """Return those of the items that a standing decision found in scope, permitted or not, oldest first."""
    return _live(Item.objects.filter(id__in=list(item_ids)), "created_at", "id")


def _live(items: QuerySet[Item], *order: str) -> tuple[LiveItem, ...]:
    decided = items.filter(assessment__in_scope=True, place__isnull=False).order_by(*order)
    return tuple(
        LiveItem(
            item_id=item.id, case_id=item.case_id, place_id=item.place_id, assessment_id=item.assessment_id
        )
        for item in decided
        if item.place_id and item.assessment_id
    )


def item_at(case_id: UUID, place_id: UUID) -> UUID | None:
    """Return the item of a case at a place, permitted or not."""
    return Item.objects.filter(case_id=case_id, place_id=place_id).values_list("id", flat=True).first()


def cases_at(place_id: UUID) -> tuple[UUID, ...]:
    """Return the cases that hold a place, erased ones never."""
    return tuple(Item.objects.filter(place_id=place_id).values_list("case_id", flat=True))


def places_of(case_id: UUID) -> tuple[UUID, ...]:
    """Return the places of a case, in her numbering."""
    linked = Item.objects.filter(case_id=case_id, place__isnull=False).order_by("number")
    return tuple(place_id for place_id in linked.values_list("place_id", flat=True))


def key_for_machine(case_id: UUID) -> DataKey:
    """Return the case's key for a job that reads what she sent; a person's reading is `access_case`.

    Raises:
        NotFoundError: no such case, or it is erased.
        KeyNotHeldError: this process holds no identity.
    """
    key_id = (
        Case.objects.filter(id=case_id)
        .exclude(state=CaseState.ERASED)
        .values_list("key_id", flat=True)
        .first()
    )
    if key_id is None:
        raise NotFoundError(f"case {case_id}")
    return vault.open_key(key_id)
