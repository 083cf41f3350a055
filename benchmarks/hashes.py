"""Invented hashes for benchmarks of search: random, clustered, and queries of which half are planted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

CENTRES, ZIPF, NOISE = 6000, 1.3, 88
BLOCK = 1 << 16


def random(count: int, rng: np.random.Generator) -> Bytes:
    """Make hashes of independent bits."""
    return rng.integers(0, 1 << 64, (count, 4), dtype=np.uint64).view(np.uint8)


def flipped(hashes: Bytes, bits: npt.NDArray[np.int64], rng: np.random.Generator) -> Bytes:
    """Copy hashes, each with exactly so many bits flipped."""
    copies = hashes.copy()
    for first in range(0, len(copies), BLOCK):
        rows = slice(first, first + BLOCK)
        ranks = rng.random((len(copies[rows]), 256), np.float32).argsort(1).argsort(1)
        copies[rows] ^= np.packbits(ranks < bits[rows, None], axis=1)
    return copies


def clustered(count: int, rng: np.random.Generator) -> Bytes:
    """Make 60 % random hashes and 40 % noisy copies, in random order."""
    centres = flipped(np.zeros((CENTRES, 32), np.uint8), np.full(CENTRES, 128), rng)
    weights = np.arange(1, CENTRES + 1) ** -ZIPF
    copies = count * 2 // 5
    chosen = rng.choice(CENTRES, copies, p=weights / weights.sum())
    hashes = random(count, rng)
    for first in range(0, copies, 16 * BLOCK):
        rows = slice(first, min(first + 16 * BLOCK, copies))
        noise = rng.integers(0, NOISE + 1, rows.stop - rows.start)
        hashes[rows] = flipped(centres[chosen[rows]], noise, rng)
    rng.shuffle(hashes)
    return hashes


def asked(hashes: Bytes, count: int, rng: np.random.Generator) -> Bytes:
    """Make queries: every other one planted, at distances 0 to 31."""
    queries = random(count, rng)
    planted = hashes[rng.integers(0, len(hashes), -(-count // 2))]
    queries[::2] = flipped(planted, np.arange(len(planted)) % 32, rng)
    return queries
