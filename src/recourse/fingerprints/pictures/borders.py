"""The picture inside a uniform border, for a query: a frame, a letterbox, the edge of a screenshot.

A border of a twentieth already hides a copy from PDQ. A line belongs to the border while nearly all of its pixels
are near the colour of the outermost line on that side; nearly and near, because JPEG leaves ripples on a border.
What looks like a border may be sky or a wall: ask for the whole picture too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recourse.fingerprints.pictures.crops import Box
from recourse.fingerprints.pixels import Bytes, Pixels

NEAR: Final = 20  # levels of 256 that a pixel of the border may be off, in each channel
NEARLY_ALL: Final = 0.98  # share of a line's pixels that must be near
LEAST_LEFT: Final = (
    0.25  # of each side; where less would be left, the picture is uniform and nothing is trimmed
)


def trimmed(picture: Pixels, *, by: Bytes | None = None) -> Pixels | None:
    """Return an upright picture (`pixels.upright`) without its borders, or None where it has none.

    They are looked for in `by`, the same picture in other colours, if that is given.
    """
    box = inner(picture.array if by is None else by)
    if (box.width, box.height) == (picture.width, picture.height):
        return None
    return Pixels(picture.array[box.top : box.bottom, box.left : box.right])


def inner(pixels: Bytes) -> Box:
    """Return the part of uint8[rows, columns, channels] inside its borders; the whole where it has none."""
    height, width = pixels.shape[:2]
    top = left = 0
    bottom, right = height, width
    while True:  # a letterbox inside a frame shows only when the frame is off
        part = pixels[top:bottom, left:right]
        over, under = _border(part), _border(part[::-1])
        if over + under >= len(part):
            return Box(0, 0, width, height)
        across = part[over : len(part) - under].swapaxes(0, 1)
        before, behind = _border(across), _border(across[::-1])
        top, bottom, left, right = top + over, bottom - under, left + before, right - behind
        if bottom - top < height * LEAST_LEFT or right - left < width * LEAST_LEFT:
            return Box(0, 0, width, height)
        if not over + under + before + behind:
            return Box(left, top, right, bottom)


def _border(lines: Bytes) -> int:
    """Return how many lines from the first on are of one colour."""
    colour = np.median(lines[0], axis=0)
    low = np.clip(colour - NEAR, 0, 255).astype(np.uint8)
    high = np.clip(colour + NEAR, 0, 255).astype(np.uint8)
    for count, line in enumerate(lines):
        near = ((line >= low) & (line <= high)).all(axis=1)
        if near.mean() < NEARLY_ALL:
            return count
    return len(lines)
