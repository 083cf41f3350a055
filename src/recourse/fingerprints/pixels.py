"""Pictures as this library reads them: decoded, but read in strips, and turned only as far as somebody needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.errors import BadPixelsError
from recourse.fingerprints.turning import UPRIGHT, Turning

Bytes = npt.NDArray[np.uint8]

STRIP: Final = 128  # rows (or columns) at once: a strip of a large picture stays in the second-level cache


class Picture(Protocol):
    """A decoded picture. Width and height count pixels as they are stored; `turning` says how to look at them."""

    @property
    def width(self) -> int:
        """Stored columns."""
        ...

    @property
    def height(self) -> int:
        """Stored rows."""
        ...

    @property
    def channels(self) -> int:
        """1, luma; or 3: red, green, blue."""
        ...

    @property
    def turning(self) -> Turning:
        """How it stands upright."""
        ...

    def part(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return uint8[rows, columns, channels] of the stored pixels between these lines; can be called again."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A picture in memory: uint8[rows, columns, channels] of 1 or 3 channels.

    Raises:
        BadPixelsError: it is something else, or empty.
    """

    array: Bytes
    turning: Turning = UPRIGHT

    def __post_init__(self) -> None:
        shape, kind = self.array.shape, self.array.dtype
        if kind != np.uint8 or len(shape) != 3 or shape[2] not in (1, 3) or 0 in shape:  # noqa: PLR2004 - axes
            raise BadPixelsError(f"expected uint8[rows, columns, 1 or 3], got {kind}{list(shape)}")

    @property
    def width(self) -> int:
        """Stored columns."""
        return int(self.array.shape[1])

    @property
    def height(self) -> int:
        """Stored rows."""
        return int(self.array.shape[0])

    @property
    def channels(self) -> int:
        """1 or 3."""
        return int(self.array.shape[2])

    def part(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        """Return a view of a part."""
        return self.array[top:bottom, left:right]


def size(picture: Picture) -> tuple[int, int]:
    """Return width and height as it is to be looked at."""
    stored = picture.width, picture.height
    return stored[::-1] if picture.turning.transposed else stored


def strips(picture: Picture) -> Iterator[Bytes]:
    """Yield the picture as stored, from top to bottom."""
    for top in range(0, picture.height, STRIP):
        yield picture.part(0, top, picture.width, min(top + STRIP, picture.height))


def upright_strips(picture: Picture) -> Iterator[Bytes]:
    """Yield the picture as it is to be looked at, from top to bottom."""
    turning = picture.turning
    down = picture.width if turning.transposed else picture.height
    backwards = turning.columns_backwards if turning.transposed else turning.rows_backwards
    starts = range(0, down, STRIP)
    for start in reversed(starts) if backwards else starts:
        end = min(start + STRIP, down)
        box = (start, 0, end, picture.height) if turning.transposed else (0, start, picture.width, end)
        yield turning.upright(picture.part(*box))


def upright(picture: Picture) -> Pixels:
    """Return the whole picture in memory as it is to be looked at."""
    return Pixels(np.ascontiguousarray(turned(picture)))


def turned(picture: Picture) -> Bytes:
    """Return all pixels, turned: a view where the picture is in memory."""
    return picture.turning.upright(picture.part(0, 0, picture.width, picture.height))
