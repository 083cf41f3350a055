"""What callers give: hashes as bytes, ids, a radius, a limit. Refused here, or good for machine code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.errors import BadHashesError, TooManyHashesError
from recourse.fingerprints.search.tables import MOST, WORDS, Integers, Words

HASH_BYTES: Final = 32
LARGEST_RADIUS: Final = 31
UNLIMITED: Final = 1 << 62
MOST_QUERIES: Final = 1 << 27

Bytes = npt.NDArray[np.uint8]


def from_hex(hashes: Iterable[str]) -> Bytes:
    """Read hashes of 64 hexadecimal digits into uint8[n, 32]. Raises BadHashesError, without naming the hash."""
    texts = list(hashes)
    try:
        data = b"".join(bytes.fromhex(text) for text in texts)
    except (TypeError, ValueError):
        data = b"?"
    if len(data) != HASH_BYTES * len(texts) or any(len(text) != 2 * HASH_BYTES for text in texts):
        raise BadHashesError("a hash is 64 hexadecimal digits")
    return np.frombuffer(data, np.uint8).reshape(-1, HASH_BYTES)


def words(hashes: npt.ArrayLike) -> Words:
    """Take uint8[n, 32] as uint64[n, 4], without a copy where it lies well in memory."""
    given = np.asarray(hashes)
    if given.dtype != np.uint8 or given.ndim != 2 or given.shape[1] != HASH_BYTES:  # noqa: PLR2004
        raise BadHashesError(f"hashes are uint8[n, {HASH_BYTES}], not {given.dtype}{list(given.shape)}")
    if len(given) > MOST:
        raise TooManyHashesError(f"an index takes at most {MOST} hashes: divide them among several")
    taken: Words = np.ascontiguousarray(given).view("<u8").reshape(-1, WORDS)
    return taken if taken.flags.aligned else taken.copy()


def queries(hashes: npt.ArrayLike) -> Words:
    """Take the queries of one search."""
    taken = words(hashes)
    if len(taken) > MOST_QUERIES:
        raise TooManyHashesError(f"at most {MOST_QUERIES} queries at once: divide them")
    return taken


def ids(given: npt.ArrayLike, count: int) -> Integers:
    """Take one id per hash, from 0 to 2**63 - 1."""
    taken = np.asarray(given)
    if count == 0 == taken.size:
        return np.empty(0, np.int64)
    if taken.shape != (count,) or taken.dtype.kind not in "iu":
        raise BadHashesError(f"ids are {count} integers, one per hash, not {taken.dtype}{list(taken.shape)}")
    if int(taken.min()) < 0 or int(taken.max()) >= 1 << 63:
        raise BadHashesError("ids are from 0 to 2**63 - 1")
    return taken.astype(np.int64)


def radius(given: int) -> int:
    """Take a radius."""
    if not 0 <= given <= LARGEST_RADIUS:
        raise BadHashesError(
            f"the radius is from 0 to {LARGEST_RADIUS}: search is exact there and nowhere else"
        )
    return int(given)


def limit(given: int | None) -> int:
    """Take a limit of entries per query; None is none."""
    if given is None:
        return UNLIMITED
    if given < 1:
        raise BadHashesError("the limit is at least 1; None for no limit")
    return min(int(given), UNLIMITED)


def threads(given: int | None) -> int:
    """Take a number of threads; None is one per processor that this process may use."""
    if given is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if given < 1:
        raise BadHashesError("at least one thread")
    return int(given)
