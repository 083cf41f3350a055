"""Compiled part of `searching`: one query after the other, each with the thresholds that suit it.

For single queries, and for those in crowded buckets (near-duplicates of something that is held often): thresholds
are chosen by the size of the buckets, crowded chunks getting less of the radius and rare ones more, and a set of
hashes already seen makes sure that a near-duplicate which qualifies in many chunks is compared and reported once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import CHUNKS, Integers, Words, chunk, distance, integer
from recourse.fingerprints.search.reporting_code import Numbers, Sink, report
from recourse.fingerprints.search.ring_code import Ring, Shorts, ask_ahead, candidate, scan
from recourse.fingerprints.search.vectors import prefetch

Bytes = npt.NDArray[np.uint8]

AHEAD = 12  # probes whose lines are asked for before they are scanned
LARGEST = 4  # threshold of a chunk
OPENING = 64  # opening a bucket costs about as much as scanning so many hashes
CHECK_FROM = 2048
FAR_TOO_DEAR = 1 << 50


@helper
def crowd(crowds: Bytes, level: int, c: int, bucket: int) -> int:
    """How many hashes are within `level` bits of a bucket, about (an eighth too few at most)."""
    code = integer(crowds[level, c, bucket]) - 1
    return 0 if code < 0 else ((8 | code & 7) << (code >> 3)) >> 3


@helper
def crowd_of(crowds: Bytes, queries: Words, j: int) -> int:
    """How many hashes a query scans with all thresholds at 2, about."""
    total = 0
    for c in range(CHUNKS):
        total += crowd(crowds, 1, c, chunk(queries, j, c))
    return total


@helper
def sort_out(queries: Words, crowds: Bytes, most: int, hot: Bytes) -> int:
    """Mark the queries that would scan more than `most` hashes; return how many there are."""
    count = 0
    for j in range(queries.shape[0]):
        hot[j] = crowd_of(crowds, queries, j) > most
        count += hot[j]
    return count


@helper
def share_out(
    queries: Words,
    j: int,
    total: int,
    crowds: Bytes,
    within: Integers,
    best: Integers,
    chosen: Integers,
    thresholds: Integers,
) -> None:
    """Choose thresholds that add up to `total` and scan least: a knapsack over the chunks."""
    best[:, :] = FAR_TOO_DEAR
    best[0, 0] = 0
    for c in range(CHUNKS):
        key = chunk(queries, j, c)
        for t in range(LARGEST + 1):
            cost = 0 if t == 0 else crowd(crowds, t - 1, c, key) + OPENING * within[t]
            for used in range(total + 1 - t):
                if best[c, used] + cost < best[c + 1, used + t]:
                    best[c + 1, used + t] = best[c, used] + cost
                    chosen[c, used + t] = t
    used = total
    for c in range(CHUNKS - 1, -1, -1):
        thresholds[c] = chosen[c, used]
        used -= thresholds[c]


@helper
def list_probes(
    queries: Words, j: int, thresholds: Integers, flips: Integers, within: Integers, probes: Numbers
) -> int:
    """Fill `probes` with the buckets to open: bits flipped << 20 | chunk << 16 | bucket."""
    n = 0
    for c in range(CHUNKS):
        key = chunk(queries, j, c)
        weight = 0
        for f in range(within[thresholds[c]]):
            weight += f >= within[weight + 1]
            probes[n] = np.uint32(weight << 20 | c << 16 | key ^ flips[f])
            n += 1
    return n


@helper
def check(
    ring: Ring,
    sink: Sink,
    queries: Words,
    j: int,
    thresholds: Integers,
    radius: int,
    waiting: Integers,
    n: int,
    seen: Words,
    touched: Integers,
    found: int,
) -> int:
    """Take n waiters through the second filter, drop who was seen, compare who is left with the query."""
    left = 0
    for t in range(n):
        c = waiting[t] >> 35
        share = thresholds[c] + thresholds[(c + 1) & 15] + thresholds[(c + 2) & 15] - 1
        i = candidate(ring, c, waiting[t], share, chunk(queries, j, c + 2))
        if i >= 0:
            prefetch(seen, i >> 6)
            waiting[left] = i
            left += 1
    new = 0
    for t in range(left):
        i = waiting[t]
        bit = np.uint64(1) << np.uint64(i & 63)
        if not seen[i >> 6] & bit:
            seen[i >> 6] |= bit
            touched[min(1 + touched[0], touched.shape[0] - 1)] = i >> 6
            touched[0] += 1
            prefetch(ring.words, 4 * i)
            waiting[new] = i
            new += 1
    for t in range(new):
        apart = distance(ring.words, waiting[t], queries, j)
        if apart <= radius:
            found = report(sink, j, waiting[t], apart, found)
    return found


@helper
def forget(seen: Words, touched: Integers) -> None:
    """Empty the set of seen hashes."""
    if touched[0] < touched.shape[0]:
        for t in range(1, touched[0] + 1):
            seen[touched[t]] = 0
    else:
        seen[:] = 0
    touched[0] = 0


@helper
def one(
    ring: Ring,
    sink: Sink,
    queries: Words,
    j: int,
    radius: int,
    thresholds: Integers,
    probes: Numbers,
    total: int,
    waiting: Integers,
    seen: Words,
    touched: Integers,
    found: int,
) -> int:
    """Open the buckets of one query."""
    n = 0
    for t in range(total):
        if t + AHEAD < total:
            ahead = integer(probes[t + AHEAD])
            ask_ahead(ring, ahead >> 16 & 15, ahead & 0xFFFF)
        probe = integer(probes[t])
        weight, c, bucket = probe >> 20, probe >> 16 & 15, probe & 0xFFFF
        limit = thresholds[c] + thresholds[(c + 1) & 15] - 1 - weight
        p, end = integer(ring.offsets[c, bucket]), integer(ring.offsets[c, bucket + 1])
        wanted = chunk(queries, j, c + 1)
        while p < end:
            p, n = scan(ring, c, p, end, wanted, limit, weight, c, waiting, n)
            if n > CHECK_FROM:
                found = check(ring, sink, queries, j, thresholds, radius, waiting, n, seen, touched, found)
                n = 0
                if sink.counts[j] > sink.limit:
                    return found
    return check(ring, sink, queries, j, thresholds, radius, waiting, n, seen, touched, found)


@helper
def one_by_one(
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
    even: Integers,
    crowds: Bytes,
    most: int,
    flips: Integers,
    within: Integers,
    best: Integers,
    chosen: Integers,
    thresholds: Integers,
    probes: Numbers,
    waiting: Integers,
    seen: Words,
    touched: Integers,
) -> int:
    """Report every pair within the radius. `even` are thresholds for queries that scan no more than `most` hashes."""
    ring = Ring(words, offsets, near, records, number_bits)
    sink = Sink(starts, narrow, wide, withdrawn, limit, counts, hits)
    found = 0
    for j in range(queries.shape[0]):
        if crowd_of(crowds, queries, j) > most:
            share_out(queries, j, radius + 1, crowds, within, best, chosen, thresholds)
        else:
            for c in range(CHUNKS):
                thresholds[c] = even[c]
        total = list_probes(queries, j, thresholds, flips, within, probes)
        found = one(ring, sink, queries, j, radius, thresholds, probes, total, waiting, seen, touched, found)
        forget(seen, touched)
    return found
