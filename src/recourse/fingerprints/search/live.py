"""A bank that changes while it is searched: an index, a tail of what came since, and the ids that went.

A search reads one `_State`, which is replaced and never half changed, so it waits for nobody: not for additions,
not for the rebuild in the background that makes the tail part of the index.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.search import arguments, tables
from recourse.fingerprints.search.hits import Hits, together, unpacked
from recourse.fingerprints.search.index import DEFAULT_LIMIT, Index
from recourse.fingerprints.search.searching import KERNELS, Bytes, Request, compared
from recourse.fingerprints.search.tables import Integers, Tables, Words

note = Kernel("recourse.fingerprints.search.reporting_code", "note", "i64[:] i64[:]")

REBUILD_AFTER: Final = 8192
EMPTY: Final = -1  # a free place of an open table


class _Withdrawn:
    """A set of ids that machine code looks things up in: an open table, at most half full.

    Readers may look while a writer enters an id: they see it or they do not yet. A table that fills up is replaced.
    """

    def __init__(self) -> None:
        """Begin with no id."""
        self.table: Integers = np.empty(0, np.int64)
        self.count = 0

    def add(self, ids: Integers) -> None:
        """Enter ids."""
        needed = 2 * (self.count + len(ids))
        if needed > len(self.table):
            larger = np.full(max(64, 1 << needed.bit_length()), EMPTY, np.int64)
            note(larger, self.ids())
            self.table = larger
        self.count += note(self.table, ids)

    def ids(self) -> Integers:
        """List the ids, in no order."""
        there: Integers = self.table[self.table != EMPTY]
        return there


@dataclass(frozen=True, slots=True, eq=False)
class _Tail:
    """Entries that came since the index was built, in the order they came; only the first `count` are there yet."""

    words: Words
    ids: Integers
    gone: Bytes
    count: int = 0

    @classmethod
    def of(cls, words: Words, ids: Integers, gone: Bytes) -> _Tail:
        """Make a tail of these, with room for as many again."""
        count, room = len(ids), 2 * len(ids) + 64
        tail = cls(
            np.empty((room, tables.WORDS), np.uint64),
            np.empty(room, np.int64),
            np.zeros(room, np.uint8),
            count,
        )
        tail.words[:count], tail.ids[:count], tail.gone[:count] = words, ids, gone
        return tail

    def and_more(self, words: Words, ids: Integers) -> _Tail:
        """Return the tail with more entries; where there is room they are written behind the ones that are read."""
        count = self.count + len(ids)
        tail = self
        if count > len(self.ids):
            rows = slice(0, self.count)
            grown = np.empty((len(ids), tables.WORDS), np.uint64)
            tail = _Tail.of(
                np.concatenate((self.words[rows], grown)),
                np.concatenate((self.ids[rows], ids)),
                np.concatenate((self.gone[rows], np.zeros(len(ids), np.uint8))),
            )
        rows = slice(self.count, count)
        tail.words[rows], tail.ids[rows], tail.gone[rows] = words, ids, 0
        return replace(tail, count=count)

    def since(self, first: int) -> _Tail:
        """Return the entries from number `first` on."""
        rows = slice(first, self.count)
        return _Tail.of(self.words[rows], self.ids[rows], self.gone[rows])

    def search(self, queries: Words, request: Request) -> Hits:
        """Compare with every entry that is not gone."""
        ids = self.ids[: self.count]
        shapes = tables.shapes(0, 0, ringed=False, repeated=False, narrow=False)
        held = Tables(
            words=self.words[: self.count],
            starts=np.empty(0, np.uint32),
            narrow=np.empty(0, np.uint32),
            wide=ids,
            offsets=np.empty(shapes["offsets"], np.uint32),
            near=np.empty(shapes["near"], np.uint16),
            records=np.empty(shapes["records"], np.uint32),
            crowds=np.empty(shapes["crowds"], np.uint8),
        )
        counts = np.zeros(len(queries), np.int64)
        packed = compared(held, self.gone[: self.count], queries, counts, request)
        return unpacked(packed, ids, counts > request.limit)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What one search sees."""

    index: Index
    withdrawn: Integers
    tail: _Tail


class LiveIndex:
    """A bank that is searched while hashes are added and withdrawn; may be used by many threads at once.

    ::

        live = LiveIndex(Index.build(hashes, ids))
        live.add(more, their_ids)       # found by every search that begins after this returns
        live.withdraw([17])             # found by none that begins after this returns

    What was added is compared with every query until a rebuild makes it part of the index. One begins by itself,
    in a thread of its own, after `rebuild_after` additions and withdrawals (None: only when `rebuild` is called);
    it takes seconds for ten million, and until it ends there is memory for both indexes.
    """

    def __init__(self, index: Index | None = None, *, rebuild_after: int | None = REBUILD_AFTER) -> None:
        """Start from an index, or from nothing. Loads all machine code, so that no addition waits for it."""
        for kernel in (note, *KERNELS):
            kernel.load()
        self._state = _State(
            index or Index.build(np.empty((0, 32), np.uint8)), np.empty(0, np.int64), _no_tail()
        )
        self._withdrawn = _Withdrawn()
        self._since: list[Integers] | None = None  # ids withdrawn since a rebuild began
        self._changes = 0
        self._rebuild_after = rebuild_after
        self._writing = threading.Lock()
        self._rebuilding = threading.Lock()
        self._background = ThreadPoolExecutor(1, "rebuild")
        self.last_rebuild: Future[Index] | None = None

    def add(self, hashes: npt.ArrayLike, ids: npt.ArrayLike) -> None:
        """Add hashes, uint8[n, 32], under ids as `Index.build` takes them; an id may stand for several hashes.

        Raises BadHashesError, TooManyHashesError, and then nothing was added.
        """
        words = arguments.words(hashes)
        taken = arguments.ids(ids, len(words))
        with self._writing:
            self._state = replace(self._state, tail=self._state.tail.and_more(words, taken))
            self._changed(len(taken))

    def withdraw(self, ids: npt.ArrayLike) -> None:
        """Withdraw every hash under these ids; ids that are not there are no error. They may be added again.

        Raises BadHashesError.
        """
        taken = arguments.ids(ids, np.size(ids))
        with self._writing:
            self._withdrawn.add(taken)
            tail = self._state.tail
            tail.gone[: tail.count] |= np.isin(tail.ids[: tail.count], taken)
            if self._since is not None:
                self._since.append(taken)
            self._state = replace(self._state, withdrawn=self._withdrawn.table)
            self._changed(len(taken))

    def search(
        self,
        queries: npt.ArrayLike,
        *,
        radius: int = arguments.LARGEST_RADIUS,
        limit: int | None = DEFAULT_LIMIT,
        threads: int | None = 1,
    ) -> Hits:
        """Search as `Index.search` does."""
        words = arguments.queries(queries)
        state = self._state
        request = Request(arguments.radius(radius), arguments.limit(limit), state.withdrawn)
        hits = state.index.searcher.search(words, request, arguments.threads(threads))
        if state.tail.count == 0:
            return hits
        return together(
            hits, state.tail.search(words, request._replace(withdrawn=np.empty(0, np.int64))), request.limit
        )

    def rebuild(self, *, threads: int | None = 1) -> Index:
        """Build an index of all that is there now, serve from it, and return it. Searches go on meanwhile."""
        with self._rebuilding:
            with self._writing:
                state, withdrawn = self._state, self._withdrawn.ids()
                kept = state.tail.gone[: state.tail.count] == 0
                self._since, self._changes = [], 0
            try:
                index = _built(state, withdrawn, kept, threads)
                with self._writing:
                    self._withdrawn = _Withdrawn()
                    for ids in self._since:
                        self._withdrawn.add(ids)
                    tail = self._state.tail.since(state.tail.count)
                    self._state = _State(index, self._withdrawn.table, tail)
            finally:
                self._since = None
        return index

    def __len__(self) -> int:
        """Count the entries that are there; takes as long as looking at every id."""
        with self._writing:
            state, withdrawn = self._state, self._withdrawn.ids()
            kept = int((state.tail.gone[: state.tail.count] == 0).sum())
        return len(state.index) - int(np.isin(state.index.tables.ids, withdrawn).sum()) + kept

    def _changed(self, count: int) -> None:
        self._changes += count
        idle = self.last_rebuild is None or self.last_rebuild.done()
        if self._rebuild_after is not None and self._changes >= self._rebuild_after and idle:
            self.last_rebuild = self._background.submit(self.rebuild)


def _no_tail() -> _Tail:
    return _Tail.of(np.empty((0, tables.WORDS), np.uint64), np.empty(0, np.int64), np.empty(0, np.uint8))


def _built(state: _State, withdrawn: Integers, kept: npt.NDArray[np.bool_], threads: int | None) -> Index:
    """Index the entries of a state that are neither withdrawn nor, in the tail, gone."""
    held, count = state.index.tables, len(kept)
    words, ids = held.entries, held.ids
    if len(withdrawn):
        there = ~np.isin(ids, withdrawn)
        words, ids = words[there], ids[there]
    words = np.concatenate((words, state.tail.words[:count][kept]))
    return Index.build(
        words.view(np.uint8),
        np.concatenate((ids.astype(np.int64), state.tail.ids[:count][kept])),
        threads=threads,
    )
