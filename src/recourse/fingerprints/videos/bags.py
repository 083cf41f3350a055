"""Two videos compared as vPDQ does: as bags of frames, with no regard to their order.

A frame matches when some frame of the other video is within the distance, **which itself counts** (`<=`): so the
search of this library and threatexchange's matcher have it; the C++ `matchTwoHash` of vpdq takes only less (`<`).
Frames of a quality below 50 count on neither side. Of nothing, nothing matches: an empty side makes both 0 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.pdq.hashing import GOOD, Pdq

DISTANCE: Final = 31


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which share of each video's frames the other one has, in percent; and how many frames were good enough."""

    of_first: float
    of_second: float
    first_frames: int
    second_frames: int


def compare(
    first: Iterable[Pdq], second: Iterable[Pdq], *, distance: int = DISTANCE, quality: int = GOOD
) -> Likeness:
    """Compare two videos' frames; hashes that one of them has several times count each time, as in vPDQ."""
    one, other = _good(first, quality), _good(second, quality)
    near = _near(one, other, distance)
    return Likeness(
        of_first=_percent(np.any(near, axis=1)),
        of_second=_percent(np.any(near, axis=0)),
        first_frames=len(one),
        second_frames=len(other),
    )


def _good(frames: Iterable[Pdq], quality: int) -> npt.NDArray[np.uint64]:
    kept = b"".join(frame.hash for frame in frames if frame.quality >= quality)
    return np.frombuffer(kept, np.uint64).reshape(-1, 4)


def _near(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64], distance: int) -> npt.NDArray[np.bool_]:
    """Return bool[frames of one, frames of the other]; a row at a time, for two hours have 7,200 frames."""
    near = np.zeros((len(one), len(other)), np.bool_)
    for row, frame in enumerate(one):
        near[row] = np.bitwise_count(other ^ frame).sum(axis=1) <= distance
    return near


def _percent(matched: npt.ArrayLike) -> float:
    flags = np.asarray(matched)
    return 100 * float(flags.mean()) if flags.size else 0.0
