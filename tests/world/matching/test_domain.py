"""What a fingerprint may be: read strictly, written as it was read; its states are one table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.world.matching import domain
from recourse.world.matching.domain import (
    MOST_AT_ONCE,
    MOST_UNSEEN,
    MOVES,
    BadFingerprintError,
    FingerprintState,
    Kind,
    TooManyFingerprintsError,
)
from tests.world.matching.making import digits, image, video

HASH = digits("a harbour at dusk")
S = FingerprintState


@given(
    st.lists(
        st.tuples(st.integers(0, 9_999_999), st.integers(0, 100), st.integers(0, 2**256 - 1)), min_size=1
    )
)
def test_what_is_written_reads_as_it_was(parts: list[tuple[int, int, int]]) -> None:
    ordered = {position: (quality, f"{value:064x}") for position, quality, value in parts}
    made = domain.Fingerprint(
        Kind.VIDEO, tuple(domain.Part(position, *ordered[position]) for position in sorted(ordered))
    )
    assert domain.read(domain.written(made)) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "image",
        "image.",
        f"image.0-87-{HASH[:-1]}",
        f"image.0-87-{HASH}0",
        f"image.0-87-{HASH.upper()}",
        f"image.0-101-{HASH}",
        f"image.0--1-{HASH}",
        f"image.0-087-{HASH}",
        f"image.00-87-{HASH}",
        f"image.1-87-{HASH}",
        f"image.0-87-{HASH}\n",
        f" image.0-87-{HASH}",
        f"image.0-87-{HASH}.0-87-{HASH}",
        f"image.0-87-{HASH}.29-87-{HASH}",
        f"video.30-87-{HASH}.0-87-{HASH}",
        f"video.12345678-87-{HASH}",
        f"sound.0-87-{HASH}",
        f"image.0-87-{HASH},name=dusk.jpg",
        f"image.\u0660-87-{HASH}",
        video("too long", frames=7_201, step=1),
        "video" + f".0-87-{HASH}" * 20_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadFingerprintError):
        domain.read(text)


def test_the_largest_that_is_taken() -> None:
    assert len(domain.read(image("dusk", sections=28)).parts) == 29
    assert len(domain.read(video("dusk", frames=7_200, step=30)).parts) == 7_200


def test_the_quality_is_the_whole_picture_s_and_the_best_of_a_video() -> None:
    assert domain.read(f"image.0-60-{HASH}.1-90-{HASH}").quality == 60
    assert domain.read(f"video.0-60-{HASH}.30-90-{HASH}").quality == 90


def test_sections_of_a_picture_never_leave() -> None:
    made = domain.read(image("dusk", sections=28))
    assert made.may_leave == made.parts[:1]
    assert len(domain.read(video("dusk")).may_leave) == 4


def test_one_sending_holds_each_once_and_not_too_many() -> None:
    assert len(domain.read_all([image(1), image(2), image(1)])) == 2
    domain.read_all(image(seed) for seed in range(MOST_AT_ONCE))
    with pytest.raises(TooManyFingerprintsError):
        domain.read_all(image(seed) for seed in range(MOST_AT_ONCE + 1))


def test_a_hash_stands_in_no_representation() -> None:
    made = domain.read(f"image.0-87-{HASH}")
    assert HASH not in repr(made)
    assert HASH not in repr(made.parts[0])


def test_the_first_fifty_are_taken_as_they_come_and_no_further() -> None:
    assert domain.first_state(MOST_UNSEEN - 1) is S.INTERNAL
    assert domain.first_state(MOST_UNSEEN) is S.SUSPENDED


def test_nothing_is_shared_that_nobody_reviewed_and_everything_can_be_withdrawn() -> None:
    assert set(MOVES) == set(FingerprintState)
    assert [before for before in S if domain.move(before, S.SHARED)] == [S.REVIEWED]
    assert [before for before in S if domain.move(before, S.REVIEWED)] == [S.INTERNAL, S.SHARED]
    assert {before for before in S if domain.move(before, S.WITHDRAWN)} == set(S) - {S.WITHDRAWN}
    assert MOVES[S.WITHDRAWN] == {S.INTERNAL}, "what comes back is reviewed anew"
