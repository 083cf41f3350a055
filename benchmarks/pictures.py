"""Invented pictures of the kinds that look alike, thousands in a minute: what a false match is measured on.

Grey, 256 x 192, each from its kind and a number. They are drawn, not photographed: rough as they are, they share
what makes real pictures collide (a horizon, one thing on a plain ground, a page, a room, a light in the dark).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

WIDTH, HEIGHT = 256, 192
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) / HEIGHT


def hills(rng: Rng, first: int = 3, octaves: int = 4) -> Floats:
    """Draw a texture of several scales, each half as strong as the larger one; mean 0, about -1 to 1."""
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(octaves):
        cells = first << octave
        points = rng.uniform(-1, 1, (cells, cells * 4 // 3)).astype(np.float32)
        total += np.asarray(Image.fromarray(points).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) / (
            1 << octave
        )
    return total


def texture(rng: Rng) -> Floats:
    """Draw hills all over."""
    return 128 + 70 * hills(rng)


def horizon(rng: Rng) -> Floats:
    """Draw a sky that grows lighter downwards over darker land."""
    line = rng.uniform(0.25, 0.75) + rng.uniform(-0.1, 0.1) * X + 0.03 * hills(rng)[0]
    sky = rng.uniform(120, 220) + rng.uniform(0, 60) * Y + rng.uniform(0, 15) * hills(rng)
    land = rng.uniform(30, 120) + rng.uniform(5, 30) * hills(rng, 4)
    return np.where(line > Y, sky, land)


def thing(rng: Rng) -> Floats:
    """Draw one round thing near the middle of a plain ground."""
    ground = rng.uniform(60, 230) + rng.uniform(-40, 40) * Y + rng.uniform(0, 10) * hills(rng)
    x, y = rng.uniform(0.45, 0.9), rng.uniform(0.35, 0.65)
    wide, high, lean = rng.uniform(0.12, 0.35), rng.uniform(0.15, 0.45), rng.uniform(-0.4, 0.4)
    inside = ((X - x + lean * (Y - y)) / wide) ** 2 + ((Y - y) / high) ** 2
    body = rng.uniform(20, 230) + rng.uniform(10, 40) * hills(rng)
    return ground + (body - ground) / (1 + np.exp(np.minimum((inside - 1) * 12, 50)))


def page(rng: Rng) -> Floats:
    """Draw a screen or sheet: a margin, perhaps a bar and a picture, then lines of words."""
    sheet = np.full((HEIGHT, WIDTH), rng.uniform(225, 255), np.float32)
    margin, at = int(rng.integers(6, 24)), int(rng.integers(6, 24))
    if rng.random() < 0.5:
        sheet[:at] = rng.uniform(20, 220)
    if rng.random() < 0.5:
        high, wide = int(rng.integers(30, 100)), int(rng.integers(60, WIDTH - 2 * margin))
        sheet[at + 4 : at + 4 + high, margin : margin + wide] = texture(rng)[:high, :wide]
        at += high + 8
    step = int(rng.integers(5, 12))
    for top in range(at + step, HEIGHT - margin, step):
        if rng.random() < 0.85:
            end = margin + int((WIDTH - 2 * margin) * rng.uniform(0.3, 1))
            words = rng.random(WIDTH) < 0.75
            sheet[top : top + step // 2, margin:end] -= 150 * words[margin:end]
    return sheet


def room(rng: Rng) -> Floats:
    """Draw a wall, a floor, and a few boxes."""
    floor = rng.uniform(0.55, 0.8)
    shade = rng.uniform(80, 220) + rng.uniform(-50, 50) * X
    picture = np.where(floor > Y, shade, shade * rng.uniform(0.4, 0.9)) + rng.uniform(2, 12) * hills(rng)
    for _ in range(rng.integers(2, 6)):
        left, top = rng.uniform(0, 1.1), rng.uniform(0, 0.7)
        box = (left < X) & (left + rng.uniform(0.1, 0.5) > X) & (top < Y) & (top + rng.uniform(0.1, 0.5) > Y)
        picture = np.where(box, rng.uniform(20, 240) + 8 * hills(rng), picture)
    return picture


def night(rng: Rng) -> Floats:
    """Draw a few lights in the dark."""
    picture = rng.uniform(5, 40) + rng.uniform(1, 8) * hills(rng)
    for _ in range(rng.integers(1, 6)):
        x, y, size = rng.uniform(0, 4 / 3), rng.uniform(0, 1), rng.uniform(0.03, 0.3)
        picture = picture + rng.uniform(60, 220) * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / size**2)
    return picture


KINDS: Final[Mapping[str, Callable[[Rng], Floats]]] = MappingProxyType(
    {one.__name__: one for one in (texture, horizon, thing, page, room, night)}
)


def drawn(number: int) -> Bytes:
    """Return picture `number`, uint8[192, 256, 1]; the kinds take turns."""
    make = tuple(KINDS.values())[number % len(KINDS)]
    return np.clip(make(np.random.default_rng([29, number])), 0, 255).astype(np.uint8)[:, :, None]


def framed(picture: Bytes, number: int) -> Bytes:
    """Return the picture with a frame, or with bars above and below, or at its sides, of one colour."""
    rng = np.random.default_rng([31, number])
    wide = [int(share * side) for share, side in zip(rng.uniform(0.03, 0.25, 2), picture.shape, strict=False)]
    which = number % 3
    sides = [(0, 0) if which == skipped else (wide[axis],) * 2 for axis, skipped in ((0, 1), (1, 2))]
    return np.pad(picture, (*sides, (0, 0)), constant_values=int(rng.integers(0, 256)))


def cut(picture: Bytes, number: int) -> Bytes:
    """Return the picture without up to a fifth of each of its sides: as much on all, or on one only."""
    rng = np.random.default_rng([37, number])
    share, height, width = rng.uniform(0.02, 0.2), *picture.shape[:2]
    if number % 2:
        down, across = int(height * share / 2), int(width * share / 2)
        return np.ascontiguousarray(picture[down : height - down, across : width - across])
    side = int(rng.integers(4))
    turned = np.rot90(picture, side)
    return np.ascontiguousarray(np.rot90(turned[int(turned.shape[0] * share) :], -side))
