"""A file compared with a list: which items of the list it holds, how near, and how much of each the other has.

A picture is a video of one frame; so is a picture in a list. A frame of a file matches an item when a hash of it is
within the radius, **which itself counts** (`<=`), of a hash of the item; as in `videos.bags`, but against a whole
list at once. Frames of a quality below 50 are not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.lists import HashList
from recourse.fingerprints.pdq.hashing import GOOD
from recourse.fingerprints.search import Index, from_hex

AT_ONCE: Final = 512  # hashes of a file that are searched in one go
MOST_OF_A_HASH: Final = 10_000
MOST_OF_A_FILE: Final = 1_000_000  # hits; where there are more, the answer says so


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a file holds: the least distance, and the shares in percent of each one's frames that match.

    `of_item` is None where it cannot be told: of an item with several hashes in an index file.
    """

    item: str
    distance: int
    of_file: float
    of_item: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many frames of a file were compared, what they match, nearest first, and whether there is more."""

    frames: int
    matches: tuple[Match, ...]
    overflow: bool = False


class Against:
    """A list, ready to be compared with; may be used by several threads."""

    def __init__(self, index: Index, items: npt.NDArray[np.int64] | None, names: Sequence[str]) -> None:
        """Take an index whose ids number `items`, and those `names`; or, without, ids that are items themselves."""
        self._index, self._items, self._names = index, items, names
        kept = np.asarray(index.tables.ids, np.int64) if items is None else items
        self._known, self._sizes = np.unique(kept, return_counts=True)

    @classmethod
    def of_list(cls, listed: HashList) -> Against:
        """Index a list."""
        return cls(Index.build(listed.hashes), listed.items, listed.names)

    @classmethod
    def of_index(cls, index: Index) -> Against:
        """Take an index as it is; an item is what has one id, and is named by it."""
        return cls(index, None, ())

    def __len__(self) -> int:
        """Count the hashes."""
        return len(self._index)

    def compare(self, found: dict[str, Any], radius: int) -> Compared:
        """Compare a file, described as `tasks.described` does. Raises BadHashesError: the radius is not 0 to 31."""
        hashes, owners, frames = _hashes_of(found)
        hits, overflow = self._search(hashes, owners, radius)
        matches = self._matches(hits, frames) if len(hits) else []
        matches.sort(key=lambda match: (match.distance, -match.of_file, match.item))
        return Compared(frames, tuple(matches), overflow)

    def _search(
        self, hashes: npt.NDArray[np.uint8], owners: npt.NDArray[np.int64], radius: int
    ) -> tuple[npt.NDArray[np.int64], bool]:
        """Return int64[hits, 3] of frame, entry and distance; and whether hits were left out."""
        found: list[npt.NDArray[np.int64]] = []
        count, overflow = 0, False
        for first in range(0, len(hashes), AT_ONCE):
            if count >= MOST_OF_A_FILE:
                overflow = True
                break
            hits = self._index.search(hashes[first : first + AT_ONCE], radius=radius, limit=MOST_OF_A_HASH)
            found.append(np.stack((owners[hits.query + first], hits.id, hits.distance), axis=1))
            count += len(hits)
            overflow = overflow or bool(hits.overflow.any())
        return (np.concatenate(found) if found else np.empty((0, 3), np.int64)), overflow

    def _matches(self, hits: npt.NDArray[np.int64], frames: int) -> list[Match]:
        frame, entry, distance = hits.T
        item = entry if self._items is None else self._items[entry]
        order = np.argsort(item, kind="stable")
        starts = np.flatnonzero(np.diff(item[order], prepend=-1))
        matches = []
        for rows in np.split(order, starts[1:]):
            number = int(item[rows[0]])
            matches.append(
                Match(
                    self._names[number] if self._names else str(number),
                    int(distance[rows].min()),
                    100 * len(np.unique(frame[rows])) / frames,
                    self._share(number, len(np.unique(entry[rows]))),
                )
            )
        return matches

    def _share(self, item: int, entries: int) -> float | None:
        size = int(self._sizes[np.searchsorted(self._known, item)])
        if self._items is None and size > 1:
            return None
        return 100 * entries / size


def _hashes_of(found: dict[str, Any]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], int]:
    """Return the hashes of a file's good frames, the frame that each belongs to, and how many frames there are."""
    shown = [
        [one["pdq"] for one in (frame, frame.get("inner")) if one and one["quality"] >= GOOD]
        for frame in found.get("frames", [found])
    ]
    good = [hashes for hashes in shown if hashes]
    owners = [number for number, hashes in enumerate(good) for _ in hashes]
    return from_hex(one for hashes in good for one in hashes), np.array(owners, np.int64), len(good)
