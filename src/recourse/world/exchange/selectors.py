"""Who a key is, and what was done with it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery, Sum

from recourse.base.vault import services as vault
from recourse.world.exchange.domain.keys import (
    SECRET_LENGTH,
    Admitted,
    Function,
    KeyStep,
    KeyView,
    UnknownKeyError,
    Used,
    day_of,
    standing,
)
from recourse.world.exchange.models import KeyEvent, PlatformKey, Use

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


def every_key(*, now: datetime) -> tuple[KeyView, ...]:
    """Return every key of every platform, those in force first, each group by name."""
    made = KeyEvent.objects.filter(key=OuterRef("id"), step=KeyStep.MADE).values("label")
    rows, today = PlatformKey.objects.annotate(made_by=Subquery(made)), uses(since=day_of(now))
    found = (_view(row, today.get(row.id, {})) for row in rows)
    return tuple(sorted(found, key=lambda one: (one.revoked_at is not None, one.name, one.made_at)))


def _view(row: PlatformKey, day: Mapping[str, Used]) -> KeyView:
    return KeyView(
        id=row.id,
        name=row.name,
        made_at=row.made_at,
        made_by=row.made_by or "",  # type: ignore[attr-defined]
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        noticed_at=row.noticed_at,
        requests=sum(used.requests for used in day.values()),
        given=sum(used.given for used in day.values()),
        standing=standing(revoked=row.revoked_at is not None, noticed=row.noticed_at is not None, day=day),
    )


def uses(*, since: datetime) -> Mapping[UUID, Mapping[str, Used]]:
    """Return what each key did with each function from a moment on, as far as that is kept."""
    rows = Use.objects.filter(minute__gte=since).values_list("key_id", "function")
    found: dict[UUID, dict[str, Used]] = {}
    for key_id, function, *counts in rows.annotate(*(Sum(name) for name in _COUNTS)):
        found.setdefault(key_id, {})[function] = Used(*counts)
    return found


def used(key_id: UUID, function: Function, since: datetime, lasts: timedelta) -> Used:
    """Return what a key did with a function from a moment on, for so long."""
    rows = Use.objects.filter(key_id=key_id, function=function, minute__gte=since, minute__lt=since + lasts)
    return Used(**rows.aggregate(**{name: Sum(name, default=0) for name in _COUNTS}))
