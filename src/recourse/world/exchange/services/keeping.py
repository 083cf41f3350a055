"""Keys of platforms: made, revoked, counted.

Refuses: to show a key twice; it is stored as a keyed hash and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from recourse.base.core import ids
from recourse.base.jobs import services as jobs
from recourse.world.exchange import selectors
from recourse.world.exchange.domain.keys import (
    SECRET_BITS,
    USES_KEPT,
    Admitted,
    Function,
    Keeper,
    KeyNameTakenError,
    KeyStep,
    NoSuchKeyError,
    PrintedKeys,
    TooManyRequestsError,
    Used,
    allowed,
    checked_name,
    day_of,
    feels_out,
)
from recourse.world.exchange.models import AtEdge, KeyEvent, PlatformKey, Use

DROP = "exchange.drop_uses"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_log = structlog.get_logger(__name__)


def make_keys(*, name: str, by: Keeper | None, now: datetime) -> PrintedKeys:
    """Make the keys of a platform and return them, this once.

    Args:
        name: what the platform is called here.
        by: who makes them; nobody for the command, which whoever runs the installation has.
        now: when.

    Raises:
        BadKeyNameError: the name is none.
        KeyNameTakenError: keys of this name are in force.
    """
    printed = PrintedKeys(checked_name(name), _secret(), {function: _secret() for function in Function})
    functions = {one.value: selectors.digest(one.value, key).hex() for one, key in printed.functions.items()}
    try:
        with transaction.atomic():
            row = PlatformKey.objects.create(
                name=printed.name,
                made_at=now,
                subscription=selectors.digest("subscription", printed.subscription),
                functions=functions,
            )
            _record(row, KeyStep.MADE, by, now)
    except IntegrityError:
        raise KeyNameTakenError("name in force") from None
    _log.info("keys_of_platform_made", platform=printed.name)
    return printed


def revoke_keys(*, name: str, by: Keeper | None, now: datetime) -> None:
    """End a platform's keys at once. What was done with them stays on record.

    Raises:
        NoSuchKeyError: none of this name is in force.
    """
    with transaction.atomic():
        row = _in_force(name)
        PlatformKey.objects.filter(id=row.id).update(revoked_at=now)
        _record(row, KeyStep.REVOKED, by, now)
    _log.info("keys_of_platform_revoked", platform=name)


def clear_notice(*, name: str, by: Keeper | None, now: datetime) -> None:
    """A person looked why a key was noticed, and lets it match as much as any other again.

    Raises:
        NoSuchKeyError: none of this name is in force.
    """
    with transaction.atomic():
        row = _in_force(name)
        PlatformKey.objects.filter(id=row.id).update(noticed_at=None)
        # The day begins anew for it; what it asked and was given stays.
        Use.objects.filter(key_id=row.id, minute__gte=day_of(now)).update(edge=0)
        _record(row, KeyStep.CLEARED, by, now)
    _log.info("exchange_notice_cleared", platform=name)


def spend(*, key: Admitted, asked: int, now: datetime) -> None:
    """Count a request against its key's limits; a refused one is not counted.

    Raises:
        TooManyRequestsError: the key has had as much as it may.
    """
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        row, first = Use.objects.get_or_create(key_id=key.id, function=key.function, minute=minute)
        # Takes the row, so that two requests at one moment count each other.
        Use.objects.filter(id=row.id).update(requests=F("requests") + 1, asked=F("asked") + asked)
        in_minute = selectors.used(key.id, key.function, minute, _MINUTE)
        in_day = selectors.used(key.id, key.function, day_of(now), _DAY)
        if not allowed(key.function, in_minute, in_day, noticed=key.noticed):
            raise TooManyRequestsError("limit")
        PlatformKey.objects.filter(id=key.id).update(last_used_at=now)
        if first:
            day = day_of(now)
            jobs.enqueue(kind=DROP, args={}, due_at=day + USES_KEPT + _DAY, key=f"{DROP}:{day:%Y-%m-%d}")


def enter(*, key: Admitted, given: int, edge: Collection[str], now: datetime) -> None:
    """Enter what a request was given; a key that feels out the bank is noticed and slowed from now on.

    Args:
        key: whose request.
        given: how many records it was given, or how many of its hashes matched.
        edge: those of its hashes that only just matched.
        now: when.
    """
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        fresh_at_edge = _first_today(key, edge, now) if edge else 0
        rows = Use.objects.filter(key_id=key.id, function=key.function, minute=minute)
        rows.update(given=F("given") + given, edge=F("edge") + fresh_at_edge)
        if not fresh_at_edge:
            return
        day: Used = selectors.used(key.id, key.function, day_of(now), _DAY)
        fresh = PlatformKey.objects.filter(id=key.id, noticed_at=None)
        if feels_out(day) and fresh.update(noticed_at=now):
            _log.warning("exchange_key_noticed", platform=key.name, matched=day.given, at_edge=day.edge)


def _first_today(key: Admitted, hashes: Collection[str], now: datetime) -> int:
    """Return how many of the hashes this key has not asked today, and remember them until tomorrow."""
    day = now.date()
    AtEdge.objects.filter(key_id=key.id).exclude(day=day).delete()
    digests = {selectors.digest("edge", f"{key.id}:{one}") for one in hashes}
    of_today = AtEdge.objects.filter(key_id=key.id, day=day)
    before = of_today.count()
    AtEdge.objects.bulk_create(
        [AtEdge(key_id=key.id, day=day, digest=one) for one in digests], ignore_conflicts=True
    )
    return of_today.count() - before


def drop_uses(*, now: datetime) -> int:
    """Delete what is kept of reads long ago; return how many minutes."""
    return Use.objects.filter(minute__lt=now - USES_KEPT).delete()[0]


def _secret() -> str:
    return ids.to_base32(ids.random_bytes(SECRET_BITS))


def _in_force(name: str) -> PlatformKey:
    """Return the keys of this name that are in force, held until the transaction ends."""
    row = PlatformKey.objects.select_for_update().filter(name=name, revoked_at=None).first()
    if row is None:
        raise NoSuchKeyError("no such name")
    return row


def _record(row: PlatformKey, step: KeyStep, by: Keeper | None, now: datetime) -> None:
    KeyEvent.objects.create(
        key=row, step=step, by=by.id if by else None, label=by.label if by else "", at=now
    )
