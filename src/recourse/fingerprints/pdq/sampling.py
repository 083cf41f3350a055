"""From pixels to PDQ's 64 x 64 samples in one pass over the picture.

Rows are averaged first, as the bytes they are: one multiplication and one addition a byte, in the vector unit,
with no regard to what is red, green or blue. Luma and columns then cost next to nothing, for of the picture only
64 averaged rows are left. A picture that is stored turned or mirrored is not moved: its weights are read backwards.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.pdq.weights import SAMPLES, Runs, runs
from recourse.fingerprints.turning import UPRIGHT, Turning

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# Luma of one, or of three interleaved channels (ITU-R BT.601, as PDQ has it).
LUMA: Final[dict[int, Floats]] = {
    1: np.array([1], np.float32),
    3: np.array([0.299, 0.587, 0.114], np.float32),
}
_LOOPS: Final = "recourse.fingerprints.pdq.loops"
_SIDE: Final = "i64[:] i64[:] f32[:,:]"
average_rows = Kernel(_LOOPS, "average_rows", f"u8[:,:] i64 {_SIDE} f32[:,:]")
average_columns = Kernel(_LOOPS, "average_columns", f"f32[:,:] f32[:] {_SIDE} f32[:] f32[:,:]")


class Sampler:
    """Takes the stored rows of one picture from the first to the last, in strips; holds no pixel.

    `width`, `height` count stored pixels; `channels` is 1 (luma) or 3 (red, green, blue).
    """

    def __init__(self, width: int, height: int, channels: int, turning: Turning = UPRIGHT) -> None:
        self._turning = turning
        self._channels = channels
        self._rows = runs(height, backwards=turning.rows_backwards)
        self._columns = runs(width, backwards=turning.columns_backwards)
        self._sums = np.zeros((SAMPLES, width * channels), np.float32)
        self._next, self._height = 0, height

    def add(self, strip: Bytes) -> None:
        """Add rows: uint8[rows, width, channels], or [rows, width] of one channel.

        Raises:
            ValueError: they are wider than the picture, or more than it has.
        """
        lines = np.ascontiguousarray(strip).reshape(len(strip), -1)
        if len(lines) + self._next > self._height or lines.shape[1] != self._sums.shape[1]:
            raise ValueError(f"a strip of {list(strip.shape)} does not fit below row {self._next}")
        average_rows(lines, self._next, *_parts(self._rows), self._sums)
        self._next += len(lines)

    def samples(self) -> Floats:
        """Return float32[64, 64], rows by columns of the upright picture, when all rows have been added.

        Raises:
            ValueError: rows are missing.
        """
        if self._next != self._height:
            raise ValueError(f"{self._height} rows were promised, {self._next} came")
        found = np.empty((SAMPLES, SAMPLES), np.float32)
        line = np.empty(self._sums.shape[1] // self._channels, np.float32)
        average_columns(self._sums, LUMA[self._channels], *_parts(self._columns), line, found)
        return np.ascontiguousarray(found.T) if self._turning.transposed else found


def _parts(side: Runs) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    return side.begin, side.end, side.weights
