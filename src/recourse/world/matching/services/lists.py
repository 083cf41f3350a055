"""Verbs of others' lists: bring one in with whose it is and by what right we use it, and erase it whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from recourse.base.core import ids
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Priority
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from recourse.world.matching.domain import About, MatchesGone, MatchState, ReadList
from recourse.world.matching.models import Block, Source
from recourse.world.matching.selectors.changes import block_name
from recourse.world.matching.services.changing import changed

COMPARE_BLOCK = "matching.compare_block"
IN_A_BLOCK = 1_000
LONGEST_LABEL = 60
SUBMITTED = "submitted to us under the agreement with the platform"
_log = structlog.get_logger(__name__)


def import_list(*, about: About, lawful: bool, read: ReadList, label: str, now: datetime) -> UUID:
    """Store a list of others' hashes, each 64 hexadecimal digits; one brought in before by this name is replaced whole.

    Args:
        about: whose list it is, by what right we use it, of which day.
        lawful: whether it is of lawful pictures, which are never looked for.
        read: what stands in it.
        label: who imports it.
        now: when.
    """
    with transaction.atomic():
        erase_list(name=about.name, now=now)
        source = _begun(about, lawful=lawful, left_out=read.left_out, label=label, now=now)
        _add(source, read.hashes, now)
    _log.info("list_imported", source=str(source.id), count=len(read.hashes), lawful=lawful)
    return source.id


def add_to_platform(*, platform: str, hashes: Sequence[str], now: datetime) -> int:
    """Add hashes to the list of what a platform submitted, and to no other; return how many."""
    with transaction.atomic():
        own = Source.objects.select_for_update().filter(name=platform, submitted=True).first()
        theirs = About(platform, SUBMITTED, now.date())
        source = own or _begun(theirs, submitted=True, label=platform[:LONGEST_LABEL], now=now)
        _add(source, hashes, now)
    return len(hashes)


def erase_list(*, name: str, submitted: bool = False, now: datetime) -> bool:
    """Erase a list that was brought in, or what a platform submitted: its key, its hashes, what stands here of it.

    Returns:
        False if there is none.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update().filter(name=name, submitted=submitted).first()
        if source is None:
            return False
        changed(list(source.blocks.values_list("id", flat=True)), now=now)
        waiting = source.matches.filter(state=MatchState.WAITING).values_list("case_id", flat=True)
        for case_id in sorted(set(waiting)):
            jobs.emit(event=MatchesGone(case_id), now=now)
        vault.destroy_keys(key_ids=[source.key_id], now=now)
        source.delete()
    return True


def _begun(
    about: About,
    *,
    label: str,
    now: datetime,
    lawful: bool = False,
    submitted: bool = False,
    left_out: int = 0,
) -> Source:
    """Begin a list, with a key of its own."""
    return Source.objects.create(
        name=about.name,
        right=about.right,
        dated=about.dated,
        lawful=lawful,
        submitted=submitted,
        left_out=left_out,
        key_id=vault.create_key(scope=KeyScope.LIST, now=now).id,
        added_at=now,
        label=label,
    )


def _add(source: Source, hashes: Sequence[str], now: datetime) -> None:
    key = vault.open_key(source.key_id)
    blocks = [_block(source, key, hashes[at : at + IN_A_BLOCK]) for at in range(0, len(hashes), IN_A_BLOCK)]
    Block.objects.bulk_create(blocks, batch_size=20)
    Source.objects.filter(id=source.id).update(hashes=F("hashes") + len(hashes))
    changed([one.id for one in blocks], now=now)
    for one in blocks:
        jobs.enqueue(kind=COMPARE_BLOCK, args={"block": str(one.id)}, due_at=now, priority=Priority.LATER)


def _block(source: Source, key: DataKey, hashes: Sequence[str]) -> Block:
    block_id = ids.new_id()
    sealed = vault.seal(key, block_name(block_id), bytes.fromhex("".join(hashes)))
    return Block(id=block_id, source=source, sealed=sealed, hashes=len(hashes))
