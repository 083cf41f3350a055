"""The answer of a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.search.tables import Integers, Words

QUERY, APART = 37, 32  # bits of a packed hit: query << 37 | distance << 32 | entry
ENTRY = np.uint64((1 << APART) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Every stored entry within the radius of each query, nearest first.

    Row k says that the entry `id[k]` is `distance[k]` bits from the query number `query[k]`. Rows are in the order
    of queries, then of distances. `overflow[j]` says that query j has more entries than the limit let through;
    which ones were left out is not specified, so search again with a smaller radius or a larger limit.
    """

    query: Integers
    id: Integers
    distance: npt.NDArray[np.uint8]
    overflow: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.query)

    def of(self, query: int) -> tuple[Integers, npt.NDArray[np.uint8]]:
        """Ids and distances of one query's hits."""
        first, last = np.searchsorted(self.query, (query, query + 1))
        return self.id[first:last], self.distance[first:last]


def unpacked(packed: Words, ids: npt.NDArray[np.uint32] | Integers, overflow: npt.NDArray[np.bool_]) -> Hits:
    """Sort packed hits and take them apart, without a copy: `packed` is used up. `ids` are those of the entries."""
    packed.sort()
    query = (packed >> np.uint64(QUERY)).view(np.int64)
    distance = (packed >> np.uint64(APART)).astype(np.uint8)
    distance &= np.uint8(31)
    packed &= ENTRY
    id_ = ids[packed.view(np.int64)].astype(np.int64, copy=False)
    return Hits(query, id_, distance, overflow)


def together(first: Hits, second: Hits, limit: int) -> Hits:
    """Join the answers of two banks to the same queries, under one limit."""
    query = np.concatenate((first.query, second.query))
    distance = np.concatenate((first.distance, second.distance))
    order = np.lexsort((distance, query))
    query = query[order]
    begins = np.searchsorted(query, np.arange(len(first.overflow)))
    kept = np.arange(len(query)) - begins[query] < limit
    overflow = first.overflow | second.overflow
    overflow[query[~kept]] = True
    order = order[kept]
    return Hits(query[kept], np.concatenate((first.id, second.id))[order], distance[order], overflow)
