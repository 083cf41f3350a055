"""Checks a published or exported log from its files alone, as any stranger could. No database, no private key.

Recomputes every tile and the root from the entries. Says one sentence: that all holds, that it is consistent
with itself only (nobody pinned a key), or what is broken and where. Refuses: to call a log good whose key came
out of the log itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recourse.base.ledger import note, tiles, tree
from recourse.base.ledger.domain import LedgerFolderError
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.tiles import ENTRIES, Growth, Tile


class _BrokenError(Exception):
    """Carries the sentence."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of a check.

    Attributes:
        holds: Nothing is broken.
        pinned: The key came from the caller and not from the log.
        sentence: What to tell a person: what holds, or what is broken and where.
        head: What the checkpoint says; None if it could not be read.
    """

    holds: bool
    pinned: bool
    sentence: str
    head: note.TreeHead | None = None

    @property
    def problem(self) -> str:
        """What is broken and where; empty if nothing is."""
        return "" if self.holds else self.sentence

    @property
    def size(self) -> int:
        """Number of leaves that the checkpoint signs; 0 if it could not be read."""
        return self.head.size if self.head else 0

    @property
    def exit_status(self) -> int:
        """0 all holds; 3 self-consistent only; 1 broken."""
        if not self.holds:
            return 1
        return 0 if self.pinned else 3


def verify_folder(path: Path | str, vkey: str | None = None, *, older: str | None = None) -> Verification:
    """Check the log in `path`.

    Args:
        path: The folder: `checkpoint`, `tile/...`, and `vkey` if none is pinned.
        vkey: The verifier key, from a source other than the log; None checks self-consistency only.
        older: A checkpoint kept from before (its whole text): the log must still begin with that tree.
    """
    head: note.TreeHead | None = None
    try:
        folder = Folder(Path(path), durable=False)
        key = _key(folder, vkey)
        head = _checkpoint(folder.checkpoint(), key, "checkpoint")
        _check_tiles(folder, head)
        _check_leftovers(folder, head.size)
        if older is not None:
            _check_older(folder, head, _checkpoint(older, key, "the older checkpoint"))
    except (_BrokenError, LedgerFolderError) as broken:
        return Verification(holds=False, pinned=vkey is not None, sentence=f"Broken: {broken}.", head=head)
    leaves = f"{head.size} leaves, every tile and the root recomputed"
    if vkey is None:
        sentence = (
            f"Self-consistent only: {leaves}, but the key came from the log itself. Pin it with --vkey."
        )
        return Verification(holds=True, pinned=False, sentence=sentence, head=head)
    beyond = "" if older is None else ", and it continues the older checkpoint"
    return Verification(
        holds=True, pinned=True, sentence=f"All holds: {leaves}, signed by the pinned key{beyond}.", head=head
    )


def _key(folder: Folder, vkey: str | None) -> note.VerifierKey:
    text = folder.vkey() if vkey is None else vkey
    if text is None:
        raise _BrokenError("vkey is missing, and no key was given")
    try:
        return note.parse_vkey(text)
    except note.NoteError as error:
        raise _BrokenError(str(error)) from error


def _checkpoint(text: str | None, key: note.VerifierKey, name: str) -> note.TreeHead:
    if text is None:
        raise _BrokenError(f"{name} is missing")
    try:
        return note.open_checkpoint(text, key)
    except note.NoteError as error:
        raise _BrokenError(f"{name}: {error}") from error


def _check_tiles(folder: Folder, head: note.TreeHead) -> None:
    growth = Growth()
    for bundle in tiles.bundles_of(head.size):
        hashes = [tree.leaf_hash(entry) for entry in folder.entries(bundle)]
        for tile, data in growth.append(hashes):
            _compare(folder, tile, data)
    for tile, data in growth.partials():
        _compare(folder, tile, data)
    if growth.root() != head.root:
        raise _BrokenError(f"the entries do not have the root that checkpoint signs for size {head.size}")


def _compare(folder: Folder, tile: Tile, data: bytes) -> None:
    if folder.hashes(tile) != data:
        below = "entries" if tile.level == 0 else str(tile.level - 1)
        raise _BrokenError(f"{tile.path} does not hold the hashes of what lies below it in tile/{below}")


def _check_leftovers(folder: Folder, size: int) -> None:
    """Partial tiles of earlier sizes must be beginnings of what stands; what is beyond `size` nobody signed yet."""
    for tile in folder.partials():
        now = Tile(tile.level, tile.index, tiles.width_of(tile.level, tile.index, size))
        if tile.width >= now.width:
            continue
        if tile.level == ENTRIES:
            same = folder.entries(tile) == folder.entries(now)[: tile.width]
        else:
            same = folder.hashes(now).startswith(folder.hashes(tile))
        if not same:
            raise _BrokenError(f"{tile.path} is not the beginning of the tile that followed it")


def _check_older(folder: Folder, head: note.TreeHead, older: note.TreeHead) -> None:
    if older.size > head.size:
        raise _BrokenError(f"checkpoint went back from size {older.size} to {head.size}")
    proof: list[bytes] = []
    if older.size:
        proof = tree.consistency_proof(older.size, head.size, tiles.TileHashes(head.size, folder.hashes))
    if not tree.consistency_holds(
        old=older.size, new=head.size, proof=proof, old_root=older.root, new_root=head.root
    ):
        raise _BrokenError(
            f"history was rewritten: the first {older.size} leaves are not those of the older checkpoint"
        )
