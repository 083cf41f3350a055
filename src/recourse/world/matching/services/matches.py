"""Verbs of matching: compare lists and looked-at pictures with the cases' fingerprints; a person decides on each.

A match is a lead and never a finding: nothing follows from it before a person has decided. What is near a list of
lawful pictures is suspended instead. Compares before it writes: the bank in memory must never be ahead of the tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.world.matching.domain import (
    MATCH_MOVES,
    SEARCHED,
    FingerprintState,
    MatchDecidedError,
    MatchFound,
    MatchState,
    Shelf,
    Waits,
    counts,
    read_hash,
)
from recourse.world.matching.models import Block, Fingerprint, Match
from recourse.world.matching.selectors.changes import hashes_of
from recourse.world.matching.selectors.fingerprints import live, opened
from recourse.world.matching.selectors.matches import match_name, matches_of, standing
from recourse.world.matching.selectors.searching import Hit, near
from recourse.world.matching.services.fingerprints import move_all

_log = structlog.get_logger(__name__)


def compare_block(*, block_id: UUID, now: datetime) -> int:
    """Compare a block of a list with all cases' fingerprints; return how many matches are new. Idempotent."""
    block = Block.objects.filter(id=block_id).select_related("source").first()
    if block is None:
        return 0  # erased meanwhile
    hits = list(itertools.chain.from_iterable(near(Shelf.CASES, hashes_of(block), now=now)))
    if block.source.lawful:
        return _suspend({hit.subject for hit in hits}, now)
    return _record([(block.source_id, hit) for hit in hits], now)


def compare_case(*, case_id: UUID, now: datetime) -> int:
    """Compare a case's fingerprints with all lists; return how many matches are new. Idempotent."""
    found: list[tuple[UUID, Hit]] = []
    lawful: list[UUID] = []
    for row in live(case_id).filter(state__in=SEARCHED, key_id__isnull=False):
        parts = [part.hash for part in opened(row, vault.open_key(row.key_id)).parts if counts(part)]  # type: ignore[arg-type]
        if any(near(Shelf.LAWFUL, parts, now=now)):
            lawful.append(row.id)
            continue
        hits = list(itertools.chain.from_iterable(near(Shelf.OTHERS, parts, now=now)))
        blocks = Block.objects.filter(id__in={hit.subject for hit in hits})
        source_of = dict(blocks.values_list("id", "source_id"))
        found += [
            (source_of[hit.subject], Hit(row.id, hit.distance)) for hit in hits if hit.subject in source_of
        ]
    _suspend(lawful, now)
    return _record(found, now)


def look(*, case_id: UUID, key: DataKey, value: str, address: str, now: datetime) -> int:
    """Compare the hash of a picture that one of us came across with a case's fingerprints; return how many are near.

    What was found at an address before is not written down again.

    Args:
        case_id: the case.
        key: its key.
        value: the hash, 64 hexadecimal digits, as `recourse hash` prints it.
        address: where it was seen; sealed under the case's key.
        now: when.

    Raises:
        BadHashError: it is no hash.
    """
    own = set(live(case_id).values_list("id", flat=True))
    hits = [hit for hit in near(Shelf.CASES, [read_hash(value)], now=now)[0] if hit.subject in own]
    with transaction.atomic():
        known = {(one.fingerprint_id, one.address) for one in matches_of(case_id, key)}
        for hit in hits:
            if (hit.subject, address) in known:
                continue
            match_id = ids.new_id()
            Match.objects.create(
                id=match_id,
                case_id=case_id,
                fingerprint_id=hit.subject,
                distance=hit.distance,
                state=MatchState.WAITING,
                found_at=now,
                address=vault.seal(key, match_name(match_id), address),
            )
        _tell([case_id] if hits else [], now)
    return len(hits)


def decide(*, case_id: UUID, match_id: UUID, confirmed: bool, label: str, now: datetime) -> None:
    """A person says that it is her picture, or something else.

    Raises:
        NotFoundError: no such match in this case.
        MatchDecidedError: somebody decided before.
    """
    after = MatchState.CONFIRMED if confirmed else MatchState.OTHER
    with transaction.atomic():
        row = standing(case_id).filter(id=match_id).select_for_update(of=("self",)).first()
        if row is None:
            raise NotFoundError(f"match {match_id}")
        if after not in MATCH_MOVES[MatchState(row.state)]:
            raise MatchDecidedError(f"match {match_id}")
        row.state, row.decided_at, row.label = after, now, label
        row.save()


def _suspend(fingerprint_ids: Collection[UUID], now: datetime) -> int:
    rows = Fingerprint.objects.filter(id__in=fingerprint_ids).exclude(because=Waits.LAWFUL)  # looked at once
    with transaction.atomic():  # a worker that dies between the two has done neither
        case_ids = list(rows.values_list("case_id", flat=True))
        suspended = move_all(rows, FingerprintState.SUSPENDED, now, because=Waits.LAWFUL)
        if suspended:
            _tell(case_ids, now)
    return suspended


def _record(found: Sequence[tuple[UUID, Hit]], now: datetime) -> int:
    """Write down matches with lists, each fingerprint and source once."""
    with transaction.atomic():
        nearest = _nearest(found)
        wanted = {hit.subject for _, hit in nearest}
        case_of = dict(Fingerprint.objects.filter(id__in=wanted).values_list("id", "case_id"))
        known = set(
            Match.objects.filter(fingerprint_id__in=wanted).values_list("source_id", "fingerprint_id")
        )
        rows = [
            Match(
                case_id=case_of[hit.subject],
                fingerprint_id=hit.subject,
                source_id=source_id,
                distance=hit.distance,
                state=MatchState.WAITING,
                found_at=now,
            )
            for source_id, hit in nearest
            if hit.subject in case_of and (source_id, hit.subject) not in known
        ]
        Match.objects.bulk_create(rows, ignore_conflicts=True)
        _tell([row.case_id for row in rows], now)
    if rows:
        _log.info("matches_found", count=len(rows))
    return len(rows)


def _nearest(found: Sequence[tuple[UUID, Hit]]) -> list[tuple[UUID, Hit]]:
    """Return each source and fingerprint once: a list has many blocks, and the nearest hash of them counts."""
    best: dict[tuple[UUID, UUID], tuple[UUID, Hit]] = {}
    for one in sorted(found, key=lambda one: one[1].distance):
        best.setdefault((one[0], one[1].subject), one)
    return list(best.values())


def _tell(case_ids: Iterable[UUID], now: datetime) -> None:
    for case_id in sorted(set(case_ids)):
        jobs.emit(event=MatchFound(case_id), now=now)
