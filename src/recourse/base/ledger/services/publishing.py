"""Publishing: the tree's files, and over them a signature that can never be taken back.

Order, so that a crash at any moment leaves a log that verifies: leaves are committed, tiles and bundles are on
disk, the checkpoint is committed, the checkpoint's file appears. What was begun is finished by the next run.

Refuses to sign: a tree that does not continue the last checkpoint in the database and the one in the folder; on
a database that is older than the folder; with another key than before.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog
from django.db import transaction

from recourse.base.core import wiring
from recourse.base.ledger import note, selectors, tiles, tree
from recourse.base.ledger.domain import (
    LEASE,
    LedgerBehindError,
    LedgerBusyError,
    LedgerFolderError,
    LedgerForkError,
    NotPublishedError,
)
from recourse.base.ledger.folder import Folder, extend
from recourse.base.ledger.models import Checkpoint, Head
from recourse.base.ledger.ports import LedgerFolder, LedgerKey
from recourse.base.ledger.services.sequencing import gather_leased, leased, renew
from recourse.base.ledger.tiles import Growth

_log = structlog.get_logger(__name__)


def publish(*, now: datetime, force: bool = False) -> Checkpoint | None:
    """Gather what waits, padded, and publish a checkpoint over it. Not within a transaction.

    Args:
        now: Business time.
        force: Also when nothing waits: then a batch of padding is published.

    Returns:
        The checkpoint that stands afterwards, new or not; None if there is none yet.

    Raises:
        LedgerBusyError: another process is publishing and did not finish; retryable.
        LedgerForkError: what is to be signed contradicts what was.
        LedgerBehindError: the folder is ahead of the database.
    """
    with leased(wait=2 * LEASE) as fence:
        gather_leased(fence=fence, now=now, quiet=force)
        return _issue(fence=fence, now=now)


def issue_checkpoint(*, now: datetime) -> Checkpoint | None:
    """Publish a checkpoint over the leaves that have an index, without gathering more; as `publish` otherwise."""
    with leased(wait=2 * LEASE) as fence:
        return _issue(fence=fence, now=now)


def export(path: Path) -> Checkpoint:
    """Write the published log into `path` from the database alone: `checkpoint`, `vkey`, `tile/...`.

    An older export of the same log there is brought up to date.

    Raises:
        NotPublishedError: there is no checkpoint yet.
        LedgerForkError: the database does not hold the tree that was signed, or `path` holds another log.
    """
    last = selectors.latest_checkpoint()
    if last is None:
        raise NotPublishedError("there is no checkpoint yet")
    folder = Folder(path, durable=False)
    _rebuild(folder, note.open_checkpoint(last.text, note.parse_vkey(last.vkey)))
    folder.write_checkpoint(last.text, last.vkey)
    return last


def _issue(*, fence: int, now: datetime) -> Checkpoint | None:
    key = wiring.resolve(LedgerKey)  # type: ignore[type-abstract]
    verifier = note.VerifierKey(key.origin, key.public)
    folder = Folder(wiring.resolve(LedgerFolder).path)
    with folder.locked():
        last = selectors.latest_checkpoint()
        earlier = _earlier(folder, last, verifier)
        size = Head.objects.values_list("size", flat=True).get(id=1)
        if size == 0:
            return None
        growth = _growth(folder, earlier[0] if earlier else None)
        renew(fence=fence)
        extend(folder, growth, size=size, entries=selectors.entries_between)
        head = note.TreeHead(key.origin, size, growth.root())
        for before in earlier:
            _refuse_fork(folder, before, head)
        standing = last if last is not None and last.size == size else None
        row = standing or _commit(
            fence=fence, head=head, text=note.sign(head.text, verifier, key.sign), now=now
        )
        folder.write_checkpoint(row.text, row.vkey)
        if last is not None:
            folder.drop_partials_of_full(last.size, size)
        return row


def _earlier(folder: Folder, last: Checkpoint | None, verifier: note.VerifierKey) -> list[note.TreeHead]:
    """Return what was signed before: by the database's last checkpoint, and by the folder's, which others saw."""
    shown = folder.checkpoint()
    try:
        heads = [note.open_checkpoint(text, verifier) for text in (last and last.text, shown) if text]
    except note.NoteError as error:
        raise LedgerForkError(f"what was published is not signed by this key: {error}") from error
    if shown and (last is None or heads[-1].size > heads[0].size):
        raise LedgerBehindError(
            "the published folder is ahead of the database, as after a restore: run `recourse ledger adopt`"
        )
    return heads


def _growth(folder: Folder, last: note.TreeHead | None) -> Growth:
    """Return the tree so far from the folder's own tiles, or, where they are lost or wrong, from the database."""
    if last is None:
        return Growth()
    try:
        growth = tiles.grown_to(last.size, folder.hashes)
    except LedgerFolderError:
        return _rebuild(folder, last)
    return growth if growth.root() == last.root else _rebuild(folder, last)


def _rebuild(folder: Folder, last: note.TreeHead) -> Growth:
    """Write every tile again, those of earlier published sizes included."""
    growth = Growth()
    for size in selectors.published_sizes():
        extend(folder, growth, size=size, entries=selectors.entries_between, final=last.size)
    if growth.size != last.size or growth.root() != last.root:
        raise LedgerForkError("the leaves in the database are not those that were signed")
    return growth


def _refuse_fork(folder: Folder, before: note.TreeHead, head: note.TreeHead) -> None:
    """Prove from the files, as an outsider will, that the new tree continues the old one."""
    proof: list[bytes] = []
    if 0 < before.size <= head.size:
        proof = tree.consistency_proof(before.size, head.size, tiles.TileHashes(head.size, folder.hashes))
    if not tree.consistency_holds(
        old=before.size, new=head.size, proof=proof, old_root=before.root, new_root=head.root
    ):
        raise LedgerForkError(
            f"the tree of {head.size} leaves does not continue the published one of {before.size}"
        )


def _commit(*, fence: int, head: note.TreeHead, text: str, now: datetime) -> Checkpoint:
    """Keep the signed checkpoint before anybody sees it, unless somebody took over."""
    verifier_text = str(note.VerifierKey(head.origin, wiring.resolve(LedgerKey).public))  # type: ignore[type-abstract]
    with transaction.atomic():
        moved = Head.objects.filter(id=1, fence=fence, published__lt=head.size, size__gte=head.size).update(
            published=head.size
        )
        if moved != 1:
            raise LedgerBusyError("another sequencer took over")
        row = Checkpoint.objects.create(size=head.size, text=text, vkey=verifier_text, at=now)
    _log.info("ledger_checkpoint", size=head.size)
    return row
