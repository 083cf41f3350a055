"""Compiled: how a hit leaves the search, and what keeps it from leaving."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.compiling import helper
from recourse.fingerprints.search.bits import Integers, Words, integer

Numbers = npt.NDArray[np.uint32]

SPREAD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's bits: neighbours land far from each other
EMPTY = -1


class Sink(NamedTuple):
    """Where hits go. Hash i has the entries starts[i] to starts[i + 1], or only i where `starts` is empty.

    The id of an entry stands in `narrow` or in `wide`; `withdrawn` is an open table of ids, or empty.
    """

    starts: Numbers
    narrow: Numbers
    wide: Integers
    withdrawn: Integers
    limit: int
    counts: Integers
    hits: Words


@helper
def slot(withdrawn: Integers, id_: int) -> int:
    """Where an id stands in an open table, or the free place where it would; the length is a power of two."""
    last = withdrawn.shape[0] - 1
    at: int = integer((np.uint64(id_) * SPREAD) >> np.uint64(32)) & last
    while withdrawn[at] not in (EMPTY, id_):
        at = (at + 1) & last
    return at


@helper
def note(withdrawn: Integers, ids: Integers) -> int:
    """Enter ids into the table, which must have room. Return how many are new."""
    new = 0
    for k in range(ids.shape[0]):
        at = slot(withdrawn, ids[k])
        new += integer(withdrawn[at] == EMPTY)
        withdrawn[at] = ids[k]
    return new


@helper
def is_withdrawn(sink: Sink, entry: int) -> bool:
    """Say whether the entry's id is in the table."""
    if sink.withdrawn.shape[0] == 0:
        return False
    id_ = integer(sink.narrow[entry]) if sink.narrow.shape[0] > 0 else sink.wide[entry]
    return bool(sink.withdrawn[slot(sink.withdrawn, id_)] == id_)


@helper
def report(sink: Sink, query: int, hash_: int, apart: int, found: int) -> int:
    """Write one hit per entry of a hash that is not withdrawn: query << 37 | distance << 32 | entry.

    `counts[query]` grows up to `limit`, and to limit + 1 when an entry is left out. Returns how many hits there
    are; beyond the end of `hits` they are only counted.
    """
    first, last = hash_, hash_ + 1
    if sink.starts.shape[0] > 0:
        first = integer(sink.starts[hash_])
        last = min(integer(sink.starts[hash_ + 1]), sink.narrow.shape[0] + sink.wide.shape[0])
    for entry in range(first, last):
        if is_withdrawn(sink, entry):
            continue
        if sink.counts[query] >= sink.limit:
            sink.counts[query] = sink.limit + 1
            return found
        sink.counts[query] += 1
        if found < sink.hits.shape[0]:
            sink.hits[found] = np.uint64(query << 37 | apart << 32 | entry)
        found += 1
    return found
