"""Compiled: the filters of the ring, as both ways to search use them (docs/explanation/exact-search.md)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import Integers, Words, differing, integer
from recourse.fingerprints.search.reporting_code import Numbers
from recourse.fingerprints.search.vectors import LANES, close_lanes, lowest_bit, prefetch

Shorts = npt.NDArray[np.uint16]

LINE = 32  # values of 16 bits in a cache line
LINES_AHEAD = 8  # of one bucket


class Ring(NamedTuple):
    """The tables of an index; see `tables.Tables`."""

    words: Words
    offsets: Numbers
    near: Shorts
    records: Numbers
    number_bits: int


@helper
def ask_ahead(ring: Ring, c: int, bucket: int) -> None:
    """Ask for the cache lines of a bucket that will be scanned."""
    p = integer(ring.offsets[c, bucket])
    end = min(integer(ring.offsets[c, bucket + 1]), p + LINES_AHEAD * LINE)
    while p < end:
        prefetch(ring.near, c * ring.near.shape[1] + p)
        p += LINE


@helper
def scan(
    ring: Ring,
    c: int,
    p: int,
    end: int,
    wanted: int,
    limit: int,
    weight: int,
    tag: int,
    waiting: Integers,
    n: int,
) -> tuple[int, int]:
    """First filter, from p up to the bucket's end: who differs in at most `limit` bits of the next chunk waits.

    One who waits is tag << 35 | bits that differ in both chunks << 32 | position. `weight` bits differ in the
    bucket. Returns where it stopped, which is before `end` only if nobody else can wait, and how many wait.
    """
    row = c * ring.near.shape[1]
    while p < end and n + LANES <= waiting.shape[0]:
        close = close_lanes(ring.near, row + p, np.uint16(wanted), np.uint16(limit))
        if end - p < LANES:
            close &= (np.uint64(1) << np.uint64(end - p)) - np.uint64(1)
        while close:
            at = p + integer(lowest_bit(close))
            close &= close - np.uint64(1)
            if c > 0:
                prefetch(ring.records, (c - 1) * ring.records.shape[1] + at)
            apart = weight + differing(integer(ring.near[c, at]), wanted)
            waiting[n] = tag << 35 | apart << 32 | at
            n += 1
        p += LANES
    return p, n


@helper
def candidate(ring: Ring, c: int, waiter: int, share: int, next_but_one: int) -> int:
    """Second filter: the number of the hash, or -1 if it differs in more than `share` bits of three chunks."""
    at = waiter & 0xFFFFFFFF
    if c == 0:
        return at  # hashes lie in the order of chunk 0
    record = integer(ring.records[c - 1, at])
    spare = min(32 - ring.number_bits, 16)
    apart = (waiter >> 32 & 7) + differing(record >> ring.number_bits, next_but_one >> (16 - spare))
    i = record & ((1 << ring.number_bits) - 1)
    return i if apart <= share and i < ring.words.shape[0] else -1
