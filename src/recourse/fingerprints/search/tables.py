"""What an index holds: columns in memory or in a file, never changed after they are made.

A hash is four uint64 words (its 32 bytes, little endian) and a ring of 16 chunks of 16 bits; chunk 0 is the top of
word 0. Each hash is held once, in the order of its words, so hashes are numbered in the order of chunk 0. For every
chunk c the numbers stand in the order of chunk c, grouped into 65,536 buckets, with what the filters want to know:

    offsets[c]      uint32[65537]   where each bucket begins
    near[c]         uint16[m + 64]  chunk c + 1: read for every hash in an opened bucket, 64 at once
    records[c - 1]  uint32[m]       number of the hash, and in the bits that this leaves free the top of chunk c + 2:
                                    read for who passes `near`. Chunk 0 needs none: there, position is number
    words           uint64[m, 4]    the hashes: read for who passes that as well
    crowds          uint8[4, 16, 65536]  how many hashes are within 0 to 3 bits of a bucket (eighths of a logarithm)

That is 128 bytes for each hash and 8 MiB. An entry is a hash with an id; hash i has the entries `starts[i]` to
`starts[i + 1]`, or just entry i where `starts` is empty because no two are equal. The id of an entry stands in
`narrow` (uint32) if all ids fit there, else in `wide` (int64). Fewer than `RINGED_FROM` hashes have no columns:
comparing with all of them costs less.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint32]

CHUNKS: Final = 16
BUCKETS: Final = 1 << 16
LEVELS: Final = 4
LANES: Final = 64
WORDS: Final = 4
RINGED_FROM = 4096
MOST = (1 << 32) - 1  # hashes, and entries: numbers are uint32


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The columns of an index; shapes in the module's docstring."""

    words: Words
    starts: Numbers
    narrow: Numbers
    wide: Integers
    offsets: Numbers
    near: npt.NDArray[np.uint16]
    records: Numbers
    crowds: npt.NDArray[np.uint8]

    @property
    def ringed(self) -> bool:
        """Whether there are columns."""
        return len(self.offsets) > 0

    @property
    def ids(self) -> Numbers | Integers:
        """Ids of the entries."""
        return self.narrow if len(self.narrow) else self.wide

    @property
    def entries(self) -> Words:
        """The hash of each entry, uint64[n, 4]; a copy where hashes repeat."""
        if not len(self.starts):
            return self.words
        return np.repeat(self.words, self.starts[1:] - self.starts[:-1], axis=0)

    @property
    def number_bits(self) -> int:
        """How many bits of a record are the number of a hash."""
        return number_bits(len(self.words))

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))


def number_bits(hashes: int) -> int:
    """How many bits number so many hashes."""
    return max(1, (hashes - 1).bit_length())


def shapes(
    hashes: int, entries: int, *, ringed: bool, repeated: bool, narrow: bool
) -> dict[str, tuple[int, ...]]:
    """Shape of each column of an index of so many hashes and entries."""
    chunks = CHUNKS if ringed else 0
    return {
        "words": (hashes, WORDS),
        "starts": (hashes + 1 if repeated else 0,),
        "narrow": (entries if narrow else 0,),
        "wide": (0 if narrow else entries,),
        "offsets": (chunks, BUCKETS + 1),
        "near": (chunks, hashes + LANES),
        "records": (max(0, chunks - 1), hashes),
        "crowds": (LEVELS if ringed else 0, CHUNKS, BUCKETS),
    }
