"""HEIC, the format of iPhones, where the package `pi-heif` is installed (`recourse[heic]`)."""

from __future__ import annotations

import functools
from importlib import import_module


@functools.cache
def formats() -> tuple[str, ...]:
    """Return what Pillow can open besides its own formats; the first call looks for the package."""
    try:
        import_module("pi_heif").register_heif_opener(thumbnails=False)
    except ImportError:
        return ()
    return ("HEIF",)
