"""PDQ's blur as weights: each of its 64 x 64 samples is a weighted sum over a short run of rows and of columns.

The reference blurs the whole picture with two box filters along rows and columns and then keeps 64 x 64 of the
blurred pixels. Blurring and keeping are linear and separable, so what it keeps of one side of n pixels is
`weights @ pixels`, where each of the 64 rows of `weights` is zero outside a run of about n / 64 pixels.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SAMPLES: Final = 64
# Two box filters of half the distance between samples each make a tent that reaches from sample to sample.
_BOXES_PER_SIDE: Final = 128


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The weights of the 64 samples along one side.

    `begin` and `end` (int64[64]) bound each sample's run of pixels; `weights` (float32[64, longest run]) holds the
    run's weights from its begin on, which add up to 1.
    """

    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]


def box_of(length: int) -> int:
    """Return the reference's box along a side of `length` pixels."""
    return -(-length // _BOXES_PER_SIDE)


def reach_of(box: int) -> int:
    """Return how far ahead a box reaches, its own pixel counted: a box of 4 covers one behind and two ahead."""
    return (box + 2) // 2


def kept(length: int) -> npt.NDArray[np.int64]:
    """Return which 64 blurred pixels of a side are kept: int64[64], with repetitions below 64 pixels."""
    return ((np.arange(SAMPLES) + 0.5) * length / SAMPLES).astype(np.int64)


@functools.lru_cache(maxsize=256)
def runs(length: int, *, backwards: bool = False) -> Runs:
    """Return the weights along a side of `length` pixels; `backwards`, for a side that is stored the other way."""
    if backwards:
        return _reversed(runs(length), length)
    begin, end = np.zeros(SAMPLES, np.int64), np.zeros(SAMPLES, np.int64)
    rows = []
    for sample, centre in enumerate(kept(length).tolist()):
        first, last = _window(centre, length)
        begin[sample], end[sample] = _window(first, length)[0], _window(last, length)[1] + 1
        row = np.zeros(end[sample] - begin[sample])
        for blurred in range(first, last + 1):
            left, right = _window(blurred, length)
            share = 1 / ((right - left + 1) * (last - first + 1))
            row[left - begin[sample] : right - begin[sample] + 1] += share
        rows.append(row)
    weights = np.zeros((SAMPLES, max(map(len, rows))), np.float32)
    for sample, row in enumerate(rows):
        weights[sample, : len(row)] = row
    return Runs(begin, end, weights)


def _window(pixel: int, length: int) -> tuple[int, int]:
    """Return the first and the last pixel under the box at `pixel`: cut off at the picture's edge."""
    box = box_of(length)
    reach = reach_of(box)
    return max(0, pixel + reach - box), min(length - 1, pixel + reach - 1)


def _reversed(forwards: Runs, length: int) -> Runs:
    weights = np.zeros_like(forwards.weights)
    for sample, count in enumerate((forwards.end - forwards.begin).tolist()):
        weights[sample, :count] = forwards.weights[sample, :count][::-1]
    return Runs(length - forwards.end, length - forwards.begin, weights)
