"""Which frames of a video are hashed, what of them, and how two videos are compared."""

from __future__ import annotations

import io
import itertools
import os
import tracemalloc
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.fingerprints import pixels
from recourse.fingerprints.errors import (
    BrokenFileError,
    TooLargeError,
    UnknownFormatError,
    UnreadableFileError,
)
from recourse.fingerprints.pdq.hashing import Pdq, look
from recourse.fingerprints.videos import bags, frames
from tests.fingerprints.clips import CLIPS, HEIGHT, WIDTH, clip, panned


def hashed(file: io.BytesIO) -> list[frames.Frame]:
    return list(frames.Video(file, threads=1).frames())


def seen(count: int, numbers: range) -> list[Pdq]:
    """What the camera saw, before any compression."""
    shown = itertools.islice(panned(count), 0, count)
    return [look(pixels.Pixels(array)).pdq for n, array in enumerate(shown) if n in numbers]


@pytest.mark.parametrize("name", CLIPS)
def test_each_kind_of_video_is_hashed_at_the_right_frames(name: str) -> None:
    how = CLIPS[name]
    rate, count = Fraction(how.get("rate", 10)), how.get("count", 25)
    found = hashed(clip(**how))
    assert os.sched_getscheduler(0) == os.SCHED_OTHER, "what is started after this would starve the machine"
    numbers = range(0, count, max(1, int(rate)))
    assert [frame.number for frame in found] == list(numbers)
    assert [frame.seconds for frame in found] == pytest.approx([n / float(rate) for n in numbers], abs=1e-6)
    pairs = zip(found, seen(count, numbers), strict=True)
    assert max(frame.pdq.distance(original) for frame, original in pairs) <= 28


@pytest.mark.parametrize("shift", [0, 1, 5])
def test_what_an_edit_list_hides_is_not_counted(shift: int) -> None:
    """The first frames of this film have times before zero: the file's edit list hides them."""
    found = hashed(clip("mp4", "libx264", count=35, first=shift, options={"bf": "0", "g": "5"}))
    expected = [look(pixels.Pixels(array)).pdq for array in itertools.islice(panned(35), shift, None, 10)]
    assert [frame.number for frame in found] == [0, 10, 20, 30][: len(expected)]
    assert max(frame.pdq.distance(one) for frame, one in zip(found, expected, strict=True)) <= 28


def test_frames_are_counted_in_the_order_they_are_shown_in_not_in_which_they_are_stored() -> None:
    film = clip("mp4", "libx264", count=31, options={"bf": "8", "b-adapt": "0"})
    with av.open(film) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert times != sorted(times), "this film is stored out of order"
    film.seek(0)
    found, expected = hashed(film), seen(31, range(0, 31, 10))
    assert max(frame.pdq.distance(one) for frame, one in zip(found, expected, strict=True)) <= 28


def frame_of(luma: np.ndarray[Any, Any], kind: str, colour_range: int = 1) -> Any:
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], kind)
    for plane in frame.planes:
        plane.update(bytes([128]) * plane.buffer_size)
    plane = frame.planes[0]
    room = np.zeros((luma.shape[0], plane.line_size // luma.itemsize), luma.dtype)
    room[:, : luma.shape[1]] = luma
    plane.update(room.tobytes())
    frame.color_range = colour_range
    return frame


def test_luma_is_stretched_from_black_to_white_and_clipped_before_it_is_averaged() -> None:
    luma = (next(panned(1))[:, :, 1].astype(int) * 250 // 255).astype(np.uint8)
    stretched = np.clip((luma.astype(np.float64) - 16) * 255 / 219, 0, 255)
    expected = look(pixels.Pixels(np.round(stretched).astype(np.uint8)[:, :, None])).pdq
    assert frames.hashes(frame_of(luma, "yuv420p"))[0].distance(expected) <= 4
    whole = look(pixels.Pixels(luma[:, :, None])).pdq
    assert frames.hashes(frame_of(luma, "yuv420p", colour_range=2))[0].distance(whole) <= 2
    assert frames.hashes(frame_of(luma, "yuvj420p", colour_range=0))[0].distance(whole) <= 2


@pytest.mark.parametrize(
    ("kind", "shift"), [("yuv420p10le", 2), ("yuv422p12le", 4), ("p010le", 8), ("yuv444p16le", 8)]
)
def test_of_more_than_eight_bits_the_high_ones_count(kind: str, shift: int) -> None:
    luma = (16 + next(panned(1))[:, :, 1].astype(int) * 219 // 255).astype(np.uint8)
    deep = luma.astype(np.uint16) << shift | 1
    assert frames.hashes(frame_of(deep, kind))[0] == frames.hashes(frame_of(luma, "yuv420p"))[0]


def test_colour_is_no_matter_of_what_the_file_says_about_its_matrix() -> None:
    luma = next(panned(1))[:, :, 1].copy()
    plain, tagged = frame_of(luma, "yuv420p"), frame_of(luma, "yuv420p")
    tagged.colorspace = 1  # BT.709
    assert frames.hashes(plain)[0] == frames.hashes(tagged)[0]


def song(*, cover: bool) -> io.BytesIO:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        sound: Any = out.add_stream("aac", rate=44_100, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 44_100
        played: list[tuple[Any, Any]] = [(sound, silence)]
        if cover:
            shown: Any = out.add_stream("mjpeg", rate=1)
            shown.width, shown.height, shown.pix_fmt = 32, 32, "yuvj420p"
            shown.disposition = av.stream.Disposition.attached_pic
            played.append((shown, av.VideoFrame.from_ndarray(np.zeros((48, 32), np.uint8), "yuvj420p")))
        for stream, frame in played:
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    file.seek(0)
    return file


@pytest.mark.parametrize("cover", [False, True])
def test_a_song_is_no_video_and_neither_is_its_cover(cover: bool) -> None:
    file = song(cover=cover)
    with av.open(file) as container:
        assert len(container.streams.video) == int(cover)
    with pytest.raises(BrokenFileError):
        frames.Video(file)


def test_memory_does_not_grow_with_the_length() -> None:
    def most(count: int) -> int:
        film = clip("avi", "mpeg4", count=count)
        tracemalloc.start()
        for _ in frames.Video(film, threads=1).frames():
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    most(20)
    assert most(400) < most(40) + 200_000


# -- files that are not what they seem ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        bytes(5000),
    ],
)
def test_what_is_no_video_of_ours_is_unknown(data: bytes) -> None:
    with pytest.raises(UnknownFormatError):
        frames.Video(io.BytesIO(data))


def test_nothing_else_is_opened_whatever_a_file_refers_to() -> None:
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    for head in (b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"FLV\x01"):
        with pytest.raises(BrokenFileError):
            hashed(io.BytesIO(head + playlist))
    with pytest.raises(PermissionError):
        frames._refuse("file:///etc/passwd", 0, {})


def test_frames_with_too_many_pixels_are_refused() -> None:
    with pytest.raises(TooLargeError):
        frames.Video(clip("mp4", "libx264"), max_pixels=WIDTH * HEIGHT - 1)


@pytest.mark.parametrize("name", ["h264 in mp4", "vp9", "mpeg4 in avi", "mpeg2 in ts", "flv"])
def test_damage_ends_in_frames_or_in_a_refusal(name: str) -> None:
    whole = clip(**CLIPS[name]).getvalue()

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def damaged(draw: st.DataObject) -> None:
        data = bytearray(
            whole[: draw.draw(st.integers(0, len(whole)))] if draw.draw(st.booleans()) else whole
        )
        for _ in range(draw.draw(st.integers(0, 8)) if data else 0):
            data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        try:
            for frame in frames.Video(io.BytesIO(bytes(data)), max_pixels=1_000_000, threads=1).frames():
                assert len(frame.pdq.hash) == 32
        except UnreadableFileError as refused:
            error: UnreadableFileError | None = refused
        else:
            error = None
        assert error is None or error.code in {"broken_file", "unknown_format", "too_large"}

    damaged()


# -- two videos -----------------------------------------------------------------------------------------------


def frame(bits: int, quality: int = 100) -> Pdq:
    """A hash of which so many bits are set."""
    return Pdq(((1 << bits) - 1).to_bytes(32), quality)


def test_both_shares_are_told() -> None:
    found = bags.compare([frame(0), frame(0), frame(100), frame(200)], [frame(3), frame(130)])
    assert (found.of_first, found.of_second) == (75, 100)
    assert (found.first_frames, found.second_frames) == (4, 2)


def test_the_distance_itself_still_matches() -> None:
    """`<=`, as threatexchange's matcher; vpdq's own C++ takes `<`."""
    assert bags.compare([frame(0)], [frame(31)]).of_first == 100
    assert bags.compare([frame(0)], [frame(32)]).of_first == 0
    assert bags.compare([frame(0)], [frame(31)], distance=30).of_first == 0


def test_flat_frames_count_on_neither_side() -> None:
    found = bags.compare([frame(0, 50), frame(0, 49)], [frame(0, 49), frame(90, 80)])
    assert found == bags.Likeness(0, 0, 1, 1)


@pytest.mark.parametrize("other", [[], [frame(0, 10)]])
def test_of_nothing_nothing_matches(other: list[Pdq]) -> None:
    for found in (
        bags.compare([frame(0)], other),
        bags.compare(other, [frame(0)]),
        bags.compare(other, other),
    ):
        assert (found.of_first, found.of_second) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(
    *[st.lists(st.tuples(st.integers(0, 256), st.sampled_from([40, 60])), max_size=12)] * 2,
    st.integers(0, 60),
)
def test_comparing_is_what_it_says(
    first: list[tuple[int, int]], second: list[tuple[int, int]], distance: int
) -> None:
    one, other = [frame(*made) for made in first], [frame(*made) for made in second]
    found = bags.compare(one, other, distance=distance)
    good, others = [one for one in one if one.quality >= 50], [one for one in other if one.quality >= 50]
    matched = sum(any(this.distance(that) <= distance for that in others) for this in good)
    assert found.of_first == pytest.approx(100 * matched / len(good) if good else 0)
    turned = bags.compare(other, one, distance=distance)
    assert (turned.of_first, turned.of_second) == (found.of_second, found.of_first)
