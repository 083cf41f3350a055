"""A log as files: reading with bounds, writing so that a crash at any moment leaves whole files only.

Files: `checkpoint`, `vkey`, `tile/...` as C2SP names them. No database, no key. Refuses: to put other bytes where
a tile already is, to replace a checkpoint by a smaller one, and to read more than a tile can hold.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recourse.base.ledger import note, tiles, tree
from recourse.base.ledger.domain import LedgerFolderError, LedgerForkError
from recourse.base.ledger.tiles import ENTRIES, Growth, Tile

_PUBLIC_FILE = 0o644


class Folder:
    """One log's folder."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Take the path; `durable` makes every write reach the disk before the call returns."""
        self.path = path
        self._durable = durable

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer on this machine out, and sweep up what a killed one left half written."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left in self.path.rglob(".*.tmp"):
                left.unlink(missing_ok=True)
            yield

    def checkpoint(self) -> str | None:
        """Return the published checkpoint, or None before the first.

        Raises:
            LedgerFolderError: it is too large or not text.
        """
        return self._text("checkpoint")

    def vkey(self) -> str | None:
        """Return the verifier key that lies beside the log; it proves nothing until it is pinned elsewhere."""
        text = self._text("vkey")
        return None if text is None else text.strip()

    def hashes(self, tile: Tile) -> bytes:
        """Return the bytes of a hash tile of exactly `tile.width`; from the full tile if the partial one is gone.

        Raises:
            LedgerFolderError: missing, or of another length; names the path.
        """
        data = self._partial_or_whole(tile, tiles.WIDTH * tree.HASH_BYTES)
        wanted = tile.width * tree.HASH_BYTES
        if data is not None and data[0].width != tile.width and len(data[1]) == tiles.WIDTH * tree.HASH_BYTES:
            return data[1][:wanted]
        if data is None or len(data[1]) != wanted:
            raise LedgerFolderError(f"{tile.path} {'is missing' if data is None else 'has the wrong length'}")
        return data[1]

    def entries(self, bundle: Tile) -> list[bytes]:
        """Return the entries of a bundle of exactly `bundle.width`.

        Raises:
            LedgerFolderError: missing or malformed; names the path.
        """
        found = self._partial_or_whole(bundle, tiles.MAX_BUNDLE_BYTES)
        if found is None:
            raise LedgerFolderError(f"{bundle.path} is missing")
        try:
            return tiles.decode_bundle(found[1], found[0].width)[: bundle.width]
        except tiles.BundleError as error:
            raise LedgerFolderError(f"{found[0].path} {error}") from error

    def raw(self, tile: Tile) -> bytes | None:
        """Return the bytes of exactly this tile or bundle as they are published, or None.

        Raises:
            LedgerFolderError: larger than it can be.
        """
        return self._read(tile.path, tiles.MAX_BUNDLE_BYTES)

    def partials(self) -> Iterator[Tile]:
        """Give every partial tile and bundle that lies there, in the order of paths."""
        for found in sorted(self.path.glob("tile/**/*.p/*")):
            tile = tiles.parse_path(found.relative_to(self.path).as_posix())
            if tile is not None and not tile.full:
                yield tile

    def write(self, tile: Tile, data: bytes) -> None:
        """Put a tile or bundle in its place; doing it again with the same bytes does nothing.

        Raises:
            LedgerForkError: other bytes are there already.
        """
        target = self.path / tile.path
        with suppress(FileNotFoundError):
            if target.read_bytes() != data:
                raise LedgerForkError(f"{tile.path} is already published with other bytes")
            return
        self._replace(target, data)

    def write_checkpoint(self, text: str, vkey: str) -> None:
        """Publish a checkpoint whose tiles are all in place; the last step.

        Raises:
            LedgerForkError: the one that stands is larger, or of the same size with another root.
        """
        standing = self.checkpoint()
        if standing is not None:
            old, new = (note.parse_head(note.split(each)[0]) for each in (standing, text))
            if old.size > new.size or (old.size == new.size and old.root != new.root):
                raise LedgerForkError("the published checkpoint may not go back or change")
        if self.vkey() != vkey:
            self._replace(self.path / "vkey", f"{vkey}\n".encode())
        if standing != text:
            self._replace(self.path / "checkpoint", text.encode())

    def drop_partials_of_full(self, since: int, size: int) -> None:
        """Delete partial tiles that became full on the way from `since` to `size` leaves; C2SP allows it."""
        for tile in [*tiles.edge_of(since), *_partial_bundle(since)]:
            if tiles.width_of(tile.level, tile.index, size) == tiles.WIDTH:
                shutil.rmtree(self.path / f"{tile.whole.path}.p", ignore_errors=True)

    def _text(self, name: str) -> str | None:
        data = self._read(name, note.MAX_NOTE_BYTES)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError as error:
            raise LedgerFolderError(f"{name} is not text") from error

    def _partial_or_whole(self, tile: Tile, most: int) -> tuple[Tile, bytes] | None:
        for candidate in (tile, tile.whole):
            data = self._read(candidate.path, most)
            if data is not None:
                return candidate, data
        return None

    def _read(self, path: str, most: int) -> bytes | None:
        try:
            with (self.path / path).open("rb") as file:
                data = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LedgerFolderError(f"{path} cannot be read") from error
        if len(data) > most:
            raise LedgerFolderError(f"{path} is larger than it can be")
        return data

    def _replace(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".{secrets.token_hex(8)}.tmp"
        try:
            with temporary.open("xb") as file:
                os.fchmod(file.fileno(), _PUBLIC_FILE)
                file.write(data)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        if self._durable:
            self._sync_up(target.parent)

    def _sync_up(self, folder: Path) -> None:
        """Make the name durable, and those of the folders above it up to the log's own."""
        for each in (folder, *folder.parents):
            handle = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if each == self.path:
                return


def extend(
    folder: Folder,
    growth: Growth,
    *,
    size: int,
    entries: Callable[[int, int], Iterable[bytes]],
    final: int | None = None,
) -> None:
    """Write everything that a log needs to grow from `growth.size` to `size` leaves, except its checkpoint.

    Args:
        folder: Where to.
        growth: The right edge of the tree so far; it is grown.
        size: Number of leaves afterwards.
        entries: Gives the entries from an index up to another (exclusive).
        final: Size the folder will have in the end, when it is built through several; partial tiles that will be
            full by then are left out.

    Raises:
        LedgerForkError: the entries contradict the tree so far, or a tile that is there already.
    """
    before, final = growth.size, final or size
    for index in range(before // tiles.WIDTH, -(-size // tiles.WIDTH)):
        first = index * tiles.WIDTH
        bundle = Tile(ENTRIES, index, tiles.width_of(ENTRIES, index, size))
        batch = list(entries(first, first + bundle.width))
        hashes = [tree.leaf_hash(entry) for entry in batch]
        old = max(0, before - first)
        if len(batch) != bundle.width or (old and hashes[:old] != growth.edge[0]):
            raise LedgerForkError(f"the entries for {bundle.path} are not those that were published")
        if bundle.full or tiles.width_of(ENTRIES, index, final) != tiles.WIDTH:
            folder.write(bundle, tiles.encode_bundle(batch))
        for tile, data in growth.append(hashes[old:]):
            folder.write(tile, data)
    for tile, data in growth.partials():
        if tiles.width_of(tile.level, tile.index, final) != tiles.WIDTH:
            folder.write(tile, data)


def _partial_bundle(size: int) -> list[Tile]:
    width = size % tiles.WIDTH
    return [Tile(ENTRIES, size // tiles.WIDTH, width)] if width else []
