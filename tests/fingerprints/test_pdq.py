"""PDQ against frozen hashes, and against what must hold for every picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.fingerprints import pixels
from recourse.fingerprints.errors import BadPixelsError
from recourse.fingerprints.pdq import hashing, sampling, transform, turns
from recourse.fingerprints.pdq.replay import replay
from recourse.fingerprints.pdq.weights import runs
from recourse.fingerprints.turning import Turning, from_exif
from tests.fingerprints.scenes import Bytes, corpus, landscape

FROZEN = json.loads((Path(__file__).parent / "frozen.json").read_text("utf-8"))
TURNINGS = [from_exif(orientation) for orientation in range(1, 9)]


def hashed(array: Bytes, turning: Turning = pixels.UPRIGHT) -> hashing.Pdq:
    return hashing.look(pixels.Pixels(array, turning)).pdq


def test_hashes_are_what_they_were() -> None:
    """Frozen from `pdqhash` 0.2.8: what is recorded today must be found in ten years."""
    made = {name: [hashed(array).hex(), hashed(array).quality] for name, array in corpus()}
    assert made == FROZEN["pdq"]


def test_one_pass_and_replay_agree_but_for_rounding() -> None:
    for name, array in corpus():
        picture = pixels.Pixels(array)
        size = picture.width, picture.height
        wander = np.abs(hashing.sampled(picture) - replay(pixels.upright_strips(picture), *size)).max()
        assert wander < 0.01, name


def test_where_rounding_decides_the_reference_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []

    def noted(strips: object, width: int, height: int) -> sampling.Floats:
        calls.append((width, height))
        return replay(strips, width, height)  # type: ignore[arg-type]

    monkeypatch.setattr(hashing, "replay", noted)
    flat = np.full((300, 350, 3), 77, np.uint8)
    hashed(flat)
    hashed(landscape(320, 240, 8))
    assert calls == [(350, 300)], "a flat picture is nothing but rounding, a landscape is not"


@pytest.mark.parametrize("turning", TURNINGS, ids=range(1, 9))
def test_a_picture_that_is_stored_turned_has_the_hash_of_the_upright_one(turning: Turning) -> None:
    for seed, (width, height) in enumerate([(320, 240), (231, 403), (90, 700)]):
        stored = landscape(width, height, seed)
        upright = np.ascontiguousarray(turning.upright(stored))
        assert hashed(stored, turning) == hashed(upright)
        picture = pixels.Pixels(stored, turning)
        assert np.array_equal(np.concatenate(list(pixels.upright_strips(picture))), upright)
        assert pixels.size(picture) == upright.shape[1::-1]
        assert np.array_equal(pixels.upright(picture).array, upright)


@given(st.sampled_from(TURNINGS), st.sampled_from(TURNINGS))
def test_turnings_follow_one_another(first: Turning, second: Turning) -> None:
    array = np.arange(2 * 3, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(first.then(second).upright(array), second.upright(first.upright(array)))


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats()))
def test_an_orientation_that_is_none_means_upright(said: object) -> None:
    assert from_exif(said) in TURNINGS
    if not isinstance(said, int) or not 1 <= said <= 8:
        assert from_exif(said) == pixels.UPRIGHT


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 99), st.integers(1, 50))
def test_strips_of_any_height_give_the_same_samples(width: int, height: int, seed: int, rows: int) -> None:
    array = landscape(width, height, seed)
    whole, parts = sampling.Sampler(width, height, 3), sampling.Sampler(width, height, 3)
    whole.add(array)
    for top in range(0, height, rows):
        parts.add(array[top : top + rows])
    assert np.allclose(whole.samples(), parts.samples(), atol=1e-3)


def test_rows_that_are_missing_or_too_many_are_noticed() -> None:
    sampler = sampling.Sampler(8, 8, 1)
    sampler.add(np.zeros((7, 8, 1), np.uint8))
    with pytest.raises(ValueError, match="8 rows were promised, 7 came"):
        sampler.samples()


@given(st.integers(1, 20_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_weights_of_a_sample_add_up_to_one_inside_the_picture(length: int, backwards: bool) -> None:
    side = runs(length, backwards=backwards)
    assert side.begin.min() >= 0
    assert side.end.max() <= length
    assert np.allclose(side.weights.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (4, 500), (500, 4), (1, 2000)])
def test_what_is_smaller_than_five_pixels_has_no_hash(width: int, height: int) -> None:
    assert hashed(landscape(width, height, 1)) == hashing.NO_HASH
    assert (
        turns.from_transform(hashing.look(pixels.Pixels(landscape(width, height, 1))))
        == (hashing.NO_HASH,) * 8
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(30, 250), st.integers(30, 250), st.integers(0, 99), st.integers(-40, 40))
def test_brightness_does_not_change_a_hash(width: int, height: int, seed: int, lift: int) -> None:
    array = (landscape(width, height, seed) // 2 + 50).astype(np.uint8)
    assert hashed(array).distance(hashed((array.astype(np.int16) + lift).astype(np.uint8))) <= 4


@settings(max_examples=30, deadline=None)
@given(st.integers(30, 250), st.integers(30, 250), st.integers(0, 99))
def test_a_negative_has_every_bit_the_other_way(width: int, height: int, seed: int) -> None:
    array = landscape(width, height, seed)
    assert hashed(array).distance(hashed(255 - array)) >= 250


def test_grey_is_three_equal_channels() -> None:
    for seed in range(5):
        grey = landscape(300, 200, seed, grey=True)
        assert hashed(grey) == hashed(np.repeat(grey, 3, axis=2))


def test_turns_of_the_pixels_are_turns() -> None:
    array = landscape(211, 157, 3)
    found = turns.from_pixels(pixels.Pixels(array))
    assert found == tuple(hashed(np.ascontiguousarray(turn.upright(array))) for turn in turns.TURNS)
    assert len(set(found)) == 8


def test_turns_of_the_transform_are_near_those_of_the_pixels() -> None:
    """Near for large pictures alone: see the docstring of `turns`."""
    large = pixels.Pixels(landscape(1280, 960, 5))
    pairs = zip(turns.from_transform(hashing.look(large)), turns.from_pixels(large), strict=True)
    assert max(one.distance(other) for one, other in pairs) <= 16


def test_bits_are_written_from_the_highest_down() -> None:
    found = np.zeros((16, 16), np.float32)
    found[0, :] = 1  # bits 0 to 15 are the lowest
    found[15, 15] = 1
    assert transform.bits(found).hex() == "8" + "0" * 59 + "ffff"


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((5, 5, 3)),
    ],
)
def test_what_is_no_picture_is_refused(array: Bytes) -> None:
    with pytest.raises(BadPixelsError):
        pixels.Pixels(array)


def test_a_hash_prints_as_everybody_exchanges_it() -> None:
    one, other = hashing.Pdq(bytes(32), 100), hashing.Pdq(b"\x80" + bytes(30) + b"\x03", 100)
    assert other.hex() == "80" + "00" * 30 + "03"
    assert one.distance(other) == other.distance(one) == 3
