"""How tests come by fingerprints: written as a device writes them, from a seed."""

from __future__ import annotations

import hashlib

from recourse.world.matching import domain


def digits(seed: object) -> str:
    """64 hexadecimal digits that are always the same for a seed."""
    return hashlib.sha256(repr(seed).encode()).hexdigest()


def image(seed: object, *, quality: int = 90, sections: int = 0) -> str:
    """The fingerprint of a picture, with sections of it."""
    parts = (f"{at}-{quality}-{digits((seed, at))}" for at in range(1 + sections))
    return ".".join(("image", *parts))


def video(seed: object, *, frames: int = 4, step: int = 30) -> str:
    """The fingerprint of a video."""
    parts = (f"{at * step}-{80 + at % 20}-{digits((seed, at))}" for at in range(frames))
    return ".".join(("video", *parts))


def images(count: int, start: int = 0) -> tuple[domain.Fingerprint, ...]:
    """Fingerprints of so many pictures."""
    return tuple(domain.read(image(seed)) for seed in range(start, start + count))
