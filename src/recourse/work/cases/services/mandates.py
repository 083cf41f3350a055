"""Her permission to act: given, and taken back. Withdrawing hers never touches another survivor's.

Refuses: to delete the record that a mandate was given; it gets a date of withdrawal.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.work.cases.domain import CaseActsAgain, MandateWithdrawn
from recourse.work.cases.models import Mandate
from recourse.work.cases.services.upkeep import settle, standing


def give_mandate(*, case_id: UUID, now: datetime) -> None:
    """Record her permission for all places; given twice counts once.

    Raises:
        NotFoundError: no such case, it is erased or over.
    """
    with transaction.atomic():
        case = standing(case_id, now=now)
        if not case.mandates.filter(withdrawn_at=None).exists():
            Mandate.objects.create(case=case, given_at=now)
            jobs.emit(event=CaseActsAgain(case_id=case.id), now=now)
        case.items.exclude(place=None).update(mandate_active=True)
        settle(case, now=now)


def withdraw_mandate(*, case_id: UUID, now: datetime) -> None:
    """Take her permission back for all places, and tell the rooms that act on it.

    Raises:
        NotFoundError: no such case, it is erased or over.
    """
    with transaction.atomic():
        case = standing(case_id, now=now)
        withdrawn = case.mandates.filter(withdrawn_at=None).update(withdrawn_at=now)
        case.items.update(mandate_active=False)
        settle(case, now=now)
        if withdrawn:
            jobs.emit(event=MandateWithdrawn(case_id=case.id), now=now)
