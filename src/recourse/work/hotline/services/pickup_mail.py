"""Sends a pick-up code to the mailbox she gave, when its day is over and nobody stopped it. A worker's job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.work.hotline.domain import PickupState, ReachState, Tell
from recourse.work.hotline.models import Outreach, Pickup
from recourse.work.hotline.selectors import contact_for_machine
from recourse.work.hotline.services.newcode import issue
from recourse.work.hotline.services.pickups import is_void
from recourse.work.hotline.services.reaching import mail


def mail_pickup(*, pickup_id: UUID, now: datetime) -> None:
    """Make the code and put its mail into the outbox, in one transaction; a repeat finds it handed over."""
    with transaction.atomic():
        found = (
            Pickup.objects.select_for_update()
            .filter(
                id=pickup_id,
                ended_at=None,
                ready_at__lte=now,
                by_mail=True,
                state__in=[PickupState.ASKED, PickupState.CONFIRMED],
            )
            .first()
        )
        contact = contact_for_machine(found.case_id) if found is not None else None
        if found is None or contact is None or is_void(found, now):
            return
        if not contact.may_be_mailed:
            return
        outreach = Outreach.objects.create(
            case_id=found.case_id,
            what=Tell.PICKUP,
            ref=str(found.id),
            state=ReachState.WAITING,
            at=now,
            state_since=now,
        )
        mail(outreach, contact, now=now, code=issue(found, now))
