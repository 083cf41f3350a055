"""What every kernel of the search does with a hash: its 16 chunks, distances, and where a pair is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.vectors import popcount

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]

CHUNKS = 16


@helper
def integer(x: Any) -> int:  # noqa: ANN401 - any integer
    """Take it as int64; numba makes floats of what mixes uint64 and int64."""
    return np.int64(x)  # type: ignore[return-value]


@helper
def chunk(words: Words, i: int, c: int) -> int:
    """16 bits of hash i: chunk c, counted round the ring. Chunk 0 is what hashes are sorted by first."""
    at = c & 15
    return integer((words[i, at >> 2] >> np.uint64(48 - 16 * (at & 3))) & np.uint64(0xFFFF))


@helper
def differing(a: int, b: int) -> int:
    """How many bits of two int64 differ."""
    return integer(popcount(integer(a) ^ integer(b)))


@helper
def distance(a: Words, i: int, b: Words, j: int) -> int:
    """Hamming distance of two hashes."""
    return integer(
        popcount(a[i, 0] ^ b[j, 0])
        + popcount(a[i, 1] ^ b[j, 1])
        + popcount(a[i, 2] ^ b[j, 2])
        + popcount(a[i, 3] ^ b[j, 3])
    )


@helper
def start(a: Words, i: int, b: Words, j: int, thresholds: Integers) -> int:
    """Return the one chunk from which a pair within the radius is reported (docs/explanation/exact-search.md)."""
    running = 0
    largest = 0
    at = 0
    for c in range(CHUNKS - 1):
        running += differing(chunk(a, i, c), chunk(b, j, c)) - thresholds[c]
        if running >= largest:
            largest = running
            at = c + 1
    return at
