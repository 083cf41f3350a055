"""A picture file, decoded by the rules that the survivor's device shares, so that both sides make the same hash.

* It stands upright as its EXIF orientation says; in WebP that is ignored, as browsers do.
* Transparency lies on white.
* Of 16-bit grey the high byte counts. CMYK, palettes and the rest become RGB as Pillow and browsers do it;
  colour profiles are ignored.
* Of a moving picture (GIF, WebP, AVIF) the first frame counts.
* The picture is decoded at its full size, or refused: too many pixels, cut off, broken, another format.

Which decoder reads a file is decided by its first bytes, never by its name.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile

from recourse.fingerprints.errors import (
    BrokenFileError,
    TooLargeError,
    UnknownFormatError,
    UnreadableFileError,
)
from recourse.fingerprints.pictures import heif, jpeg
from recourse.fingerprints.pixels import Bytes, Picture, Pixels
from recourse.fingerprints.turning import UPRIGHT, Turning, from_exif

MAX_PIXELS: Final = 120_000_000  # as on the device
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_ORIENTATION: Final = 0x0112
_UPRIGHT_ALREADY: Final = {"WEBP"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A decoded picture file: its format as Pillow calls it, and its pixels."""

    format: str
    picture: Picture


def open_picture(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Opened:
    """Decode a picture file.

    Raises:
        UnknownFormatError: it is none of `FORMATS`, nor HEIC where `pi-heif` is installed (unknown_format).
        TooLargeError: its header promises more than `max_pixels` (too_large); nothing was decoded.
        BrokenFileError: it is cut off or broken (broken_file).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Pillow warns of large pictures and odd metadata; we have our limits
            return _decode(data, max_pixels)
    except UnreadableFileError:
        raise
    except UnidentifiedImageError as error:
        raise UnknownFormatError from error
    except Image.DecompressionBombError as error:
        raise TooLargeError from error
    except Exception as error:  # hostile bytes make decoders raise anything
        raise BrokenFileError from error


def _decode(data: bytes, max_pixels: int) -> Opened:
    with Image.open(io.BytesIO(data), formats=(*FORMATS, *heif.formats())) as image:
        if image.width * image.height > max_pixels:
            raise TooLargeError
        kind = image.format or ""
        turning = UPRIGHT if kind in _UPRIGHT_ALREADY else _turning(image)
        fast = jpeg.decode(data, image.mode) if kind in {"JPEG", "MPO"} else None
        if fast is not None and fast.shape[:2] == (image.height, image.width):
            return Opened("JPEG", Pixels(fast, turning))
        shown = _loaded(image)
        return Opened("JPEG" if kind == "MPO" else kind, _Loaded(shown, turning))


def _loaded(image: Image.Image) -> Image.Image:
    """Decode, and lay on white a frame that covers only a part of its GIF."""
    drawn = image.tile[0].extents if isinstance(image, GifImageFile) and image.tile else None
    image.load()
    if drawn is None or drawn == (0, 0, *image.size):
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(_on_white(image.crop(drawn)), drawn[:2])
    return white


def _turning(image: Image.Image) -> Turning:
    try:
        return from_exif(image.getexif().get(_ORIENTATION))
    except Exception:  # noqa: BLE001 - unreadable metadata: browsers show the picture as it is stored
        return UPRIGHT


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A picture that Pillow has decoded; its parts become luma or RGB when they are read, and not before."""

    image: Image.Image
    turning: Turning

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def channels(self) -> int:
        return 1 if _is_grey(self.image) else 3

    def part(self, left: int, top: int, right: int, bottom: int) -> Bytes:
        part = self.image.crop((left, top, right, bottom))
        if self.channels > 1:
            return np.asarray(_on_white(part))
        if part.mode.startswith("I"):
            deep = np.asarray(part, np.int64)
            return (np.clip(deep, 0, 0xFFFF) >> 8).astype(np.uint8)[:, :, None]
        return np.asarray(part.convert("L"))[:, :, None]


def _is_grey(image: Image.Image) -> bool:
    return image.mode.startswith("I") or (image.mode in {"1", "L"} and "transparency" not in image.info)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")
