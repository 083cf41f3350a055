"""What people of the agency read. Opening a case authorises, records who and why, and only then unseals.

Refuses: a reading without a purpose, by a role that may not, or of a case that is erased or due to be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    AccessView,
    AgeBand,
    Basis,
    CaseOverError,
    CaseState,
    Depicted,
    Facts,
    ForWhom,
    Grounds,
    HandedOver,
    Holder,
    NamesVisible,
    Nature,
    OpenAssessment,
    OpenCase,
    OpenItem,
    Purpose,
    PurposeNeededError,
    Relation,
    Threat,
    Urgency,
    WhatHappened,
    bounded_text,
    is_minor_path,
    is_over,
    stated_purpose,
)
from recourse.work.cases.models import Access, AssessmentLine, Case, Item, ItemFacts

MAX_PURPOSE_WORDS = 500


def access_case(
    *, actor: Actor, case_id: UUID, purpose: Purpose | str | None, now: datetime, words: str = ""
) -> OpenCase:
    """Open a case for a person. Authorises, records the reading, then unseals: one transaction.

    Args:
        actor: who reads.
        case_id: which case.
        purpose: why; None means "for what I claimed it", which only the holder of a live claim can say.
        now: the business time.
        words: the purpose in the reader's own words; needed for `Purpose.OTHER`.

    Raises:
        NotAllowedError: the role may not open cases.
        PurposeNeededError: no purpose, or `other` without words.
        NotFoundError: no such case, it is erased, or its time is over (CaseOverError).
        KeyNotHeldError: this process holds no identity.
    """
    accounts.require(actor, Action.CASE_OPEN)
    said = bounded_text(words, question="purpose", field="words", limit=MAX_PURPOSE_WORDS)
    with transaction.atomic():
        case = Case.objects.filter(id=case_id).exclude(state=CaseState.ERASED).first()
        if case is None:
            raise NotFoundError(f"case {case_id}")
        if is_over(case.retain_until, now=now):
            raise CaseOverError(f"case {case_id}")
        why = _purpose(case, actor, purpose, said, now)
        access_id = ids.new_id()
        access = Access.objects.create(
            id=access_id, case=case, staff_id=actor.staff_id, label=actor.label, purpose=why, at=now
        )
        key = vault.open_key(case.key_id)
        if said:
            access.words = vault.seal(key, f"cases.access.words:{access_id}", said)
            access.save(update_fields=["words"])
        return _opened(case, key, why, access_id, now)


def _purpose(case: Case, actor: Actor, purpose: Purpose | str | None, words: str, now: datetime) -> Purpose:
    holder = holder_of(case, now)
    if purpose is None and holder is not None and holder.staff_id == actor.staff_id:
        return holder.purpose
    why = stated_purpose(purpose, actor.role)
    if why is Purpose.OTHER and not words:
        raise PurposeNeededError(
            f"case {case.id}", sentence=gettext_noop("Say in a few words why you open this case.")
        )
    return why


def holder_of(case: Case, now: datetime) -> Holder | None:
    """Return who holds the case now, if anybody does."""
    if case.claimed_by is None or case.claimed_until is None or case.claimed_until <= now:
        return None
    return Holder(
        staff_id=case.claimed_by,
        label=case.claimed_label,
        purpose=Purpose(case.claimed_purpose),
        until=case.claimed_until,
    )


def _opened(case: Case, key: DataKey, purpose: Purpose, access_id: UUID, now: datetime) -> OpenCase:
    mandate = case.mandates.filter(withdrawn_at=None).first()
    return OpenCase(
        id=case.id,
        number=case.number,
        state=CaseState(case.state),
        state_since=case.state_since,
        opened_at=case.opened_at,
        language=case.language,
        age_band=AgeBand(case.age_band),
        minor_path=is_minor_path(case.age_band),
        for_whom=ForWhom(case.for_whom),
        what_happened=tuple(map(WhatHappened, case.what_happened)),
        legal_hold=case.legal_hold,
        retain_until=case.retain_until,
        mandate_since=mandate.given_at if mandate else None,
        holder=holder_of(case, now),
        purpose=purpose,
        access_id=access_id,
        items=tuple(_open_items(case, key)),
        assessments=tuple(_open_assessments(case, key)),
        accesses=accesses_of(case.id, key=key),
        facts=tuple(_facts(case, key)),
        hand_overs=tuple(_hand_overs(case, key)),
        urgency=Urgency(case.urgency),
        key=key,
    )


def _open_items(case: Case, key: DataKey) -> Iterable[OpenItem]:
    for item in case.items.select_related("place", "assessment").order_by("number"):
        yield OpenItem(
            id=item.id,
            number=item.number,
            place_id=item.place_id,
            platform=item.place.platform if item.place else "",
            kind=item.place.kind if item.place else "",
            private=item.place is not None and item.place.private,
            created_at=item.created_at,
            mandate_active=item.mandate_active,
            assessment_id=item.assessment_id,
            in_scope=item.assessment.in_scope if item.assessment else None,
            url=vault.unseal_text(key, f"cases.item.url:{item.id}", item.url),
        )


def _open_assessments(case: Case, key: DataKey) -> Iterable[OpenAssessment]:
    covered: dict[UUID, list[int]] = {}
    lines = AssessmentLine.objects.filter(assessment__case=case).order_by("item__number")
    for assessment_id, number in lines.values_list("assessment_id", "item__number"):
        covered.setdefault(assessment_id, []).append(number)
    for one in case.assessments.order_by("-at", "id"):
        yield OpenAssessment(
            id=one.id,
            at=one.at,
            label=one.label,
            in_scope=one.in_scope,
            basis=Basis(one.basis),
            grounds=tuple(map(Grounds, one.grounds)),
            item_numbers=tuple(covered.get(one.id, [])),
            reasons=vault.unseal_text(key, f"cases.assessment.reasons:{one.id}", one.reasons),
        )


def facts_name(facts_id: UUID) -> str:
    """Return the name under which the words of some facts are sealed."""
    return f"cases.facts:{facts_id}"


def _facts(case: Case, key: DataKey) -> Iterable[Facts]:
    for row in ItemFacts.objects.filter(case=case).order_by("item__number"):
        said = json.loads(vault.unseal(key, facts_name(row.id), row.sealed))
        yield Facts(
            item_id=row.item_id,
            depicted=Depicted(row.depicted),
            nature=Nature(row.nature),
            names_visible=NamesVisible(row.names_visible),
            relation=Relation(row.relation),
            threat=Threat(row.threat),
            threat_by=row.threat_by,
            by=row.label,
            at=row.at,
            position=said["position"],
            words=said["words"],
        )


def hand_over_name(row_id: UUID) -> str:
    """Return the name under which the words of a hand-over are sealed."""
    return f"cases.handover:{row_id}"


def _hand_overs(case: Case, key: DataKey) -> Iterable[HandedOver]:
    for row in case.hand_overs.order_by("-at", "id"):
        said = json.loads(vault.unseal(key, hand_over_name(row.id), row.sealed))
        yield HandedOver(row.at, row.label, said["body"], said["their_reference"])


def accesses_of(case_id: UUID, *, key: DataKey | None = None) -> tuple[AccessView, ...]:
    """Return who opened a case, when and why, latest first; the words too for whoever holds the case's key."""
    views = []
    for access in Access.objects.filter(case_id=case_id).order_by("-at", "id"):
        name = f"cases.access.words:{access.id}"
        words = vault.unseal_text(key, name, access.words) if key is not None and access.words else ""
        views.append(AccessView(access.at, access.label, Purpose(access.purpose), words))
    return tuple(views)


def id_of(number: str) -> UUID:
    """Return the id of the case with this public number; tells nothing else.

    Raises:
        NotFoundError: no such case, or it is erased.
    """
    spelt = number.strip().upper()
    found = Case.objects.filter(number=spelt).exclude(state=CaseState.ERASED).values_list("id", flat=True)
    case_id = found.first() if spelt.isprintable() else None  # a database refuses a NUL even in a question
    if case_id is None:
        raise NotFoundError("case by number")
    return case_id


def item_id_of(case_id: UUID, number: int) -> UUID:
    """Return the id of an item by its number in the case; tells nothing else.

    Raises:
        NotFoundError: the case has no such item.
    """
    found = Item.objects.filter(case_id=case_id, number=min(number, 2**31 - 1)).values_list("id", flat=True)
    item_id = found.first()
    if item_id is None:
        raise NotFoundError(f"item of case {case_id}")
    return item_id


def place_of(case_id: UUID, number: int) -> UUID | None:
    """Return the place of an item by its number in the case; None when there is no such item, or no place."""
    found = Item.objects.filter(case_id=case_id, number=min(number, 2**31 - 1))
    return found.values_list("place_id", flat=True).first()
