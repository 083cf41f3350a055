"""Videos made from a camera that pans over a landscape."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np

from tests.fingerprints.scenes import Bytes, landscape
from tests.scheduling import ordinary_class

WIDTH, HEIGHT = 192, 128


def panned(count: int) -> Iterator[Bytes]:
    """RGB frames; no two of a second look alike."""
    world = landscape(3 * WIDTH, 2 * HEIGHT, 12)
    for n in range(count):
        x, y = 2 * n % (2 * WIDTH), n % HEIGHT
        yield np.ascontiguousarray(world[y : y + HEIGHT, x : x + WIDTH])


def clip(
    container: str,
    codec: str,
    *,
    rate: Fraction | int = 10,
    count: int = 25,
    pixels: str = "yuv420p",
    colour_range: int = 0,
    container_options: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    first: int = 0,
    letterbox: int = 0,
) -> io.BytesIO:
    """A video in memory, with so many black rows above and below. `first` is the number of the frame that time begins with: earlier ones have negative times."""
    file = io.BytesIO()
    writing = av.open(file, "w", format=container, container_options=container_options or {})
    with ordinary_class(), writing as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT + 2 * letterbox, pixels
        stream.options, stream.bit_rate = options or {}, 4_000_000
        stream.codec_context.thread_count = 1
        if colour_range:
            stream.codec_context.color_range = colour_range
        for n, array in enumerate(panned(count)):
            padded = np.pad(array, ((letterbox, letterbox), (0, 0), (0, 0)))
            frame = av.VideoFrame.from_ndarray(padded, "rgb24")
            frame = frame.reformat(format=pixels, dst_color_range=colour_range or None)
            frame.pts, frame.time_base = n - first, 1 / Fraction(rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    return file


CLIPS: dict[str, dict[str, Any]] = {
    "h264 in mp4": {"container": "mp4", "codec": "libx264", "options": {"bf": "2"}},
    "29.97": {"container": "mp4", "codec": "libx264", "rate": Fraction(30_000, 1001), "count": 70},
    "23.976 in mov": {"container": "mov", "codec": "libx264", "rate": Fraction(24_000, 1001), "count": 60},
    "less than one a second": {"container": "mp4", "codec": "libx264", "rate": Fraction(1, 2), "count": 4},
    "full range": {"container": "mp4", "codec": "libx264", "colour_range": 2},
    "mjpeg": {"container": "avi", "codec": "mjpeg", "pixels": "yuvj420p"},
    "mpeg4 in avi": {"container": "avi", "codec": "mpeg4"},
    "mpeg2 in ts": {"container": "mpegts", "codec": "mpeg2video", "rate": 25, "count": 60},
    "mpeg2 in mpg": {"container": "vob", "codec": "mpeg2video", "rate": 25, "count": 60},
    "flv": {"container": "flv", "codec": "flv"},
    "vp8": {"container": "webm", "codec": "libvpx"},
    "vp9": {"container": "webm", "codec": "libvpx-vp9"},
    "av1": {"container": "mp4", "codec": "libsvtav1", "options": {"preset": "12"}},
    "hevc": {"container": "mp4", "codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "ten bits": {"container": "matroska", "codec": "libx264", "pixels": "yuv420p10le"},
    "4:4:4": {"container": "matroska", "codec": "libx264", "pixels": "yuv444p"},
    "rgb": {"container": "mov", "codec": "png", "pixels": "rgb24"},
    "grey": {"container": "matroska", "codec": "ffv1", "pixels": "gray"},
    "packed": {"container": "avi", "codec": "rawvideo", "pixels": "yuyv422"},
    "fragmented": {
        "container": "mp4",
        "codec": "libx264",
        "container_options": {"movflags": "frag_keyframe+empty_moov"},
    },
}
