"""Who a key is, and what was done with it."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from recourse.base.vault import services as vault
from recourse.world.exchange.domain.keys import (
    SECRET_LENGTH,
    Admitted,
    Function,
    KeyView,
    UnknownKeyError,
    Used,
)
from recourse.world.exchange.models import PlatformKey, Use

_COUNTS = ("requests", "asked", "given", "edge")
_NOBODY = bytes(32)


def admit(*, subscription: str, function_key: str, function: Function) -> Admitted:
    """Return who sends these keys.

    One query and two keyed hashes, whichever of the keys is wrong.

    Raises:
        UnknownKeyError: they open nothing, or not this.
    """
    if max(len(subscription), len(function_key)) > SECRET_LENGTH:
        raise UnknownKeyError("too long")
    found = PlatformKey.objects.filter(subscription=digest("subscription", subscription), revoked_at=None)
    row = found.first()
    kept = bytes.fromhex(row.functions.get(function.value, "")) if row else _NOBODY
    if not hmac.compare_digest(kept, digest(function.value, function_key)) or row is None:
        raise UnknownKeyError("no such key")
    return Admitted(row.id, row.name, function, noticed=row.noticed_at is not None)


def digest(kind: str, secret: str) -> bytes:
    """Return what is kept of a key: 32 bytes, worth nothing without the installation's look-up key."""
    return vault.lookup(f"exchange.{kind}", secret)


def every_key() -> tuple[KeyView, ...]:
    """Return every key of every platform, those in force first, each group by name."""
    given = Sum("uses__given", filter=Q(uses__function=Function.FETCH), default=0)
    asked = Sum("uses__asked", filter=Q(uses__function=Function.MATCH), default=0)
    rows = PlatformKey.objects.annotate(given=given, asked=asked)
    found = (
        KeyView(
            name=row.name,
            made_at=row.made_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
            noticed_at=row.noticed_at,
            given=row.given,
            asked=row.asked,
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda one: (one.revoked_at is not None, one.name, one.made_at)))


def used(key_id: UUID, function: Function, since: datetime, lasts: timedelta) -> Used:
    """Return what a key did with a function from a moment on, for so long."""
    rows = Use.objects.filter(key_id=key_id, function=function, minute__gte=since, minute__lt=since + lasts)
    return Used(**rows.aggregate(**{name: Sum(name, default=0) for name in _COUNTS}))
