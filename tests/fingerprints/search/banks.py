"""Hashes for the tests: invented bits, with near-duplicates, and what every search must find among them."""

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.search import Hits

Bytes = npt.NDArray[np.uint8]
Found = set[tuple[int, int, int]]


def random(count: int, seed: int = 1) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def flipped(hashes: Bytes, bits: npt.ArrayLike, seed: int = 2) -> Bytes:
    """Copies, each with so many bits flipped."""
    rng = np.random.default_rng(seed)
    copies = hashes.copy()
    for row, count in zip(copies, np.broadcast_to(bits, len(hashes)), strict=True):
        for bit in rng.choice(256, int(count), replace=False):
            row[bit >> 3] ^= 1 << (bit & 7)
    return copies


def clustered(count: int, seed: int = 3) -> Bytes:
    """Half at random, half around three hashes and up to 40 bits from them, exact copies included."""
    rng = np.random.default_rng(seed)
    centres = random(3, seed)
    copies = flipped(centres[rng.integers(0, 3, count // 2)], rng.integers(0, 41, count // 2), seed)
    return rng.permutation(np.concatenate((random(count - count // 2, seed + 1), copies)))


def distances(queries: Bytes, hashes: Bytes) -> npt.NDArray[np.int64]:
    """All distances, [queries, hashes], by comparing everything with everything."""
    return np.array([np.bitwise_count(hashes ^ query).sum(1, dtype=np.int64) for query in queries]).reshape(
        len(queries), len(hashes)
    )


def brute(queries: Bytes, hashes: Bytes, ids: npt.ArrayLike, radius: int) -> Found:
    apart = distances(queries, hashes)
    rows, columns = np.nonzero(apart <= radius)
    return set(
        zip(rows.tolist(), np.asarray(ids)[columns].tolist(), apart[rows, columns].tolist(), strict=True)
    )


def found(hits: Hits) -> Found:
    """The hits as a set; each must be there once, nearest first within its query."""
    rows = list(zip(hits.query.tolist(), hits.id.tolist(), hits.distance.tolist(), strict=True))
    assert [(q, d) for q, _, d in rows] == sorted((q, d) for q, _, d in rows)
    assert len(set(rows)) == len(rows)
    return set(rows)
