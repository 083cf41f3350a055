r"""An index in a file: checked when it is opened, mapped and not read, replaced as a whole or not at all.

Numbers are little-endian. Layout, version 1 (docs/reference/index-format.md):

    0      8    magic  b"\\x89RCRING\\n": no text, and spoilt by whoever changes line ends
    8      4    version, uint32: 1
    12     4    flags, uint32: 1 columns, 2 repeated hashes, 4 narrow ids; others 0
    16     8    hashes, uint64
    24     8    entries, uint64
    32     8    length of the file in bytes, uint64
    40     32   SHA-256 of the block digests
    72     32   SHA-256 of bytes 0 to 71
    4096        the columns in the order of `tables.Tables`, each from a multiple of 4096; zeros between
    then        SHA-256 of each block of 4 MiB from 4096 to here, the last one shorter

The shape of every column follows from flags and counts, so a file has no field that could point anywhere. The sums
find damage; they are no signature: who can write the file can write its sums.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import IO, Final

import numpy as np

from recourse.fingerprints.errors import DamagedIndexError, ForeignIndexError
from recourse.fingerprints.search import tables
from recourse.fingerprints.search.building import in_threads
from recourse.fingerprints.search.tables import Tables

MAGIC: Final = b"\x89RCRING\n"
VERSION: Final = 1
HEAD: Final = struct.Struct("<8sIIQQQ32s32s")
SUMMED: Final = HEAD.size - 32  # bytes of the head that its own digest covers
PAGE: Final = 4096
BLOCK: Final = 4 << 20
DIGEST: Final = 32
RINGED, REPEATED, NARROW = 1, 2, 4
DTYPES: Final = {
    "words": "<u8",
    "starts": "<u4",
    "narrow": "<u4",
    "wide": "<i8",
    "offsets": "<u4",
    "near": "<u2",
    "records": "<u4",
    "crowds": "|u1",
}
COLUMNS: Final = tuple(field.name for field in fields(Tables))


def write(held: Tables, path: Path) -> None:
    """Write a file beside `path`, flush it to the disk, and put it in the place of `path`. Raises OSError."""
    _little_endian()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            _fill(file, held)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o600)
            Path(file.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> tuple[Tables, memoryview]:
    """Map the file, and check what can be checked without reading it: head, length and buckets. See `check`.

    Raises DamagedIndexError, ForeignIndexError, OSError.
    """
    _little_endian()
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        if length < PAGE:
            raise DamagedIndexError(f"{path.name} is no index: it is shorter than the head of one")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(mapped)
    held = _lay_over(view, *_head(view, path.name))
    _check_buckets(held, path.name)
    return held, view


def check(view: memoryview, name: str, threads: int) -> None:
    """Compare every block with its digest. Raises DamagedIndexError, which names the first bad block."""
    _flags, _hashes, _entries, end, total = _head(view, name)
    digests = view[end : len(view)]
    if hashlib.sha256(digests).digest() != total:
        raise DamagedIndexError(f"{name} is damaged: its list of digests is not as it was written")
    blocks = list(_blocks(end))
    bad: list[int] = []

    def work(t: int) -> None:
        for k in range(t, len(blocks), threads):
            first, last = blocks[k]
            if hashlib.sha256(view[first:last]).digest() != digests[k * DIGEST : (k + 1) * DIGEST]:
                bad.append(k)

    in_threads(work, threads)
    if bad:
        raise DamagedIndexError(
            f"{name} is damaged in block {min(bad)} of {len(blocks)}: write it anew from its source"
        )


def _fill(file: IO[bytes], held: Tables) -> None:
    """Write columns and digests, and the head last."""
    file.write(bytes(PAGE))
    for name in COLUMNS:
        column = getattr(held, name)
        if column.size:
            file.write(column.astype(DTYPES[name], copy=False).data.cast("B"))
        file.write(bytes(-file.tell() % PAGE))
    end = file.tell()
    file.flush()
    digests = b""
    with mmap.mmap(file.fileno(), end, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
        for first, last in _blocks(end):
            digests += hashlib.sha256(view[first:last]).digest()
    file.write(digests)
    flags = RINGED * held.ringed | REPEATED * (len(held.starts) > 0) | NARROW * (len(held.wide) == 0)
    counts = (len(held.words), len(held.ids), file.tell())
    head = HEAD.pack(MAGIC, VERSION, flags, *counts, hashlib.sha256(digests).digest(), b"")[:SUMMED]
    file.seek(0)
    file.write(head + hashlib.sha256(head).digest())


def _blocks(end: int) -> Iterator[tuple[int, int]]:
    for first in range(PAGE, end, BLOCK):
        yield first, min(first + BLOCK, end)


def _head(view: memoryview, name: str) -> tuple[int, int, int, int, bytes]:
    """Check the head: flags, hashes, entries, where the digests begin, and their own digest."""
    magic, version, flags, hashes, entries, length, total, own = HEAD.unpack_from(view)
    if magic != MAGIC:
        raise DamagedIndexError(f"{name} is no index: it does not begin like one")
    if version != VERSION:
        raise ForeignIndexError(
            f"{name} has version {version} of the format, and this program reads {VERSION}: write it anew"
        )
    if hashlib.sha256(view[:SUMMED]).digest() != own:
        raise DamagedIndexError(f"{name} is damaged: its head is not as it was written")
    if length != len(view):
        raise DamagedIndexError(f"{name} is cut off or padded: it has {len(view)} of {length} bytes")
    end = _end(flags, hashes, entries)
    blocks = -(-(end - PAGE) // BLOCK)
    if (
        flags > RINGED | REPEATED | NARROW
        or max(hashes, entries) > tables.MOST
        or length != end + blocks * DIGEST
    ):
        raise DamagedIndexError(f"{name} is damaged: its head promises what the file cannot hold")
    return flags, hashes, entries, end, total


def _places(flags: int, hashes: int, entries: int) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """Name, place and shape of each column, and last where they end."""
    shapes = tables.shapes(
        hashes, entries, ringed=flags & RINGED > 0, repeated=flags & REPEATED > 0, narrow=flags & NARROW > 0
    )
    place = PAGE
    for name in COLUMNS:
        yield name, place, shapes[name]
        size = np.dtype(DTYPES[name]).itemsize
        for length in shapes[name]:
            size *= length
        place += -(-size // PAGE) * PAGE
    yield "", place, ()


def _end(flags: int, hashes: int, entries: int) -> int:
    *_, (_name, place, _shape) = _places(flags, hashes, entries)
    return place


def _lay_over(view: memoryview, flags: int, hashes: int, entries: int, _end: int, _total: bytes) -> Tables:
    columns = {
        name: np.ndarray(shape, DTYPES[name], buffer=view, offset=place)
        for name, place, shape in _places(flags, hashes, entries)
        if name
    }
    return Tables(**columns)


def _check_buckets(held: Tables, name: str) -> None:
    """Buckets and entries must be in order, since machine code follows them without looking. The rest it looks at."""
    offsets, starts = held.offsets, held.starts
    good = not offsets.size or (
        (offsets[:, 0] == 0).all()
        and (offsets[:, -1] == len(held.words)).all()
        and bool((offsets[:, 1:] >= offsets[:, :-1]).all())
    )
    if starts.size:
        good = good and starts[0] == 0 and starts[-1] == len(held.ids)
    elif len(held.ids) != len(held.words):
        good = False
    if not good:
        raise DamagedIndexError(f"{name} is damaged: its buckets are not in order")


def _little_endian() -> None:
    if sys.byteorder != "little":
        raise ForeignIndexError("index files are little-endian, and this machine is not")
