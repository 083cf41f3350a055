"""Videos: vPDQ's pictures by number, hashed from the brightness plane as the server does; the player only by exact pictures."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from tests.device import corpus
from tests.device.conftest import Bench

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

FAST = {"deadline": "realtime", "cpu-used": 8}
CLIPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "h264 mp4": ("mp4", "libx264", {}),
    "h264 with pictures shown in another order": ("mp4", "libx264", {"bf": 3, "g": 50}),
    "h264 mov at 29.97": ("mov", "libx264", {"rate": Fraction(30000, 1001)}),
    "h264 mkv at 23.976": ("matroska", "libx264", {"rate": Fraction(24000, 1001)}),
    "h264 of full range": ("mp4", "libx264", {"full_range": True}),
    "h264 in fragments": ("mp4", "libx264", {"muxer": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}}),
    "h264 in fragments of the older kind": ("mp4", "libx264", {"muxer": {"movflags": "frag_keyframe+empty_moov"}}),
    "vp8": ("webm", "libvpx", FAST),
    "vp8 with pictures that are never shown": ("webm", "libvpx", {"auto-alt-ref": 1, "lag-in-frames": 16}),
    "vp9": ("webm", "libvpx-vp9", FAST),
    "vp9 written live": ("webm", "libvpx-vp9", {"muxer": {"live": "1"}, **FAST}),
    "av1": ("mp4", "libsvtav1", {"preset": 12}),
}  # fmt: skip


@pytest.mark.parametrize("name", CLIPS)
def test_the_same_pictures_have_the_same_hashes(bench: Bench, name: str) -> None:
    container, codec, options = CLIPS[name]
    file = corpus.clip(container, codec, **options)
    parts = bench.hashed(file)["made"]["parts"]
    wanted = corpus.server_frames(file)
    assert [part["position"] for part in parts] == [number for number, _hash, _quality in wanted]
    for part, (_number, value, quality) in zip(parts, wanted, strict=True):
        assert corpus.apart(part["hash"], value) == 0
        assert abs(part["quality"] - quality) <= 1


def test_pictures_that_an_edit_list_hides_are_not_counted(bench: Bench) -> None:
    file = with_edit(corpus.clip("mp4", "libx264", bf=0, g=1000), start=1.5, seconds=2.0)
    parts = bench.hashed(file)["made"]["parts"]
    wanted = corpus.server_frames(file)
    assert [part["position"] for part in parts] == [number for number, *_ in wanted] == [0, 30]
    assert [corpus.apart(part["hash"], value) for part, (_, value, _) in zip(parts, wanted, strict=True)] == [
        0,
        0,
    ]


def with_edit(file: bytes, *, start: float, seconds: float) -> bytes:
    """The same file, of which a part is shown."""
    at = file.index(b"elst") + 4
    version = file[at]
    assert version == 0
    scale = int.from_bytes(file[file.index(b"mvhd") + 16 :][:4], "big")
    media = int.from_bytes(file[file.index(b"mdhd") + 16 :][:4], "big")
    assert int.from_bytes(file[at + 4 : at + 8], "big") == 1
    edit = int(seconds * scale).to_bytes(4, "big") + int(start * media).to_bytes(4, "big")
    return file[: at + 8] + edit + file[at + 16 :]


def test_a_cut_of_several_pieces_is_refused(bench: Bench) -> None:
    file = corpus.clip("mp4", "libx264")
    at = file.index(b"elst")
    entry = file[at + 12 : at + 24]
    grown = file[: at + 4] + bytes(4) + (2).to_bytes(4, "big") + entry + entry + file[at + 24 :]
    for box in (b"elst", b"edts", b"trak", b"moov"):  # each is twelve bytes longer now
        start = grown.index(box) - 4
        size = int.from_bytes(grown[start : start + 4], "big") + 12
        grown = grown[:start] + size.to_bytes(4, "big") + grown[start + 4 :]
    assert bench.hashed(grown)["code"] == "video_cut"


def test_an_encoding_that_this_browser_does_not_know_is_refused_by_its_code(bench: Bench) -> None:
    assert (
        bench.hashed(corpus.clip("mp4", "libx265", **{"x265-params": "log-level=none"}))["code"]
        == "video_codec"
    )


def test_a_locked_video_is_refused_as_locked(bench: Bench) -> None:
    file = corpus.clip("mp4", "libx264").replace(b"avc1", b"encv")
    assert bench.hashed(file)["code"] == "encrypted"


def test_sound_alone_is_no_video(bench: Bench) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as made:
        stream = made.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        for packet in [*stream.encode(frame), *stream.encode()]:
            made.mux(packet)
    assert bench.hashed(file.getvalue())["code"] == "no_video"


@pytest.mark.parametrize("name", ["h264 mp4", "h264 mov at 29.97", "vp9"])
def test_the_player_is_led_to_the_same_pictures(bench: Bench, name: str) -> None:
    container, codec, options = CLIPS[name]
    file = corpus.clip(container, codec, **options)
    found = played(bench, file)
    wanted = corpus.server_frames(file)
    assert [part["position"] for part in found["made"]["parts"]] == [number for number, *_ in wanted]
    for part, (_number, value, _quality) in zip(found["made"]["parts"], wanted, strict=True):
        assert corpus.apart(part["hash"], value) <= 4


def test_a_player_that_shows_another_picture_gives_no_hash(bench: Bench) -> None:
    bench.page.evaluate(
        """() => { const real = HTMLVideoElement.prototype.requestVideoFrameCallback;
        HTMLVideoElement.prototype.requestVideoFrameCallback = function (call) {
            return real.call(this, (now, about) => call(now, { ...about, mediaTime: about.mediaTime + 0.5 })); }; }"""
    )
    assert played(bench, corpus.clip("mp4", "libx264"))["code"] == "player_inexact"


def played(bench: Bench, file: bytes) -> Any:
    return bench.run(
        """const { Device } = await load('device.js'), { playThrough } = await load('player.js');
        const device = new Device('/static/survivor/device/worker.js');
        return outcome(() => playThrough(blobOf(given[0]), device, () => {}));""",
        file,
    )


def test_work_that_is_stopped_ends_and_the_next_begins_anew(bench: Bench) -> None:
    long = corpus.clip("mp4", "libx264", seconds=40)
    codes = bench.run(
        """const { Device } = await load('device.js'), device = new Device('/static/survivor/device/worker.js');
        const going = outcome(() => device.hash(blobOf(given[0])));
        await new Promise((go) => setTimeout(go, 30));
        device.stop();
        const after = await outcome(() => device.hash(blobOf(given[1])));
        return [(await going).code, after.made.parts.length];""",
        long,
        corpus.clip("mp4", "libx264", seconds=2),
    )
    assert codes == ["stopped", 2]


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize(
    ("weights", "name"), [((0.299, 0.587, 0.114), "BT601"), ((0.2126, 0.7152, 0.0722), "BT709")]
)
def test_the_matrix_of_a_conversion_is_read_from_its_pixels(
    bench: Bench, weights: tuple[float, float, float], name: str, full_range: bool
) -> None:
    assert bench.run(MATRIX, converted(weights, full_range=full_range)) == name


def test_pixels_that_cannot_tell_their_matrix_are_not_believed(bench: Bench) -> None:
    rng = np.random.default_rng(5)
    grey = np.repeat(rng.integers(0, 256, (200, 200, 1), dtype=np.uint8), 4, axis=2)
    noise = rng.integers(0, 256, (200, 200, 4), dtype=np.uint8)
    for pixels in (grey, noise, noise[:2]):
        assert bench.run(MATRIX, pixels.tobytes()) is None


MATRIX = """
const { weightsIn } = await load('matrix.js'), luma = await load('luma.js');
return Object.keys(luma).find((name) => luma[name] === weightsIn(bytesOf(given[0]))) ?? null;"""


def converted(weights: tuple[float, float, float], *, full_range: bool) -> bytes:
    """RGBA of brightness in whole steps and any colour, rounded as a browser rounds it."""
    red, green, blue = weights
    rng = np.random.default_rng(4)
    low, high = (0, 255) if full_range else (16, 235)
    luma = (rng.integers(low + 60, high - 60, (200, 200)) - low) * 255 / (high - low)
    from_blue, from_red = (rng.uniform(-40, 40, (200, 200)) for _ in range(2))
    r, b = luma + 2 * (1 - red) * from_red, luma + 2 * (1 - blue) * from_blue
    g = (luma - red * r - blue * b) / green
    pixels = np.stack([r, g, b, np.full_like(r, 255)], axis=-1)
    return np.round(np.clip(pixels, 0, 255)).astype(np.uint8).tobytes()
