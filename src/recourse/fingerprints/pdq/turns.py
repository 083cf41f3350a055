"""The hashes of a picture's eight turns and reflections, for those who look for a turned or mirrored copy.

Two ways. `from_transform` costs nothing, and is what others do: the cosines of a mirrored picture are the same
with signs changed. But the picture's 64 x 64 samples are not taken symmetrically, so the hash that a mirrored copy
really has is some bits away: up to 50 for pictures of 200 pixels, a dozen for those of a thousand and more.
`from_pixels` gives that hash itself, for the price of reading the picture eight times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recourse.fingerprints import pixels
from recourse.fingerprints.pdq import transform
from recourse.fingerprints.pdq.hashing import Look, Pdq, look
from recourse.fingerprints.turning import Turning

# The order of the reference: as it is; turned left by 90, 180, 270 degrees; mirrored top to bottom, left to right,
# along the falling and along the rising diagonal.
TURNS: Final = (
    Turning(),
    Turning(columns_backwards=True, transposed=True),
    Turning(rows_backwards=True, columns_backwards=True),
    Turning(rows_backwards=True, transposed=True),
    Turning(rows_backwards=True),
    Turning(columns_backwards=True),
    Turning(transposed=True),
    Turning(rows_backwards=True, columns_backwards=True, transposed=True),
)
# A picture read backwards has the same cosines with every other sign changed, from the first on.
_BACKWARDS: Final = np.where(np.arange(transform.KEPT) % 2, 1, -1).astype(np.float32)


def from_transform(seen: Look) -> tuple[Pdq, ...]:
    """Return eight hashes in the order of `TURNS`, from the one transform of a picture that was looked at."""
    hashes = []
    for turn in TURNS:
        found = seen.coefficients
        if turn.rows_backwards:
            found = found * _BACKWARDS[:, None]
        if turn.columns_backwards:
            found = found * _BACKWARDS
        hashes.append(Pdq(transform.bits(found.T if turn.transposed else found), seen.pdq.quality))
    return (seen.pdq, *hashes[1:])


def from_pixels(picture: pixels.Picture) -> tuple[Pdq, ...]:
    """Return eight hashes in the order of `TURNS`, each that of the picture so turned."""
    return tuple(look(_Turned(picture, picture.turning.then(turn))).pdq for turn in TURNS)


@dataclass(frozen=True, slots=True)
class _Turned:
    """A picture that is looked at in another way."""

    picture: pixels.Picture
    turning: Turning

    @property
    def width(self) -> int:
        return self.picture.width

    @property
    def height(self) -> int:
        return self.picture.height

    @property
    def channels(self) -> int:
        return self.picture.channels

    def part(self, left: int, top: int, right: int, bottom: int) -> pixels.Bytes:
        return self.picture.part(left, top, right, bottom)
