"""The reference's arithmetic, operation by operation: what decides where rounding could decide.

The reference slides its boxes by adding the pixel that enters and taking away the one that leaves, in float32, so
its blurred pixels wander by some 1e-4 from their true value. Where the coefficients around the median are closer
to each other than that, its hash depends on its rounding, and only the same operations in the same order give the
same hash. They are done here in strips: a box along columns keeps as many rows as it is high, not the picture.

Source: `pdq/cpp/downscaling/downscaling.cpp` of facebook/ThreatExchange, and the luma of the package `pdqhash`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.pdq.weights import SAMPLES, box_of, kept, reach_of
from recourse.fingerprints.pixels import STRIP

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Block = tuple[Floats, int]

_BLURS: Final = 2
_ABREAST: Final = 8  # rows that `slide_along` works on side by side
_LOOPS: Final = "recourse.fingerprints.pdq.loops"
mix = Kernel(_LOOPS, "mix", "u8[:,:] f32[:,:]")
slide_along = Kernel(_LOOPS, "slide_along", "f32[:,:] i64 i64 f32[:] f32[:,:]")
slide_down = Kernel(_LOOPS, "slide_down", "f32[:,:] i64 i64 i64 f32[:,:] f32[:] f32[:,:]")


def replay(strips: Iterable[Bytes], width: int, height: int) -> Floats:
    """Return the reference's samples, float32[64, 64], of an upright picture that comes from top to bottom.

    A strip is uint8[rows, width, 3], or [rows, width, 1] of luma, which counts as three equal channels; at most
    `pixels.STRIP` rows.
    """
    blocks = _lumas(strips, width)
    if (width, height) != (SAMPLES, SAMPLES):  # the reference takes such a picture for samples
        for _ in range(_BLURS):
            blocks = _blurred(blocks, width, height)
    found = np.empty((SAMPLES, SAMPLES), np.float32)
    rows, columns, top = kept(height), kept(width), 0
    for lines, count in blocks:
        here = (rows >= top) & (rows < top + count)
        found[here] = lines[rows[here] - top][:, columns]
        top += count
    return found


# Blocks of lines go from stage to stage, as a buffer and how many of its lines count. Each stage uses its buffer
# again for its next block: fresh memory for each would cost twice the arithmetic.


def _lumas(strips: Iterable[Bytes], width: int) -> Iterator[Block]:
    out = _buffer(STRIP, width)
    for strip in strips:
        mix(np.ascontiguousarray(strip).reshape(len(strip), -1), out)
        yield out, len(strip)


def _blurred(blocks: Iterator[Block], width: int, height: int) -> Iterator[Block]:
    """Slide a box along each row, then one down each column; as many lines come out as go in, somewhat later."""
    box, ahead, entered = box_of(height), reach_of(box_of(height)) - 1, 0
    inside, total = np.zeros((box, width), np.float32), np.zeros(width, np.float32)
    longest = max(STRIP, ahead)
    along, out = _buffer(longest, width), _buffer(longest, width)
    totals = np.empty(_ABREAST, np.float32)
    for lines, count in blocks:
        slide_along(lines, count, box_of(width), totals, along)
        yield out, slide_down(along, count, entered, height, inside, total, out)
        entered += count
    yield out, slide_down(along, ahead, entered, height, inside, total, out)


def _buffer(lines: int, width: int) -> Floats:
    return np.zeros((-(-lines // _ABREAST) * _ABREAST, width), np.float32)
