"""A picture and 28 crops of it, whose hashes find cropped copies: made on the survivor's device, if she wishes.

One hash finds about one in ten of the copies cropped by up to a fifth; with the crops it is nine in ten
(docs/explanation/fingerprints.md). They stay within the service: more hashes tell more about the picture, and each
adds to the false matches. The device computes the same parts from the same numbers; this is their one definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_CENTRED: Final = (0.0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.24)
_ONE_SIDED: Final = (0.04, 0.08, 0.12, 0.16, 0.2)
_SIDES: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """Part of an upright picture: columns from `left` up to `right`, rows from `top` up to `bottom`, these excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top


def _shares() -> tuple[tuple[float, float, float, float], ...]:
    """Return what is cut off at the left, the top, the right and the bottom, as shares of that side."""
    centred = [(share / 2,) * _SIDES for share in _CENTRED]
    one_sided = [
        tuple(share if side == cut else 0.0 for side in range(_SIDES))
        for cut in range(_SIDES)
        for share in _ONE_SIDED
    ]
    return tuple((left, top, right, bottom) for left, top, right, bottom in (*centred, *one_sided))


SHARES: Final = _shares()


def boxes(width: int, height: int) -> tuple[Box, ...]:
    """Return the 29 parts of a picture: the whole, eight centred crops, then five from the left, top, right, bottom."""
    return tuple(
        Box(int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom)))
        for left, top, right, bottom in SHARES
    )
