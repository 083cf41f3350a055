"""Pictures made from numbers: hills and textures, the same on every machine and with every version of everything."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]


def _lattice(rows: int, columns: int, seed: int) -> npt.NDArray[np.int64]:
    """Bytes that look random, by splitmix64 of their place."""
    with np.errstate(over="ignore"):
        z = np.arange(rows * columns, dtype=np.uint64) + np.uint64(
            seed * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z >> np.uint64(32)) & np.uint64(255)).astype(np.int64).reshape(rows, columns)


def _hills(width: int, height: int, step: int, seed: int) -> npt.NDArray[np.int64]:
    """Values 0 to 255 between lattice points `step` pixels apart; whole numbers only."""
    y, x = np.arange(height) * 256 // step, np.arange(width) * 256 // step
    points = _lattice(int(y[-1] >> 8) + 2, int(x[-1] >> 8) + 2, seed)
    i, j = (y >> 8)[:, None], (x >> 8)[None, :]
    down, across = (y & 255)[:, None], (x & 255)[None, :]
    above = points[i, j] * (256 - across) + points[i, j + 1] * across
    below = points[i + 1, j] * (256 - across) + points[i + 1, j + 1] * across
    return (above * (256 - down) + below * down) >> 16


def landscape(width: int, height: int, seed: int, *, grey: bool = False) -> Bytes:
    """uint8[height, width, 3] (or 1): large hills, small hills and some grain."""
    longest = max(width, height)
    steps = [max(1, longest // part) for part in (3, 9, 27, 81)]
    channels = []
    for channel in range(1 if grey else 3):
        layers = [_hills(width, height, step, 97 * seed + 11 * channel + k) for k, step in enumerate(steps)]
        grain = _lattice(height, width, 1009 * seed + channel)
        channels.append((layers[0] * 7 + layers[1] * 4 + layers[2] * 3 + layers[3] * 1 + grain) >> 4)
    return np.stack(channels, axis=2).astype(np.uint8)


def packed(pixels: Bytes | Image.Image, kind: str, **how: Any) -> bytes:
    """The file of a picture."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels.squeeze())
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def exif(orientation: int) -> Image.Exif:
    """Metadata that says how a picture stands."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


SIZES = [
    (5, 5),
    (5, 300),
    (64, 64),
    (63, 65),
    (100, 100),
    (128, 128),
    (129, 257),
    (200, 150),
    (320, 240),
    (512, 512),
]
SIZES += [(641, 479), (777, 1234), (1000, 33), (1280, 720)]


def corpus() -> Iterator[tuple[str, Bytes]]:
    """Pictures of many sizes and characters, each with a name."""
    for seed, (width, height) in enumerate(SIZES):
        yield f"landscape {width}x{height}", landscape(width, height, seed)
    makers: dict[str, Callable[[int, int], npt.NDArray[np.int64]]] = {
        "flat": lambda y, x: 0 * y * x + 77,
        "slope": lambda y, x: (y * 200 // 299) + 0 * x,
        "diagonal": lambda y, x: (y + 2 * x) * 255 // 1000,
        "stripes": lambda y, x: (x // 7 % 2) * 255 + 0 * y,
        "board": lambda y, x: ((x // 9 + y // 13) % 2) * 255,
        "rings": lambda y, x: ((x - 200) ** 2 + (y - 130) ** 2) // 700 % 256,
    }
    y, x = np.arange(300)[:, None], np.arange(350)[None, :]
    for name, maker in makers.items():
        grey = maker(y, x).astype(np.uint8)
        yield name, np.stack([grey, grey, grey], axis=2)
        yield f"{name} in colour", np.stack([grey, np.flipud(grey), 255 - grey], axis=2)
