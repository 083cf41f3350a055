"""How a stored picture stands upright: the eight EXIF orientations, as a transposition and two reversals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Turning:
    """Read the stored rows and columns backwards where it says so, then swap rows and columns where it says so."""

    rows_backwards: bool = False
    columns_backwards: bool = False
    transposed: bool = False

    def upright(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return a view of the stored pixels, [rows, columns, ...], as they are to be looked at."""
        if self.rows_backwards:
            pixels = pixels[::-1]
        if self.columns_backwards:
            pixels = pixels[:, ::-1]
        return pixels.swapaxes(0, 1) if self.transposed else pixels

    def then(self, other: Turning) -> Turning:
        """Return what turns a stored picture as this one does and then as the other does."""
        rows, columns = other.rows_backwards, other.columns_backwards
        if self.transposed:
            rows, columns = columns, rows
        return Turning(
            self.rows_backwards != rows,
            self.columns_backwards != columns,
            self.transposed != other.transposed,
        )


UPRIGHT: Final = Turning()
_EXIF: Final = {
    1: UPRIGHT,
    2: Turning(columns_backwards=True),
    3: Turning(rows_backwards=True, columns_backwards=True),
    4: Turning(rows_backwards=True),
    5: Turning(transposed=True),
    6: Turning(rows_backwards=True, transposed=True),
    7: Turning(rows_backwards=True, columns_backwards=True, transposed=True),
    8: Turning(columns_backwards=True, transposed=True),
}


def from_exif(orientation: object) -> Turning:
    """Return the turning of EXIF's tag 0x0112; a value that is none of its eight means upright."""
    return _EXIF.get(orientation, UPRIGHT) if isinstance(orientation, int) else UPRIGHT
