"""A picture's PDQ hash, bit for bit that of the reference at full resolution, and its quality.

One pass gives samples that differ from the reference's by its rounding alone. Where that could change a bit or
the quality, and only there, its arithmetic is replayed. How far its rounding wanders is measured and not proved
(docs/explanation/fingerprints.md): where the margins below were too small for a picture, it would lose two bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from recourse.fingerprints import pixels
from recourse.fingerprints.pdq import transform
from recourse.fingerprints.pdq.replay import replay
from recourse.fingerprints.pdq.sampling import Sampler

Floats = npt.NDArray[np.float32]

HASH_BYTES: Final = 32
WORST, BEST = 0, 100
GOOD: Final = 50  # hashes of lower quality are of flat pictures: they look alike, and must not be matched
SMALLEST_SIDE: Final = 5  # the reference makes no hash of anything smaller

# How far a coefficient, and a step between two samples, may be from the reference's, in units of
# 255 * 2**-24 * sqrt(width + height): a sum of bytes in float32 that wanders once for each pixel of a side.
COEFFICIENT_MARGIN: Final = 6.0
STEP_MARGIN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Pdq:
    """A hash of 32 bytes, highest bit first, and its quality from 0 to 100."""

    hash: bytes
    quality: int

    def hex(self) -> str:
        """Return the 64 small hexadecimal digits that everybody exchanges."""
        return self.hash.hex()

    def distance(self, other: Pdq) -> int:
        """Return how many bits differ, 0 to 256."""
        return distance(self.hash, other.hash)


def distance(one: bytes, other: bytes) -> int:
    """Return in how many of 256 bits two hashes of 32 bytes differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


NO_HASH: Final = Pdq(bytes(HASH_BYTES), WORST)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A picture seen once: its hash, and the coefficients (float32[16, 16]) that its turned hashes follow from."""

    pdq: Pdq
    coefficients: Floats


def look(picture: pixels.Picture) -> Look:
    """Read the picture once (twice where rounding decides) and return its hash as it stands upright."""
    width, height = pixels.size(picture)
    if min(width, height) < SMALLEST_SIDE:
        return Look(NO_HASH, np.zeros((transform.KEPT, transform.KEPT), np.float32))
    samples = sampled(picture)
    if in_doubt(samples, width + height):
        samples = replay(pixels.upright_strips(picture), width, height)
    return from_samples(samples)


def from_samples(samples: Floats) -> Look:
    """Return the hash of samples, float32[64, 64]."""
    found = transform.coefficients(samples)
    return Look(Pdq(transform.bits(found), transform.quality(samples)), found)


def sampled(picture: pixels.Picture) -> Floats:
    """Return the picture's samples, float32[64, 64], from one pass."""
    sampler = Sampler(picture.width, picture.height, picture.channels, picture.turning)
    for strip in pixels.strips(picture):
        sampler.add(strip)
    return sampler.samples()


def in_doubt(samples: Floats, sides: int) -> bool:
    """Say whether rounding could change a bit of the hash or the quality; `sides` is width + height."""
    unit = 255 * 2.0**-24 * math.sqrt(sides)
    if transform.gap(transform.coefficients(samples)) < 2 * COEFFICIENT_MARGIN * unit:
        return True
    margin = STEP_MARGIN * unit * BEST / 255
    return transform.quality(samples, -margin) != transform.quality(samples, margin)
