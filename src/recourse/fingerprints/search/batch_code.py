"""Compiled part of `searching`: many queries at once, for each chunk in the order of its buckets.

Sorted probes read a table once and almost in order, and a bucket stays in cache for all queries that want it.
A pair passes the filters from several chunks; it is reported from its `start` only, so no set of seen pairs is kept.
"""

from __future__ import annotations

import numpy as np

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import CHUNKS, Integers, Words, chunk, distance, integer, start
from recourse.fingerprints.search.reporting_code import Numbers, Sink, report
from recourse.fingerprints.search.ring_code import Ring, Shorts, ask_ahead, candidate, scan
from recourse.fingerprints.search.vectors import prefetch

AHEAD = 12  # probes whose lines are asked for before they are scanned
PART_BITS = 4  # probes are sorted by bucket >> PART_BITS: that many buckets fit the first cache
PARTS = 1 << (16 - PART_BITS)
CHECK_FROM = 2048  # who passed the first filter waits until so many are checked together


@helper
def list_probes(queries: Words, c: int, threshold: int, probes: Numbers, ends: Integers) -> int:
    """Fill `probes` with the buckets each query opens in chunk c: bucket << 14 | query << 1 | one bit flipped."""
    flips = 17 if threshold > 1 else 1
    count = queries.shape[0]
    ends[:] = 0
    for j in range(count):
        key = chunk(queries, j, c)
        for f in range(flips):
            ends[((key ^ ((1 << f) >> 1)) >> PART_BITS) + 1] += 1
    for part in range(PARTS):
        ends[part + 1] += ends[part]
    for j in range(count):
        key = chunk(queries, j, c)
        for f in range(flips):
            bucket = key ^ ((1 << f) >> 1)
            part = bucket >> PART_BITS
            at = ends[part]
            ends[part] = at + 1
            probes[at] = np.uint32(bucket << 14 | j << 1 | (f > 0))
    return integer(flips * count)


@helper
def check(
    ring: Ring,
    sink: Sink,
    queries: Words,
    thresholds: Integers,
    radius: int,
    c: int,
    waiting: Integers,
    n: int,
    found: int,
) -> int:
    """Take n waiters through the second filter, compare who is left with the query; passes overlap their loads."""
    share = thresholds[c] + thresholds[(c + 1) & 15] + thresholds[(c + 2) & 15] - 1
    left = 0
    for t in range(n):
        j = waiting[t] >> 35
        i = candidate(ring, c, waiting[t], share, chunk(queries, j, c + 2))
        if i >= 0 and sink.counts[j] <= sink.limit:
            prefetch(ring.words, 4 * i)
            waiting[left] = j << 35 | i
            left += 1
    for t in range(left):
        j, i = waiting[t] >> 35, waiting[t] & 0xFFFFFFFF
        apart = distance(ring.words, i, queries, j)
        if apart <= radius and start(ring.words, i, queries, j, thresholds) == c:
            found = report(sink, j, i, apart, found)
    return found


@helper
def in_order(
    ring: Ring,
    sink: Sink,
    queries: Words,
    thresholds: Integers,
    radius: int,
    c: int,
    probes: Numbers,
    total: int,
    waiting: Integers,
    found: int,
) -> int:
    """Open the sorted probes of one chunk one after the other."""
    limit = thresholds[c] + thresholds[(c + 1) & 15] - 1
    n = 0
    for t in range(total):
        if t + AHEAD < total:
            ask_ahead(ring, c, integer(probes[t + AHEAD]) >> 14)
        probe = integer(probes[t])
        bucket, j, flipped = probe >> 14, probe >> 1 & 0x1FFF, probe & 1
        p, end = integer(ring.offsets[c, bucket]), integer(ring.offsets[c, bucket + 1])
        wanted = chunk(queries, j, c + 1)
        while p < end:
            p, n = scan(ring, c, p, end, wanted, limit - flipped, flipped, j, waiting, n)
            if n > CHECK_FROM:
                found = check(ring, sink, queries, thresholds, radius, c, waiting, n, found)
                n = 0
    return check(ring, sink, queries, thresholds, radius, c, waiting, n, found)


@helper
def batch(
    words: Words,
    offsets: Numbers,
    near: Shorts,
    records: Numbers,
    number_bits: int,
    starts: Numbers,
    narrow: Numbers,
    wide: Integers,
    withdrawn: Integers,
    limit: int,
    counts: Integers,
    hits: Words,
    queries: Words,
    radius: int,
    thresholds: Integers,
    probes: Numbers,
    ends: Integers,
    waiting: Integers,
) -> int:
    """Report every pair within the radius. The thresholds add up to radius + 1, and none is above 2."""
    ring = Ring(words, offsets, near, records, number_bits)
    sink = Sink(starts, narrow, wide, withdrawn, limit, counts, hits)
    found = 0
    for c in range(CHUNKS):
        if thresholds[c] > 0:
            total = list_probes(queries, c, thresholds[c], probes, ends)
            found = in_order(ring, sink, queries, thresholds, radius, c, probes, total, waiting, found)
    return found
