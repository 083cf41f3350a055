"""Does again, after a restore, what erasures did: the vault destroys the keys, this clears what hung on them.

An older data backup still has the look-up key of a case that was erased since, and the links to her places. A
destroyed key is proof that its owner was erased, whatever the restored row says.
Refuses: to decide anything; it only follows the list of erasures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from recourse.base.vault.models import Erasure, WrappedKey
from recourse.work.cases.services.erasing import count_with_destroyed_key, erase_again
from recourse.work.notices.models import InboundMail
from recourse.work.notices.services.answering import blank_mail
from recourse.world.locations.models import Place
from recourse.world.locations.services import erase_place
from recourse.world.recipients.models import Host
from recourse.world.recipients.services import drop_hosts_with_key


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many of each were erased again."""

    cases: int
    places: int
    mails: int
    hosts: int


def replay(*, now: datetime) -> Replayed:
    """Erase again every case, place, mail and host whose key an erasure destroyed; a second call changes nothing.

    What other packages hold of them follows by their events, once a worker runs.
    """
    with transaction.atomic():
        cases = erase_again(key_ids=_destroyed(), now=now)
        places = sum(
            erase_place(place_id=place_id, now=now) for place_id in _places().values_list("id", flat=True)
        )
        mails = list(_mails())
        for mail in mails:
            blank_mail(mail, now=now)
        hosts = drop_hosts_with_key(key_ids=_destroyed(), now=now)
    return Replayed(cases, places, len(mails), hosts)


def came_back() -> int:
    """Count what stands although it was erased: openable keys, and rows that hang on a destroyed one."""
    openable = WrappedKey.objects.filter(key_id__in=_destroyed()).count()
    rows = (_places(), _mails(), Host.objects.filter(key_id__in=_destroyed(), dropped_at=None))
    return openable + count_with_destroyed_key(_destroyed()) + sum(one.count() for one in rows)


def _destroyed() -> QuerySet[Erasure, UUID]:
    return Erasure.objects.values_list("key_id", flat=True)


def _places() -> QuerySet[Place]:
    return Place.objects.filter(key_id__in=_destroyed(), erased_at=None)


def _mails() -> QuerySet[InboundMail]:
    return InboundMail.light.filter(key_id__in=_destroyed()).exclude(raw=b"")
