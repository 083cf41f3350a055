"""PDQ against Meta's own code, bit by bit and float by float."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.fingerprints import pixels
from recourse.fingerprints.pdq import hashing, transform, turns
from recourse.fingerprints.pdq.replay import replay
from tests.fingerprints.oracles import oracle, reference
from tests.fingerprints.scenes import Bytes, corpus, landscape

pytestmark = pytest.mark.interop


def hashed(array: Bytes) -> hashing.Pdq:
    return hashing.look(pixels.Pixels(array)).pdq


def test_the_corpus_has_the_reference_s_hashes_and_qualities() -> None:
    for name, array in corpus():
        assert hashed(array) == reference(array), name


def test_the_replay_is_the_reference_to_the_last_bit_of_every_float() -> None:
    for name, array in corpus():
        picture = pixels.Pixels(array)
        found = transform.coefficients(replay(pixels.upright_strips(picture), picture.width, picture.height))
        theirs, _ = oracle("pdqhash").compute_float(array)
        assert np.array_equal(found, theirs[::-1].reshape(16, 16)), name


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 10_000), st.sampled_from([1, 16, 64, 128]))
def test_any_picture_has_the_reference_s_hash(width: int, height: int, seed: int, levels: int) -> None:
    array = (landscape(width, height, seed) // levels * levels).astype(np.uint8)
    assert hashed(array) == reference(array)


@pytest.mark.parametrize("seed", range(3))
def test_large_pictures_too(seed: int) -> None:
    array = landscape(3001 + 517 * seed, 2003 + 212 * seed, seed)
    assert hashed(array) == reference(array)


def test_turns_of_the_transform_are_the_reference_s() -> None:
    for seed, (width, height) in enumerate([(320, 240), (500, 731), (1024, 768)]):
        array = landscape(width, height, seed)
        theirs, quality = oracle("pdqhash").compute_dihedral(array)
        expected = [hashing.Pdq(np.packbits(one.astype(np.uint8)).tobytes(), quality) for one in theirs]
        assert list(turns.from_transform(hashing.look(pixels.Pixels(array)))) == expected
