"""Erasing: the keys, the look-up, the links to places; by wish, and by the table of retention.

Refuses: to erase under a legal hold, and to keep a place that nobody holds any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    RETENTION,
    WARN_BEFORE_ERASURE,
    AgeBand,
    CaseErased,
    CaseState,
    ErasureNear,
    ForWhom,
    LegalHoldError,
    Retention,
    StepKind,
)
from recourse.work.cases.models import Access, Assessment, Case, Item
from recourse.work.cases.services.upkeep import change_state, locked, note_step, settle
from recourse.world.checks import services as checks
from recourse.world.locations import services as locations
from recourse.world.locations.models import Place
from recourse.world.matching import services as matching

LOOK_AT_RETENTION_EVERY = timedelta(days=1)
log = structlog.get_logger(__name__)


def erase_case(*, case_id: UUID, now: datetime) -> None:
    """Erase a case for good. What remains is a row of states and dates, and who had opened it.

    Destroys the case's keys, clears the look-up and every choice she made, deletes its fingerprints,
    unlinks her places and erases those that nobody else holds. A second call changes nothing.

    Raises:
        NotFoundError: no such case.
        LegalHoldError: an order forbids it.
    """
    with transaction.atomic():
        case = locked(case_id)
        if case.state == CaseState.ERASED:
            return
        if case.legal_hold:
            raise LegalHoldError(f"case {case_id}")
        change_state(case, CaseState.ERASED, now=now)
        vault.destroy_keys(key_ids=[case.key_id], now=now)
        _let_go_of_places(case, now)
        matching.forget_case(case_id=case.id, now=now)
        Assessment.objects.filter(case=case).update(reasons=b"")
        Access.objects.filter(case=case).update(words=b"")
        case.choices.all().delete()
        case.facts.all().delete()
        case.hand_overs.all().delete()
        case.room_steps.all().delete()
        case.returned_at = None
        case.mandates.filter(withdrawn_at=None).update(withdrawn_at=now)
        case.endings.filter(ended_at=None).update(ended_at=now)
        case.code_lookup = None
        case.age_band, case.for_whom, case.what_happened = AgeBand.UNKNOWN, ForWhom.NOT_SAID, []
        case.language = ""
        case.claimed_by, case.claimed_label, case.claimed_purpose, case.claimed_until = None, "", "", None
        settle(case, now=now)
        jobs.emit(event=CaseErased(case_id=case.id), now=now)
    log.info("case_erased", case_id=str(case_id))


def _let_go_of_places(case: Case, now: datetime) -> None:
    """Unlink her places; erase each that no other case holds.

    The places are locked first: of two cases erased at once the second sees the first's unlinking, and a
    place somebody is just taking is either seen as taken or found erased by `add_item`.
    """
    place_ids = list(case.items.exclude(place=None).values_list("place_id", flat=True))
    list(Place.objects.select_for_update().filter(id__in=place_ids).order_by("id").values_list("id"))
    checks.stop_watching(watchers=case.items.values_list("id", flat=True))
    case.items.update(place=None, url=b"", name=b"", mandate_active=False)
    held = set(Item.objects.filter(place_id__in=place_ids).values_list("place_id", flat=True))
    for place_id in place_ids:
        if place_id not in held:
            locations.erase_place(place_id=place_id, now=now)


def set_legal_hold(*, case_id: UUID, hold: bool, actor: Actor, now: datetime) -> None:
    """Put a case under a legal hold or end it; the retention date follows. What is due and not erased can be held yet.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    with transaction.atomic():
        case = locked(case_id)
        if case.legal_hold is hold:
            return
        note_step(case, StepKind.HOLD_SET if hold else StepKind.HOLD_ENDED, now=now, actor=actor)
        case.legal_hold = hold
        settle(case, now=now)


def warn_of_erasure(*, now: datetime, limit: int = 200) -> bool:
    """Tell who listens of every case whose retention ends within a month, once for each date; tell if more wait."""
    near = (
        Case.objects.filter(retain_until__lte=now + WARN_BEFORE_ERASURE, legal_hold=False)
        .exclude(state=CaseState.ERASED)
        .exclude(warned_of=F("retain_until"), warned_of__isnull=False)
        .order_by("retain_until")
    )
    due = list(near.values_list("id", "retain_until")[:limit])
    for case_id, at in due:
        with transaction.atomic():
            if at is not None and Case.objects.filter(id=case_id, retain_until=at).update(warned_of=at):
                jobs.emit(event=ErasureNear(case_id=case_id, at=at), now=now)
    return len(due) == limit


def sweep(*, now: datetime, limit: int = 50) -> bool:
    """Erase up to `limit` cases whose retention has ended, each in its own transaction; tell if more wait."""
    due = list(
        Case.objects.filter(retain_until__lte=now, legal_hold=False)
        .exclude(state=CaseState.ERASED)
        .order_by("retain_until")
        .values_list("id", flat=True)[: limit + 1]
    )
    for case_id in due[:limit]:
        _erase_if_still_due(case_id, now)
    with transaction.atomic():
        Access.objects.filter(
            case__state=CaseState.ERASED,
            case__state_since__lte=now - RETENTION[Retention.ACCESS_AFTER_ERASURE],
        ).delete()
    return len(due) > limit


def plan_retention(*, now: datetime) -> None:
    """Have the retention of all cases looked at within a day; one job waits, however often this is asked."""
    jobs.enqueue(kind="cases.retention", args={}, due_at=now + LOOK_AT_RETENTION_EVERY, key="cases.retention")


def _erase_if_still_due(case_id: UUID, now: datetime) -> None:
    """Erase unless a court asked for the case since it was listed."""
    with transaction.atomic():
        case = locked(case_id)
        if case.retain_until is not None and case.retain_until <= now and not case.legal_hold:
            erase_case(case_id=case_id, now=now)


def erase_again(*, key_ids: Iterable[UUID], now: datetime) -> int:
    """After a restore: erase every case whose key was destroyed, whatever the restored row says of it.

    An order to keep a case forbids erasing, so it had been lifted before the key was destroyed.

    Returns:
        How many cases were erased by this call.
    """
    with transaction.atomic():
        standing = list(with_destroyed_key(key_ids).values_list("id", flat=True))
        Case.objects.filter(id__in=standing).update(legal_hold=False)
        for case_id in standing:
            erase_case(case_id=case_id, now=now)
    return len(standing)


def count_with_destroyed_key(key_ids: Iterable[UUID]) -> int:
    """Count the cases that stand although one of these keys was theirs."""
    return with_destroyed_key(key_ids).count()


def with_destroyed_key(key_ids: Iterable[UUID]) -> QuerySet[Case]:
    """Return the cases of these keys that are not erased."""
    return Case.objects.filter(key_id__in=key_ids).exclude(state=CaseState.ERASED)
