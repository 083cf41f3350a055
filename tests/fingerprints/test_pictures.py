"""The rules by which a picture file becomes pixels, and what happens to files that are not what they seem."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from recourse.fingerprints import pixels
from recourse.fingerprints.errors import (
    BrokenFileError,
    TooLargeError,
    UnknownFormatError,
    UnreadableFileError,
)
from recourse.fingerprints.pdq.hashing import look
from recourse.fingerprints.pictures import heif, jpeg
from recourse.fingerprints.pictures.decoding import open_picture
from tests.fingerprints.scenes import Bytes, exif, landscape, packed

FROZEN = json.loads((Path(__file__).parent / "frozen.json").read_text("utf-8"))
SCENE = landscape(160, 120, 7)
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]


def shown(data: bytes) -> Bytes:
    """The pixels that are hashed, upright; grey as three equal channels."""
    array = pixels.upright(open_picture(data).picture).array
    return np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array


def pillow(data: bytes) -> Bytes:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_read(kind: str) -> None:
    data = packed(SCENE, kind)
    assert open_picture(data).format == kind
    assert np.array_equal(shown(data), pillow(data))
    assert look(open_picture(data).picture).pdq.distance(look(pixels.Pixels(SCENE)).pdq) <= 12


@pytest.mark.parametrize(
    "how",
    [
        {"quality": 90, "subsampling": "4:4:4"},
        {"quality": 75, "subsampling": "4:2:2"},
        {"quality": 30, "subsampling": "4:2:0"},
        {"quality": 85, "progressive": True},
        {"quality": 95, "optimize": True},
        {"quality": 85, "restart_marker_blocks": 3},
        {"quality": 60, "keep_rgb": True},
    ],
)
def test_the_fast_decoder_yields_pillow_s_pixels(how: dict[str, object]) -> None:
    for seed, size in enumerate([(161, 123), (16, 16), (1, 1), (7, 300), (333, 9)]):
        data = packed(landscape(*size, seed), "JPEG", **how)
        fast = jpeg.decode(data, "RGB")
        assert fast is not None
        assert np.array_equal(fast, pillow(data))


def test_a_grey_jpeg_is_read_as_luma_alone() -> None:
    data = packed(landscape(161, 123, 2, grey=True), "JPEG")
    assert open_picture(data).picture.channels == 1
    assert np.array_equal(shown(data), pillow(data))


def test_a_jpeg_of_four_inks_is_not_taken_for_a_negative() -> None:
    data = packed(Image.fromarray(SCENE).convert("CMYK"), "JPEG", quality=95)
    assert look(open_picture(data).picture).pdq.distance(look(pixels.Pixels(SCENE)).pdq) <= 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    data = packed(SCENE, kind, exif=exif(orientation))
    with Image.open(io.BytesIO(data)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert np.array_equal(shown(data), upright)
    assert shown(data).shape[:2] == ((120, 160) if orientation < 5 else (160, 120))


def test_exif_orientation_of_webp_is_ignored() -> None:
    assert np.array_equal(shown(packed(SCENE, "WEBP", lossless=True, exif=exif(6))), SCENE)


def test_metadata_that_cannot_be_read_turns_nothing() -> None:
    data = packed(SCENE, "PNG")
    broken = data[:33] + chunk(b"eXIf", b"MM\0*\0\0\xff\xff junk") + data[33:]
    assert np.array_equal(shown(broken), SCENE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_transparency_lies_on_white(kind: str) -> None:
    alpha = landscape(160, 120, 9, grey=True)[:, :, 0]
    alpha[:40] = 0
    data = packed(Image.fromarray(np.dstack([SCENE, alpha]), "RGBA"), kind, lossless=True)
    with Image.open(io.BytesIO(data)) as image:
        read = np.asarray(image.convert("RGBA")).astype(np.int64)
    share = read[:, :, 3:]
    expected = (read[:, :, :3] * share + 255 * (255 - share)) / 255
    assert np.abs(shown(data) - expected).max() <= 1
    assert (shown(data)[:40] == 255).all()


def test_transparent_entries_of_a_palette_and_transparent_grey_lie_on_white() -> None:
    palette = Image.fromarray(SCENE).quantize(16)
    hole = np.asarray(palette) == 3
    assert (shown(packed(palette, "PNG", transparency=3))[hole] == 255).all()
    assert (shown(packed(palette, "GIF", transparency=3))[hole] == 255).all()
    grey = np.asarray(Image.fromarray(SCENE).convert("L")) // 16 * 16
    white = shown(packed(Image.fromarray(grey), "PNG", transparency=96))
    assert (white[grey == 96] == 255).all()
    assert (white[grey != 96] == grey[grey != 96][:, None]).all()


def test_of_sixteen_bits_of_grey_the_high_byte_counts() -> None:
    deep = landscape(160, 120, 3, grey=True)[:, :, 0].astype(np.uint16) * 257 // 2
    data = packed(Image.fromarray(deep), "PNG")
    assert open_picture(data).picture.channels == 1
    assert np.array_equal(shown(data)[:, :, 0], deep >> 8)


def test_one_bit_and_palettes_are_shown_as_they_look() -> None:
    for image in (Image.fromarray(SCENE).convert("1"), Image.fromarray(SCENE).quantize(64)):
        assert np.array_equal(shown(packed(image, "PNG")), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_moving_pictures_the_first_frame_counts(kind: str) -> None:
    second = Image.fromarray(landscape(160, 120, 8))
    data = packed(
        Image.fromarray(SCENE).quantize(64), kind, save_all=True, append_images=[second], duration=90
    )
    with Image.open(io.BytesIO(data)) as image:
        first = np.asarray(image.convert("RGB"))
    assert np.array_equal(shown(data), first)


def test_a_first_frame_that_covers_only_a_part_lies_on_white() -> None:
    data = bytearray(packed(Image.fromarray(SCENE[:60, :80]).quantize(16), "GIF"))
    data[6:10] = struct.pack("<HH", 160, 120)  # the screen grows, the frame does not
    found = shown(bytes(data))
    assert found.shape == (120, 160, 3)
    assert (found[60:] == 255).all()
    assert (found[:, 80:] == 255).all()
    assert not (found[:60, :80] == 255).all()


@pytest.mark.skipif(not heif.formats(), reason="pi-heif is not installed")
def test_heic_is_read_where_its_package_is() -> None:
    opened = open_picture(base64.b64decode(FROZEN["heic"]))
    assert (opened.format, pixels.size(opened.picture)) == ("HEIF", (96, 64))
    assert look(opened.picture).pdq.distance(look(pixels.Pixels(landscape(96, 64, 4))).pdq) <= 16


# -- files that are not what they seem ------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(TooLargeError):
        open_picture(png_of(30_000, 30_000, bytes(1000)))
    with pytest.raises(TooLargeError):
        open_picture(png_of(500, 500, bytes(500 * 501)), max_pixels=249_999)
    assert open_picture(png_of(500, 500, bytes(500 * 501)), max_pixels=250_000).picture.width == 500


def test_a_jpeg_whose_header_lies_is_refused() -> None:
    data = bytearray(packed(SCENE, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(TooLargeError):
        open_picture(bytes(data))
    data[frame + 5 : frame + 9] = struct.pack(
        ">HH", 3000, 3000
    )  # browsers and Pillow show what is missing as grey
    assert np.array_equal(shown(bytes(data)), pillow(bytes(data)))
    with pytest.raises(BrokenFileError):
        open_picture(bytes(data[:-2]))


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (0, 0)])
def test_a_picture_of_no_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadableFileError):
        open_picture(png_of(*size, b""))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"%!PS\n",
        bytes(5000),
    ],
)
def test_what_is_no_picture_of_ours_is_unknown(data: bytes) -> None:
    with pytest.raises(UnknownFormatError):
        open_picture(data)


def test_tiff_and_others_that_pillow_could_read_are_unknown() -> None:
    for kind in ("TIFF", "BMP", "PPM", "ICO", "TGA"):
        with pytest.raises(UnknownFormatError):
            open_picture(packed(SCENE, kind))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_cut_off_is_refused_wherever_it_is_cut(kind: str) -> None:
    data = packed(SCENE, kind)
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        with pytest.raises(UnreadableFileError) as caught:
            pixels.upright(open_picture(data[: int(len(data) * share)]).picture)
        assert caught.value.code in {"broken_file", "unknown_format"}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FORMATS), st.data())
def test_damage_ends_in_a_picture_or_in_a_refusal(kind: str, draw: st.DataObject) -> None:
    data = bytearray(packed(SCENE[:40, :50], kind))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        look(open_picture(bytes(data), max_pixels=1_000_000).picture)
    except UnreadableFileError as refused:
        error: UnreadableFileError | None = refused
    else:
        error = None
    assert error is None or error.code in {"broken_file", "unknown_format", "too_large"}
