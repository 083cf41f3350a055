"""Which way each query takes through the tables, and the memory it needs on the way.

Three ways give the same answer: `brute` for few hashes, `batch` for many queries, `one_by_one` for few queries and
for those in crowded buckets. Which one is taken is only a matter of time.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.kernels import Frame, Kernel
from recourse.fingerprints.search import tables
from recourse.fingerprints.search.building import in_threads
from recourse.fingerprints.search.hits import QUERY, Hits, unpacked
from recourse.fingerprints.search.tables import Integers, Tables, Words

Bytes = npt.NDArray[np.uint8]

CODE = "recourse.fingerprints.search."
SINK = "u32[:] u32[:] i64[:] i64[:] i64 i64[:] u64[:]"
RING = f"u64[:,:] u32[:,:] u16[:,:] u32[:,:] i64 {SINK} u64[:,:] i64"

batch = Kernel(CODE + "batch_code", "batch", f"{RING} i64[:] u32[:] i64[:] i64[:]")
one_by_one = Kernel(
    CODE + "single_code",
    "one_by_one",
    f"{RING} i64[:] u8[:,:,:] i64 i64[:] i64[:] i64[:,:] i64[:,:] i64[:] u32[:] i64[:] u64[:] i64[:]",
)
sort_out = Kernel(CODE + "single_code", "sort_out", "u64[:,:] u8[:,:,:] i64 u8[:]")
brute = Kernel(CODE + "brute_code", "brute", f"u64[:,:] u8[:] {SINK} u64[:,:] i64")
KERNELS: Final = (batch, one_by_one, sort_out, brute)

BATCH: Final = 8192  # queries; their number has 13 bits in a probe
FLOOD: Final = 16  # queries in crowded buckets that share one list of hits: it stays in cache
SINGLE_UP_TO = 96  # fewer queries are not worth sorting
WAITING: Final = 4096
ROOM: Final = 1 << 14  # hits, at first
KEEP_ROOM: Final = 1 << 22
LARGEST_THRESHOLD: Final = 4

# Every way to flip bits of a chunk, by number of bits; the first WITHIN[t] flip fewer than t.
FLIPS = np.array(sorted(range(1 << 16), key=lambda x: (x.bit_count(), x))[:697], np.int64)
WITHIN = np.array([0, 1, 17, 137, 697], np.int64)
NOTHING = np.empty(0, np.int64)
ALL = np.empty(0, np.uint8)


class At(IntEnum):
    """Place of an argument in the frames of `batch` and `one_by_one`."""

    WITHDRAWN = 8
    LIMIT = 9
    COUNTS = 10
    HITS = 11
    QUERIES = 12
    RADIUS = 13
    THRESHOLDS = 14


def even_thresholds(radius: int) -> Integers:
    """Thresholds of the 16 chunks, as equal as they can be; they add up to radius + 1."""
    return np.array([(radius + 1 + c) // tables.CHUNKS for c in range(tables.CHUNKS)], np.int64)


def crowded_from(hashes: int) -> int:
    """A query that scans more hashes than this is in crowded buckets: twice what it scans if all are alike."""
    return 2 * 272 * hashes // tables.BUCKETS + 4096


class Request(NamedTuple):
    """What is asked, beside the queries: checked, and ready for machine code."""

    radius: int
    limit: int
    withdrawn: Integers = NOTHING  # open table of ids that are left out (`reporting_code.slot`)


class Scratch:
    """Memory of one thread that searches: frames of both kernels, and what they write to."""

    def __init__(self, held: Tables, most: int) -> None:
        """Prepare for these tables; queries that scan more than `most` hashes count as crowded."""
        self.hits = np.empty(ROOM, np.uint64)
        waiting = np.empty(WAITING, np.int64)
        sink = (held.starts, held.narrow, held.wide, NOTHING, 1, NOTHING, self.hits)
        ring = (held.words, held.offsets, held.near, held.records, held.number_bits)
        common = (*ring, *sink, held.words, 0, NOTHING)
        self.batch = batch.frame(*common, np.empty(17 * BATCH, np.uint32), np.empty(4097, np.int64), waiting)
        shares = (tables.CHUNKS + 1, tables.CHUNKS * LARGEST_THRESHOLD)
        self.single = one_by_one.frame(
            *common,
            held.crowds,
            most,
            FLIPS,
            WITHIN,
            np.empty(shares, np.int64),
            np.empty(shares, np.int64),
            np.empty(tables.CHUNKS, np.int64),
            np.empty(tables.CHUNKS * len(FLIPS), np.uint32),
            waiting,
            np.zeros((len(held.words) >> 6) + 1, np.uint64),
            np.zeros(1 << 14, np.int64),
        )

    def run(self, kernel: Kernel, frame: Frame, counts: Integers) -> Words:
        """Run once, or again with more room when there are more hits than room; return a copy of the hits."""
        while True:
            frame[At.COUNTS], frame[At.HITS] = counts, self.hits
            found = kernel.run(frame)
            if found <= len(self.hits):
                taken = self.hits[:found].copy()
                if len(self.hits) > KEEP_ROOM:
                    self.hits = np.empty(ROOM, np.uint64)
                return taken
            self.hits = np.empty(found + found // 4, np.uint64)
            counts[:] = 0


def compared(held: Tables, gone: Bytes, queries: Words, counts: Integers, request: Request) -> Words:
    """Compare with every hash i but those where gone[i]; return packed hits."""
    room = ROOM
    while True:
        hits = np.empty(room, np.uint64)
        sink = (held.starts, held.narrow, held.wide, request.withdrawn, request.limit, counts, hits)
        room = brute(held.words, gone, *sink, queries, request.radius)
        if room <= len(hits):
            return hits[:room]
        counts[:] = 0


class Searcher:
    """Searches tables; may be called by any number of threads at once."""

    def __init__(self, held: Tables) -> None:
        """Search these tables, for as long as the searcher lives."""
        self._held = held
        self._most = crowded_from(len(held.words))
        self._scratch: deque[Scratch] = deque()

    def search(self, queries: Words, request: Request, threads: int) -> Hits:
        """Find all entries within the radius."""
        counts = np.zeros(len(queries), np.int64)
        edges = [len(queries) * t // threads for t in range(threads + 1)]
        spans = [span for span in pairwise(edges) if span[0] < span[1]]
        found: list[list[Words]] = [[] for _ in spans]
        way = self._ring if self._held.ringed else self._brute

        def work(t: int) -> None:
            first, last = spans[t]
            parts = way(queries[first:last], counts[first:last], request)
            found[t] = [part + np.uint64(first << QUERY) for part in parts] if first else parts

        if spans:
            in_threads(work, len(spans))
        parts = [part for several in found for part in several]
        packed = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0, np.uint64)])
        return unpacked(packed, self._held.ids, counts > request.limit)

    def _brute(self, queries: Words, counts: Integers, request: Request) -> list[Words]:
        return [compared(self._held, ALL, queries, counts, request)]

    def _ring(self, queries: Words, counts: Integers, request: Request) -> list[Words]:
        scratch = self._borrow()
        thresholds = even_thresholds(request.radius)
        for frame in (scratch.batch, scratch.single):
            frame[At.WITHDRAWN], frame[At.LIMIT] = request.withdrawn, request.limit
            frame[At.RADIUS], frame[At.THRESHOLDS] = request.radius, thresholds
        if len(queries) <= SINGLE_UP_TO:
            parts = [self._some(scratch, one_by_one, queries, np.arange(len(queries)), counts)]
        else:
            hot = np.empty(len(queries), np.uint8)
            sort_out(queries, self._held.crowds, self._most, hot)
            cold, crowded = np.flatnonzero(hot == 0), np.flatnonzero(hot)
            parts = [
                self._some(scratch, kernel, queries, chosen[begin : begin + size], counts)
                for kernel, chosen, size in ((batch, cold, BATCH), (one_by_one, crowded, FLOOD))
                for begin in range(0, len(chosen), size)
            ]
        self._scratch.append(scratch)
        return parts

    def _some(
        self, scratch: Scratch, kernel: Kernel, queries: Words, chosen: Integers, counts: Integers
    ) -> Words:
        """Search the chosen queries; hits carry the queries' own numbers, and `counts` theirs."""
        frame = scratch.batch if kernel is batch else scratch.single
        whole = len(chosen) == len(queries)
        frame[At.QUERIES] = queries if whole else queries[chosen]
        mine = counts if whole else np.zeros(len(chosen), np.int64)
        hits = scratch.run(kernel, frame, mine)
        if whole:
            return hits
        counts[chosen] = mine
        names = (chosen << QUERY).view(np.uint64)[(hits >> np.uint64(QUERY)).view(np.int64)]
        hits &= np.uint64((1 << QUERY) - 1)
        hits |= names
        return hits

    def _borrow(self) -> Scratch:
        try:
            return self._scratch.pop()
        except IndexError:
            return Scratch(self._held, self._most)
