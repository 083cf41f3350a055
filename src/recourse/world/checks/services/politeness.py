"""Whose turn it is with a host: nobody is asked more often than politeness allows, by however many workers.

Each host has two lines. Planned looks wait behind each other; an urgent one, before which a notice or an answer
waits, waits behind urgent ones only, so that a host is asked at most twice in the time between two looks.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from recourse.base.core import wiring
from recourse.base.vault import services as vault
from recourse.world.checks.models import HostTurn
from recourse.world.checks.ports import Politeness


@transaction.atomic
def turn_at_host(*, host: str, urgent: bool, now: datetime) -> datetime:
    """Take the next turn in the line of a host and return when it is; `now` means go.

    The host stands in the table as a keyed hash, and only as long as somebody may have to wait for it.
    """
    between = wiring.resolve(Politeness).between_looks
    if not between:
        return now
    HostTurn.objects.filter(free_at__lte=now).delete()
    lookup = vault.lookup("checks.host", host)
    try:
        with transaction.atomic():
            HostTurn.objects.create(lookup=lookup, urgent=urgent, free_at=now + between)
    except IntegrityError:
        line = HostTurn.objects.select_for_update().get(lookup=lookup, urgent=urgent)
        at = line.free_at
        HostTurn.objects.filter(id=line.id).update(free_at=at + between)
        return at
    return now
