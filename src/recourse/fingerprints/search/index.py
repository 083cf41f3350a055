"""An index: built once, searched by any number of threads, never changed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy.typing as npt

from recourse.fingerprints.search import arguments, files
from recourse.fingerprints.search.building import build
from recourse.fingerprints.search.hits import Hits
from recourse.fingerprints.search.searching import Request, Searcher
from recourse.fingerprints.search.tables import Tables

DEFAULT_LIMIT = 1000


class Index:
    """All stored hashes within a Hamming distance, exactly.

    ::

        index = Index.build(hashes, ids)                 # uint8[n, 32], one integer per hash
        hits = index.search(queries, radius=31)          # uint8[q, 32]
        ids, distances = hits.of(0)

    An index never changes, and may be searched by many threads at once; machine code runs without the
    interpreter's lock. `LiveIndex` takes additions and withdrawals. About 128 bytes per hash.
    """

    def __init__(self, held: Tables) -> None:
        """Wrap tables; use `build` or `open`."""
        self.tables = held
        self._mapped: tuple[memoryview, str] | None = None
        self.searcher = Searcher(held)

    @classmethod
    def build(
        cls, hashes: npt.ArrayLike, ids: npt.ArrayLike | None = None, *, threads: int | None = None
    ) -> Index:
        """Index hashes, uint8[n, 32], under ids (integers from 0 to 2**63 - 1; without, 0 to n - 1).

        Ids need not be unique, and equal hashes are stored once with all their ids. Any n from 0 to 2**32 - 1
        works. `threads`: at most so many build at once; without, one per processor. The arrays may be changed
        afterwards. Raises BadHashesError, TooManyHashesError.
        """
        words = arguments.words(hashes)
        taken = None if ids is None else arguments.ids(ids, len(words))
        return cls(build(words, taken, arguments.threads(threads)))

    def search(
        self,
        queries: npt.ArrayLike,
        *,
        radius: int = arguments.LARGEST_RADIUS,
        limit: int | None = DEFAULT_LIMIT,
        threads: int | None = 1,
    ) -> Hits:
        """Find every entry that differs from a query, uint8[q, 32], in at most `radius` bits (0 to 31).

        At most `limit` entries per query come back (None: all); where there are more, `Hits.overflow` says so.
        Large batches are several times faster per query than single ones. Raises BadHashesError.
        """
        taken = arguments.queries(queries)
        request = Request(arguments.radius(radius), arguments.limit(limit))
        return self.searcher.search(taken, request, arguments.threads(threads))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, readable by its owner alone; a file of that name is replaced whole or not at all.

        Whoever has mapped the old file keeps it. A bank's hashes are personal data: such an index belongs in
        memory (a path in /dev/shm), never on a disk in clear. Raises OSError, ForeignIndexError.
        """
        files.write(self.tables, Path(path))

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, verify: bool = True, threads: int | None = None) -> Index:
        """Map a written index; processes that map the same file share its memory.

        Checks every byte against the file's digests, which takes about as long as reading it. With
        `verify=False` only head, length and buckets are checked: search then never reads outside the file and
        never reports a wrong distance, but damage can hide a hash until `verify` is called.
        Raises DamagedIndexError (damage, truncation, something else), ForeignIndexError (another version), OSError.
        """
        held, view = files.read(Path(path))
        index = cls(held)
        index._mapped = (view, Path(path).name)
        if verify:
            index.verify(threads=threads)
        return index

    def verify(self, *, threads: int | None = None) -> None:
        """Check every byte of an index that was opened from a file. Raises DamagedIndexError."""
        if self._mapped:
            files.check(*self._mapped, arguments.threads(threads))

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.tables.ids)

    @property
    def distinct(self) -> int:
        """How many different hashes are held."""
        return len(self.tables.words)

    @property
    def nbytes(self) -> int:
        """Bytes of memory, or of the file, that the index occupies."""
        return self.tables.nbytes
