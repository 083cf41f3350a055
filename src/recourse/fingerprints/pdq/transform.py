"""From 64 x 64 samples to 16 x 16 coefficients, and from these to a hash and its quality.

The operations and their order are the reference's, in float32, so that equal samples give equal hashes.
Source: `pdq/cpp/hashing/pdqhashing.cpp` of facebook/ThreatExchange.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.pdq.weights import SAMPLES

Floats = npt.NDArray[np.float32]

KEPT: Final = 16
BITS: Final = KEPT * KEPT
_MEDIAN: Final = BITS // 2 - 1  # the reference's median is the lower of the two in the middle
_QUALITY_STEP: Final = 90
_BEST: Final = 100

cosine_transform = Kernel(
    "recourse.fingerprints.pdq.loops", "cosine_transform", "f32[:,:] f32[:,:] f32[:,:] f32[:,:]"
)


def _cosines() -> Floats:
    scale = np.float32(math.sqrt(2 / SAMPLES))
    rows = [
        [float(scale) * math.cos(math.pi / 2 / SAMPLES * (i + 1) * (2 * j + 1)) for j in range(SAMPLES)]
        for i in range(KEPT)
    ]
    return np.array(rows).astype(np.float32)


COSINES: Final = _cosines()


def coefficients(samples: Floats) -> Floats:
    """Return frequencies 1 to 16 of the cosine transform, down and across: float32[16, 16]."""
    found = np.empty((KEPT, KEPT), np.float32)
    cosine_transform(samples, COSINES, np.empty((KEPT, SAMPLES), np.float32), found)
    return found


def bits(found: Floats) -> bytes:
    """Return the hash of coefficients: 32 bytes, highest bit first, a bit for each coefficient above the median."""
    flat = found.ravel()
    above = flat > np.partition(flat, _MEDIAN)[_MEDIAN]
    return np.packbits(above[::-1]).tobytes()


def gap(found: Floats) -> float:
    """Return how far the lowest coefficient of a set bit lies above the median."""
    middle = np.partition(found.ravel(), (_MEDIAN, _MEDIAN + 1))
    return float(middle[_MEDIAN + 1] - middle[_MEDIAN])


def quality(samples: Floats, doubt: float = 0.0) -> int:
    """Return 0 to 100: how much the samples differ from their neighbours; flat pictures score low.

    With `doubt`, each step between neighbours is taken to be larger by that much; less, where it is negative.
    """
    steps = (np.diff(samples, axis=0).ravel(), np.diff(samples, axis=1).ravel())
    scaled = np.abs(np.concatenate(steps) * np.float32(100) / np.float32(255))
    total = int(np.floor(np.maximum(scaled + np.float32(doubt), 0)).sum(dtype=np.int64))
    return min(_BEST, total // _QUALITY_STEP)
