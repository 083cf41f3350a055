"""What platforms do: fetch what changed, say what a hash fitted, bring hashes, match one. Each counted and recorded.

The bank decides what may leave and records who read it (`matching`). Needs the identity, since hashes lie sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.fingerprints.pdq.hashing import distance
from recourse.world.exchange.domain.keys import EDGE_FROM, Admitted
from recourse.world.exchange.domain.paging import MOST_A_PAGE, Page, Walk, begin, moment, page
from recourse.world.exchange.domain.records import CANARIES, CANARIES_SINCE, HEARD, Told
from recourse.world.exchange.services.keeping import enter, spend
from recourse.world.matching import selectors as bank
from recourse.world.matching import services as banking
from recourse.world.matching.domain import RADIUS, Change, Near, Verdict, read_hash

MOST_REFERENCES = 10


def fetch(*, key: Admitted, start: int, token: str, size: int, now: datetime) -> Page[Change]:
    """Return the page of changes that a platform asks for.

    Raises:
        TooManyRequestsError: the key has had as much as it may.
        BadPageTokenError: the token is none of ours.
    """
    spend(key=key, asked=1, now=now)
    walk, most = begin(start, token, now), min(size, MOST_A_PAGE)
    made = page(walk, _after(walk, most + 1, key.reader, now), most)
    enter(key=key, given=len(made.changes), edge=(), now=now)
    return made


def _after(walk: Walk, limit: int, reader: str, now: datetime) -> list[Change]:
    """Return the changes from where a walk stands: the canaries, then the bank's."""
    canaries = [
        one
        for one in CANARIES.values()
        if (moment(walk.start) <= CANARIES_SINCE if walk.after is None else one.sequence > walk.after)
    ]
    since = bank.sequence_before(moment(walk.start)) if walk.after is None else max(walk.after, 0)
    return [*canaries, *bank.access_changes(reader=reader, since=since, limit=limit, now=now)]


def hear(*, key: Admitted, said: Sequence[tuple[str | UUID, str]], now: datetime) -> Told:
    """Take what a platform says about hashes, each named by its digits or by its reference; all of it or nothing.

    Raises:
        TooManyRequestsError: the key has had as much as it may.
        BadHashError: a hash is none.
    """
    spend(key=key, asked=len(said), now=now)
    trials = {one.hash for one in CANARIES.values()} | set(CANARIES)
    taken = missing = canaries = passed = 0
    with transaction.atomic():
        for name, word in said:
            about = name if isinstance(name, UUID) else read_hash(name)
            verdict = HEARD.get(word)
            if about in trials:
                canaries += 1
            elif verdict is None:
                passed += 1
            elif _heard(key.name, about, verdict, now):
                taken += 1
            else:
                missing += 1
    return Told(taken=taken, not_listed=missing, canaries=canaries, passed_over=passed)


def _heard(platform: str, about: str | UUID, verdict: Verdict, now: datetime) -> bool:
    """Tell the bank; False if what it is about is not listed."""
    if isinstance(about, str):
        return banking.heard_of(platform=platform, hash=about, verdict=verdict, now=now)
    try:
        banking.heard(platform=platform, reference=about, verdict=verdict, now=now)
    except NotFoundError:
        return False
    return True


def take(*, key: Admitted, hashes: Sequence[str], passed_over: int, now: datetime) -> Told:
    """Take hashes that a platform brings, as a list of its own; `passed_over` were of kinds that we do not match.

    Raises:
        TooManyRequestsError: the key has had as much as it may.
        BadHashError: one is none; nothing is stored.
    """
    spend(key=key, asked=len(hashes) + passed_over, now=now)
    trials = {one.hash for one in CANARIES.values()}
    small = [read_hash(one) for one in hashes]
    real = [one for one in small if one not in trials]
    if real:
        banking.submit(platform=key.name, hashes=real, now=now)
    return Told(taken=len(real), canaries=len(small) - len(real), passed_over=passed_over)


def match(*, key: Admitted, hashes: Sequence[str], now: datetime) -> tuple[tuple[UUID, ...], ...]:
    """Return for each hash the references of what it matches, nearest first, at most `MOST_REFERENCES`.

    How near it is, is not told: it would lead whoever tries many hashes to one that the bank holds.

    Raises:
        TooManyRequestsError: the key has had as much as it may.
        BadHashError: a hash is none.
    """
    asked = [read_hash(one) for one in hashes]
    spend(key=key, asked=len(asked), now=now)
    held = bank.access_near(reader=key.reader, hashes=asked, now=now)
    found = [_nearest(one, listed) for one, listed in zip(asked, held, strict=True)]
    hits = [(one, near[0].distance) for one, near in zip(asked, found, strict=True) if near]
    edge = [one for one, apart in hits if apart >= EDGE_FROM]
    enter(key=key, given=len(hits), edge=edge, now=now)
    return tuple(tuple(one.reference for one in near[:MOST_REFERENCES]) for near in found)


def _nearest(value: str, listed: Sequence[Near]) -> list[Near]:
    """Return canaries and listings within the radius of a hash, nearest first."""
    asked = bytes.fromhex(value)
    trials = [Near(one.reference, distance(asked, bytes.fromhex(one.hash))) for one in CANARIES.values()]
    near = [*(one for one in trials if one.distance <= RADIUS), *listed]
    return sorted(near, key=lambda one: one.distance)
