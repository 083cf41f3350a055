"""Videos against Meta's vpdq: the same frames, and hashes as near as luma planes are to its conversion to RGB."""

from __future__ import annotations

from pathlib import Path

import pytest

from recourse.fingerprints.pdq.hashing import Pdq
from recourse.fingerprints.videos import bags
from recourse.fingerprints.videos.frames import Frame, Video
from tests.fingerprints.clips import CLIPS, clip
from tests.fingerprints.oracles import oracle

pytestmark = pytest.mark.interop


def theirs(path: Path) -> list[Frame]:
    return [
        Frame(one.frame_number, one.timestamp, Pdq(bytes.fromhex(one.hex), one.quality))
        for one in oracle("vpdq").computeHash(path)
    ]


@pytest.mark.parametrize("name", CLIPS)
def test_the_same_frames_are_hashed_and_the_hashes_are_near(name: str, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(clip(**CLIPS[name]).getvalue())
    with path.open("rb") as file:
        ours = list(Video(file, threads=1).frames())
    reference = theirs(path)
    assert [frame.number for frame in ours] == [frame.number for frame in reference]
    assert [frame.seconds for frame in ours] == pytest.approx(
        [frame.seconds for frame in reference], abs=1e-3
    )
    assert max(one.pdq.distance(two.pdq) for one, two in zip(ours, reference, strict=True)) <= 12
    found = bags.compare([frame.pdq for frame in ours], [frame.pdq for frame in reference], quality=0)
    assert (found.of_first, found.of_second) == (100, 100)


@pytest.mark.parametrize("first", [1, 5])
def test_an_edit_list_hides_the_same_frames_from_both(first: int, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(clip("mp4", "libx264", count=35, first=first, options={"bf": "0", "g": "5"}).getvalue())
    with path.open("rb") as file:
        ours = list(Video(file, threads=1).frames())
    reference = theirs(path)
    assert [frame.number for frame in ours] == [frame.number for frame in reference]
    assert max(one.pdq.distance(two.pdq) for one, two in zip(ours, reference, strict=True)) <= 12
