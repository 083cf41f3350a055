"""Compiled: comparing with everything, for few hashes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import Integers, Words, distance
from recourse.fingerprints.search.reporting_code import Numbers, Sink, report

BLOCK = 512  # hashes that stay in the first cache while all queries pass


@helper
def brute(
    words: Words,
    gone: npt.NDArray[np.uint8],
    starts: Numbers,
    narrow: Numbers,
    wide: Integers,
    withdrawn: Integers,
    limit: int,
    counts: Integers,
    hits: Words,
    queries: Words,
    radius: int,
) -> int:
    """Report every pair within the radius, leaving out hash i where gone[i] (uint8[m], or empty)."""
    sink = Sink(starts, narrow, wide, withdrawn, limit, counts, hits)
    found = 0
    for first in range(0, words.shape[0], BLOCK):
        last = min(first + BLOCK, words.shape[0])
        for j in range(queries.shape[0]):
            for i in range(first, last):
                apart = distance(words, i, queries, j)
                if apart <= radius and (gone.shape[0] == 0 or gone[i] == 0):
                    found = report(sink, j, i, apart, found)
    return found
