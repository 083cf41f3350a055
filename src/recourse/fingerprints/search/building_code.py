"""Compiled part of `building`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import CHUNKS, Integers, Words, chunk, integer
from recourse.fingerprints.search.vectors import leading_zeros, prefetch

Shorts = npt.NDArray[np.uint16]
Numbers = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

AHEAD = 16  # rows asked for before they are copied
BUCKETS = 1 << 16
LEVELS = 4  # crowds are known within 0, 1, 2 and 3 bits of a bucket


@helper
def gather(
    hashes: Words, packed: Words, mask: int, first: int, last: int, words: Words, rows: Numbers
) -> int:
    """Copy hashes into the order of `packed`, whose low bits are row numbers."""
    for i in range(first, last):
        ahead = min(i + AHEAD, last - 1)
        prefetch(hashes, 4 * integer(packed[ahead] & np.uint64(mask)))
        row = integer(packed[i] & np.uint64(mask))
        for w in range(4):
            words[i, w] = hashes[row, w]
        rows[i] = np.uint32(row)
    return 0


@helper
def before(words: Words, rows: Numbers, i: int, j: int) -> bool:
    """Order of hashes; equal hashes in the order of their rows."""
    for w in range(4):
        if words[i, w] != words[j, w]:
            return bool(words[i, w] < words[j, w])
    return bool(rows[i] < rows[j])


@helper
def swap(words: Words, rows: Numbers, i: int, j: int) -> None:
    """Exchange two hashes."""
    for w in range(4):
        words[i, w], words[j, w] = words[j, w], words[i, w]
    rows[i], rows[j] = rows[j], rows[i]


@helper
def sink(words: Words, rows: Numbers, first: int, at: int, count: int) -> None:
    """Let an element of a heap of `count` sink to its place."""
    while True:
        child = 2 * at + 1
        if child >= count:
            return
        if child + 1 < count and before(words, rows, first + child, first + child + 1):
            child += 1
        if not before(words, rows, first + at, first + child):
            return
        swap(words, rows, first + at, first + child)
        at = child


@helper
def settle(words: Words, rows: Numbers, mask: int) -> int:
    """Sort what is sorted but for the bits of `mask` in the first word. Heaps: no input makes it slow."""
    coarse = ~np.uint64(mask)
    n = words.shape[0]
    first = 0
    for last in range(1, n + 1):
        if last < n and (words[last, 0] & coarse) == (words[first, 0] & coarse):
            continue
        count = last - first
        for at in range(count // 2 - 1, -1, -1):
            sink(words, rows, first, at, count)
        for end in range(count - 1, 0, -1):
            swap(words, rows, first, first + end)
            sink(words, rows, first, 0, end)
        first = last
    return 0


@helper
def merge_equal(words: Words, starts: Numbers) -> int:
    """Keep each hash once, in place; hash i has the entries starts[i] to starts[i + 1]. Return how many there are."""
    n = words.shape[0]
    count = 0
    for i in range(n):
        same = count > 0
        for w in range(4):
            same = same and words[i, w] == words[count - 1, w]
        if same:
            continue
        for w in range(4):
            words[count, w] = words[i, w]
        starts[count] = np.uint32(i)
        count += 1
    starts[count] = np.uint32(n)
    return count


@helper
def pack(words: Words, c: int, number_bits: int, packed: Words) -> int:
    """One number per hash that sorts by chunk c: chunk c, chunk c + 1, then the record."""
    spare = min(32 - number_bits, 16)
    for i in range(words.shape[0]):
        record = (chunk(words, i, c + 2) >> (16 - spare)) << number_bits | i
        packed[i] = np.uint64(chunk(words, i, c) << 48 | chunk(words, i, c + 1) << 32 | record)
    return 0


@helper
def unpack(packed: Words, c: int, offsets: Numbers, near: Shorts, records: Numbers) -> int:
    """Lay the sorted numbers out as columns, and note where each bucket begins."""
    n = packed.shape[0]
    bucket = 0
    for i in range(n):
        value = packed[i]
        here = integer(value >> np.uint64(48))
        while bucket <= here:
            offsets[c, bucket] = np.uint32(i)
            bucket += 1
        near[c, i] = np.uint16(value >> np.uint64(32))
        if c > 0:
            records[c - 1, i] = np.uint32(value)
    while bucket <= BUCKETS:
        offsets[c, bucket] = np.uint32(n)
        bucket += 1
    return 0


@helper
def census(offsets: Numbers, layers: Integers, crowds: Bytes) -> int:
    """Count, for each chunk and bucket, the hashes within 0, 1, 2 and 3 bits of it; kept as `code`."""
    for c in range(CHUNKS):
        layers[:] = 0
        for k in range(BUCKETS):
            layers[0, k] = integer(offsets[c, k + 1]) - integer(offsets[c, k])
        for bit in range(16):
            for level in range(LEVELS - 1, 0, -1):
                for k in range(BUCKETS):
                    layers[level, k] += layers[level - 1, k ^ (1 << bit)]
        for k in range(BUCKETS):
            total = 0
            for level in range(LEVELS):
                total += layers[level, k]
                crowds[level, c, k] = code(total)
    return 0


@helper
def code(count: int) -> np.uint8:
    """Eighths of a logarithm in a byte: what `crowd` reads back, at most an eighth too small."""
    if count == 0:
        return np.uint8(0)
    exponent = 63 - integer(leading_zeros(count))
    fraction = ((count << 3) >> exponent) & 7
    return np.uint8(min(255, 1 + 8 * exponent + fraction))
