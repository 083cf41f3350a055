"""From hashes to tables: sort, keep each hash once, and lay out the order of each chunk.

Sorting is numpy's, of single numbers, which it does with vector instructions: a row's number rides in the low bits
of what is sorted. For a chunk the number is chunk c, chunk c + 1 and the record, so that sorting it *is* the table.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.search import tables
from recourse.fingerprints.search.tables import Integers, Numbers, Tables, Words

CODE = "recourse.fingerprints.search.building_code"

gather = Kernel(CODE, "gather", "u64[:,:] u64[:] i64 i64 i64 u64[:,:] u32[:]")
settle = Kernel(CODE, "settle", "u64[:,:] u32[:] i64")
merge_equal = Kernel(CODE, "merge_equal", "u64[:,:] u32[:]")
pack = Kernel(CODE, "pack", "u64[:,:] i64 i64 u64[:]")
unpack = Kernel(CODE, "unpack", "u64[:] i64 u32[:,:] u16[:,:] u32[:,:]")
census = Kernel(CODE, "census", "u32[:,:] i64[:,:] u8[:,:,:]")


def build(hashes: Words, ids: Integers | None, threads: int) -> Tables:
    """Make the tables. Beside them it needs 32 bytes per hash for a moment, and 8 per hash and thread."""
    words, starts, rows = _in_order(hashes, threads)
    narrow, wide = _entries(rows, ids)
    ringed = len(words) >= tables.RINGED_FROM
    shapes = tables.shapes(
        len(words), len(rows), ringed=ringed, repeated=len(starts) > 0, narrow=len(narrow) == len(rows)
    )
    made = Tables(
        words=words,
        starts=starts,
        narrow=narrow,
        wide=wide,
        offsets=np.empty(shapes["offsets"], np.uint32),
        near=np.zeros(shapes["near"], np.uint16),
        records=np.empty(shapes["records"], np.uint32),
        crowds=np.empty(shapes["crowds"], np.uint8),
    )
    if ringed:
        _lay_out(made, threads)
    return made


def in_threads(work: Callable[[int], None], threads: int) -> None:
    """Call `work` with 0 to threads - 1, at the same time; an error of one is raised here."""
    if threads == 1:
        work(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))


def _in_order(hashes: Words, threads: int) -> tuple[Words, Numbers, Numbers]:
    """Sort hashes and keep each once: words[m, 4], starts (empty if all differ), and the row of each entry."""
    count = len(hashes)
    mask = (1 << tables.number_bits(count)) - 1
    packed = hashes[:, 0] & ~np.uint64(mask)
    packed |= np.arange(count, dtype=np.uint64)
    packed.sort()
    words, rows = np.empty((count, tables.WORDS), np.uint64), np.empty(count, np.uint32)
    edges = [count * t // threads for t in range(threads + 1)]

    def work(t: int) -> None:
        gather(hashes, packed, mask, edges[t], edges[t + 1], words, rows)

    in_threads(work, threads)
    settle(words, rows, mask)
    starts = np.empty(count + 1, np.uint32)
    distinct = merge_equal(words, starts)
    if distinct == count:
        return words, starts[:0].copy(), rows
    return words[:distinct].copy(), starts[: distinct + 1].copy(), rows


def _entries(rows: Numbers, ids: Integers | None) -> tuple[Numbers, Integers]:
    """Ids of the entries, in one of two widths; the other is empty."""
    none = np.empty(0, np.int64)
    if ids is None:
        return rows, none
    taken = ids[rows]
    if len(ids) and int(ids.max()) > np.iinfo(np.uint32).max:
        return rows[:0].copy(), taken
    return taken.astype(np.uint32), none


def _lay_out(made: Tables, threads: int) -> None:
    count = len(made.words)

    def work(first: int) -> None:
        packed = np.empty(count, np.uint64)
        for c in range(first, tables.CHUNKS, threads):
            pack(made.words, c, made.number_bits, packed)
            packed.sort()
            unpack(packed, c, made.offsets, made.near, made.records)

    in_threads(work, min(threads, tables.CHUNKS))
    census(made.offsets, np.empty((tables.LEVELS, tables.BUCKETS), np.int64), made.crowds)
