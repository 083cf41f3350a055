"""What surrounds a picture and what was cut off from it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from recourse.fingerprints import pixels
from recourse.fingerprints.pdq.hashing import look
from recourse.fingerprints.pictures import borders, crops
from recourse.fingerprints.videos.frames import Video
from tests.fingerprints.clips import clip
from tests.fingerprints.scenes import Bytes, landscape, packed

FROZEN = json.loads((Path(__file__).parent / "frozen.json").read_text("utf-8"))
COLOURS = [(0, 0, 0), (255, 255, 255), (30, 30, 34), (200, 40, 120)]


def framed(array: Bytes, colour: tuple[int, ...], *sides: int) -> Bytes:
    left, top, right, bottom = sides
    height, width = array.shape[:2]
    whole = np.empty((height + top + bottom, width + left + right, 3), np.uint8)
    whole[:] = colour
    whole[top : top + height, left : left + width] = array
    return whole


def as_jpeg(array: Bytes, quality: int) -> Bytes:
    return np.asarray(Image.open(io.BytesIO(packed(array, "JPEG", quality=quality))))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "sides", [(40, 40, 40, 40), (0, 60, 0, 60), (80, 0, 80, 0), (10, 0, 0, 90), (0, 0, 3, 0)]
)
def test_a_border_of_one_colour_is_taken_off_to_the_pixel(
    colour: tuple[int, ...], sides: tuple[int, int, int, int]
) -> None:
    array = landscape(400, 300, 1)
    found = borders.trimmed(pixels.Pixels(framed(array, colour, *sides)))
    assert found is not None
    assert np.array_equal(found.array, array)


@pytest.mark.parametrize(
    "how",
    [
        {"codec": "libx264", "container": "mp4"},
        {"codec": "mpeg4", "container": "avi"},
        {"codec": "libx264", "container": "mp4", "colour_range": 2},
        {"codec": "png", "container": "mov", "pixels": "rgb24"},
    ],
    ids=["h264", "mpeg4", "full range", "rgb"],
)
def test_a_letterboxed_film_is_found_by_what_is_inside_and_only_if_asked(how: dict[str, Any]) -> None:
    plain = list(Video(clip(**how)).frames(trim=True))
    boxed = list(Video(clip(**how, letterbox=20)).frames(trim=True))
    assert len(plain) == len(boxed) == 3
    for one, other in zip(plain, boxed, strict=True):
        assert one.inner is None
        assert other.inner is not None
        assert other.pdq.distance(one.pdq) > 31, "without trimming it would not be found"
        assert other.inner.distance(one.pdq) <= 31
    assert not any(frame.inner for frame in Video(clip(**how, letterbox=20)).frames())


@pytest.mark.parametrize("quality", [40, 60, 80, 95])
def test_jpeg_s_ripples_on_a_border_do_not_hide_the_copy(quality: int) -> None:
    for seed, colour in enumerate(COLOURS):
        array = landscape(500, 400, seed)
        copy = as_jpeg(framed(array, colour, 37, 21, 37, 55), quality)
        found = borders.trimmed(pixels.Pixels(copy))
        original = look(pixels.Pixels(array)).pdq
        assert found is not None
        assert look(found).pdq.distance(original) <= 31
        assert look(pixels.Pixels(copy)).pdq.distance(original) > 31, "without trimming it would not be found"


def test_a_letterbox_inside_a_frame_is_taken_off_too() -> None:
    array = landscape(400, 300, 2)
    inside = framed(array, (0, 0, 0), 0, 50, 0, 50)
    found = borders.trimmed(pixels.Pixels(framed(inside, (255, 255, 255), 20, 20, 20, 20)))
    assert found is not None
    assert np.array_equal(found.array, array)


def test_each_side_has_a_colour_of_its_own() -> None:
    array = landscape(400, 300, 3)
    half = framed(array, (0, 0, 0), 0, 40, 0, 0)
    found = borders.trimmed(pixels.Pixels(framed(half, (255, 255, 255), 0, 0, 0, 40)))
    assert found is not None
    assert np.array_equal(found.array, array)


def test_a_picture_without_a_border_stays_whole() -> None:
    assert borders.trimmed(pixels.Pixels(landscape(400, 300, 4))) is None


@pytest.mark.parametrize("shape", [(1, 1, 1), (300, 400, 3), (1, 500, 3)])
def test_a_uniform_picture_is_not_trimmed_to_nothing(shape: tuple[int, int, int]) -> None:
    assert borders.trimmed(pixels.Pixels(np.full(shape, 90, np.uint8))) is None
    halves = np.full(shape, 90, np.uint8)
    halves[shape[0] // 2 :] = 200
    assert borders.trimmed(pixels.Pixels(halves)) is None
    speck = np.full((300, 400, 3), 90, np.uint8)
    speck[150:155, 200:205] = 250
    assert borders.trimmed(pixels.Pixels(speck)) is None


def test_the_crops_are_the_numbers_that_the_device_computes() -> None:
    for size, expected in FROZEN["crops"].items():
        width, height = map(int, size.split("x"))
        found = [[box.left, box.top, box.right, box.bottom] for box in crops.boxes(width, height)]
        assert found == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(5, 20_000), st.integers(5, 20_000))
def test_crops_lie_inside_the_picture_and_leave_three_quarters_of_a_side(width: int, height: int) -> None:
    found = crops.boxes(width, height)
    assert len(found) == 29
    assert found[0] == crops.Box(0, 0, width, height)
    for box in found:
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height
        assert box.width >= width * 0.76 - 2
        assert box.height >= height * 0.76 - 2


def test_the_bundle_finds_a_crop_that_the_whole_does_not() -> None:
    array = landscape(900, 700, 6)
    bundle = [
        look(pixels.Pixels(array[box.top : box.bottom, box.left : box.right])).pdq
        for box in crops.boxes(900, 700)
    ]
    for left, top, right, bottom in [(0.07, 0.07, 0.07, 0.07), (0.13, 0, 0, 0), (0, 0, 0, 0.1)]:
        part = array[int(700 * top) : int(700 * (1 - bottom)), int(900 * left) : int(900 * (1 - right))]
        query = look(pixels.Pixels(part)).pdq
        assert bundle[0].distance(query) > 31
        assert min(one.distance(query) for one in bundle) <= 31
