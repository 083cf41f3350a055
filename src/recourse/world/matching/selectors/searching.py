"""The bank in the memory of a process that holds the identity: built from sealed rows, never on disk in clear.

Every search first asks for the number of the last change and reads anew what changed since, so that what was added
is found and what was withdrawn is not, by any process, from its next search on. Ask before a transaction's own
changes and not after: were it undone, this memory would be ahead of the tables.

Refuses: to search in a process without the identity (`KeyNotHeldError`).
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Min

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.fingerprints.search import Index, LiveIndex, from_hex
from recourse.world.matching.domain import (
    RADIUS,
    SEARCHED,
    ListingState,
    Near,
    ReadOf,
    Shelf,
    counts,
    read_hash,
)
from recourse.world.matching.models import Block, Changed, Fingerprint, Head, Listing
from recourse.world.matching.selectors.changes import block_name, listing_name, record_read
from recourse.world.matching.selectors.fingerprints import opened

Hashes = npt.NDArray[np.uint8]
MOST_HITS: Final = 1_000
IN_ONE_QUERY: Final = 500
KEYS_KEPT: Final = 1_000
PROCESS: Final = "process"
"""Who reads the whole bank: one of our own processes, for its memory."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one subject puts on a shelf: uint8[n, 32]."""

    subject: UUID
    shelf: Shelf
    hashes: Hashes


@dataclass(frozen=True, slots=True)
class Hit:
    """A fingerprint, listing or block of a list within the radius, and the least distance of its hashes."""

    subject: UUID
    distance: int


class Bank:
    """All shelves; may be used by many threads at once."""

    def __init__(self) -> None:
        """Begin with nothing; the first search reads all."""
        self._lock = threading.Lock()
        self._epoch: UUID | None = None
        self._seen = 0
        self._empty()

    def search(self, shelf: Shelf, hashes: Hashes, *, now: datetime) -> list[list[Hit]]:
        """Return the hits of each of `hashes`, uint8[n, 32], nearest first, each subject once.

        When the whole bank has to be read for it, that is recorded before anything is answered from it.

        Raises:
            KeyNotHeldError: this process holds no identity.
        """
        with self._lock:
            self._catch_up(now)
            live, subjects = self._shelves[shelf], self._subjects
        found = live.search(hashes, radius=RADIUS, limit=MOST_HITS)
        every: list[list[Hit]] = []
        for query in range(len(hashes)):
            nearest: dict[int, int] = {}
            for number, distance in zip(*found.of(query), strict=True):
                nearest.setdefault(int(number), int(distance))
            every.append(
                [Hit(subjects[number], bits) for number, bits in nearest.items() if number in subjects]
            )
        return every

    def _empty(self) -> None:
        self._shelves = {shelf: LiveIndex() for shelf in Shelf}
        self._numbers: dict[UUID, tuple[Shelf, int]] = {}
        self._subjects: dict[int, UUID] = {}
        self._next = itertools.count()

    def _catch_up(self, now: datetime) -> None:
        head = Head.objects.filter(id=1).first()
        epoch, last = (head.epoch, head.sequence) if head else (None, 0)
        if (epoch, last) == (self._epoch, self._seen):
            return
        if epoch != self._epoch or not _still_told(self._seen, last):
            self._empty()
            held = self._read_all()
            record_read(reader=PROCESS, what=ReadOf.INDEX, hashes=held, now=now)
        else:
            since = Changed.objects.filter(sequence__gt=self._seen, sequence__lte=last)
            self._read_anew(set(since.values_list("subject", flat=True)))
        self._epoch, self._seen = epoch, last

    def _read_all(self) -> int:
        """Fill the shelves; return how many hashes stand there."""
        by_shelf: dict[Shelf, list[tuple[Hashes, int]]] = {shelf: [] for shelf in Shelf}
        for entry in entries():
            by_shelf[entry.shelf].append((entry.hashes, self._numbered(entry)))
        for shelf, held in by_shelf.items():
            if held:
                numbers = np.repeat([number for _, number in held], [len(hashes) for hashes, _ in held])
                index = Index.build(np.concatenate([hashes for hashes, _ in held]), numbers)
                self._shelves[shelf] = LiveIndex(index)
        return sum(len(hashes) for held in by_shelf.values() for hashes, _ in held)

    def _read_anew(self, subjects: set[UUID]) -> None:
        for subject in subjects & self._numbers.keys():
            shelf, number = self._numbers.pop(subject)
            self._shelves[shelf].withdraw([number])
            del self._subjects[number]
        for entry in entries(subjects):
            number = self._numbered(entry)
            self._shelves[entry.shelf].add(entry.hashes, np.full(len(entry.hashes), number))

    def _numbered(self, entry: Entry) -> int:
        number = next(self._next)
        self._numbers[entry.subject], self._subjects[number] = (entry.shelf, number), entry.subject
        return number


_BANK: Final = Bank()


def near(shelf: Shelf, values: Sequence[str], *, now: datetime) -> list[list[Hit]]:
    """Return what of a shelf is within the radius of each of some hashes, 64 hexadecimal digits each.

    Raises:
        KeyNotHeldError: this process holds no identity.
    """
    return _BANK.search(shelf, from_hex(list(values)), now=now) if values else []


def access_near(*, reader: str, hashes: Sequence[str], now: datetime) -> tuple[tuple[Near, ...], ...]:
    """Return for each hash the listings within its radius, nearest first, and record once that somebody asked.

    Raises:
        BadHashError: one is none; nothing is searched.
        KeyNotHeldError: this process holds no identity.
    """
    found = near(Shelf.SHARED, [read_hash(one) for one in hashes], now=now)
    record_read(reader=reader, what=ReadOf.NEAR, hashes=sum(map(len, found)), now=now)
    return tuple(tuple(Near(hit.subject, hit.distance) for hit in hits) for hits in found)


def entries(only: Iterable[UUID] | None = None) -> Iterator[Entry]:
    """Read what stands on the shelves, all of it or of some subjects; what an erasure overtook is left out."""
    keys = _Keys()
    if only is None:
        yield from _read(None, keys)
        return
    wanted = list(only)
    for at in range(0, len(wanted), IN_ONE_QUERY):
        yield from _read(wanted[at : at + IN_ONE_QUERY], keys)


def _read(batch: Sequence[UUID] | None, keys: _Keys) -> Iterator[Entry]:
    chosen = {} if batch is None else {"id__in": batch}
    for row in Fingerprint.objects.filter(state__in=SEARCHED, key_id__isnull=False, **chosen).iterator(500):
        if row.key_id is not None and (key := keys.open(row.key_id)):
            good = [part.hash for part in opened(row, key).parts if counts(part)]
            if good:
                yield Entry(row.id, Shelf.CASES, from_hex(good))
    for listing in Listing.objects.filter(state=ListingState.ACTIVE, **chosen).iterator(500):
        if key := keys.open(listing.key_id):
            value = vault.unseal(key, listing_name(listing.id), listing.sealed)
            yield Entry(listing.id, Shelf.SHARED, _unpacked(value))
    for block in Block.objects.filter(**chosen).select_related("source").iterator(50):
        if key := keys.open(block.source.key_id):
            values = vault.unseal(key, block_name(block.id), block.sealed)
            yield Entry(block.id, Shelf.LAWFUL if block.source.lawful else Shelf.OTHERS, _unpacked(values))


class _Keys:
    """The keys of one reading, each opened once; the last few are kept, since rows of one case stand together."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[UUID, DataKey | None] = {}

    def open(self, key_id: UUID) -> DataKey | None:
        """Return a key; None if an erasure destroyed it."""
        if key_id not in self._open:
            if len(self._open) > KEYS_KEPT:
                self._open.clear()
            try:
                self._open[key_id] = vault.open_key(key_id)
            except NotFoundError:
                self._open[key_id] = None
        return self._open[key_id]


def _unpacked(values: bytes) -> Hashes:
    return np.frombuffer(values, np.uint8).reshape(-1, 32)


def _still_told(seen: int, last: int) -> bool:
    """Tell whether the tables still name every change after the last one seen."""
    if last < seen:
        return False
    oldest = Changed.objects.aggregate(oldest=Min("sequence"))["oldest"]
    return oldest is not None and oldest <= seen + 1
