"""The frames of a video that vPDQ hashes, and their hashes; streamed: two hours take no more memory than a minute.

* Frame n is hashed when `n % int(frames per second) == 0`: at 29.97 every 29th. Frames are counted in the order
  of presentation, without those that an edit list hides, and looked at as they are stored, not turned.
* What is hashed is the luma plane, stretched from 16..235 to 0..255 unless the video says that it is full range.
  That is what vPDQ's conversion to RGB and back to luma yields, and what a browser can read without a canvas.
  Of more than 8 bits, the high 8 count. Video without such a plane (RGB, palettes, packed) is converted to RGB.

The container is named to the reader by the file's first bytes; nothing is probed, and nothing else is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from recourse.fingerprints.errors import (
    BrokenFileError,
    DecoderMissingError,
    TooLargeError,
    UnknownFormatError,
)
from recourse.fingerprints.pdq.hashing import NO_HASH, SMALLEST_SIDE, Pdq, from_samples, look, sampled
from recourse.fingerprints.pictures import borders
from recourse.fingerprints.pixels import Bytes, Pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

HEAD_BYTES: Final = 192
MAX_PIXELS: Final = 40_000_000  # of a frame: 8K video has 33 million
BLACK, WHITE = 16, 235  # of luma that is not full range
_FULL_RANGE: Final = 2  # FFmpeg's AVCOL_RANGE_JPEG
_BYTE: Final = 8  # bits
_SHORT: Final = 16
_PACKET: Final = 188  # bytes of an MPEG transport stream's packet

# What a container begins with, from which byte on, and what FFmpeg calls its reader.
_SIGNATURES: Final = (
    *((4, name, "mov") for name in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (8, b"AVI ", "avi"),
    (0, b"FLV\x01", "flv"),
    (0, b"OggS", "ogg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
)


def container_of(head: bytes) -> str | None:
    """Return FFmpeg's name for the container that begins with these bytes (`HEAD_BYTES` of them), or None."""
    for start, signature, name in _SIGNATURES:
        if head[start : start + len(signature)] == signature:
            return name
    return "mpegts" if head[:1] == head[_PACKET : _PACKET + 1] == b"G" else None


@dataclass(frozen=True, slots=True)
class Frame:
    """A hashed frame: its number in the order of presentation, its time as vPDQ reckons it, and its hash.

    `inner` is the hash inside a uniform border, where it has one and somebody asked.
    """

    number: int
    seconds: float
    pdq: Pdq
    inner: Pdq | None = None


class Video:
    """An open video: `width`, `height` as stored, `container`, frames a second (`rate`), and its frames, once.

    Raises:
        UnknownFormatError: it is no container that is read here, or nothing decodes it (unknown_format).
        BrokenFileError: it cannot be opened, or holds no moving pictures (broken_file).
        TooLargeError: a frame has more than `max_pixels` (too_large).
        DecoderMissingError: PyAV is not installed (decoder_missing).
    """

    def __init__(self, file: BinaryIO, *, max_pixels: int = MAX_PIXELS, threads: int = 0) -> None:
        """Open a file that can be read and sought. It is decoded in one thread, in many, or (0) in what is best."""
        self._av = pyav()
        self._failures = (self._av.FFmpegError, ValueError, EOFError)
        file.seek(0)
        container = container_of(file.read(HEAD_BYTES))
        if container is None:
            raise UnknownFormatError
        file.seek(0)
        try:
            self._input: InputContainer = self._av.open(
                file, "r", format=container, metadata_errors="ignore", io_open=_refuse
            )
        except self._failures as error:
            raise BrokenFileError from error
        self.container = container
        self._stream = self._moving_pictures()
        self._stream.codec_context.thread_type = "NONE" if threads == 1 else "AUTO"
        self._stream.codec_context.thread_count = threads
        self.width, self.height = self._stream.width, self._stream.height
        self._max_pixels = max_pixels
        if self.width * self.height > max_pixels:
            self._input.close()
            raise TooLargeError
        self.rate = float(self._stream.average_rate or self._stream.base_rate or 0)

    @property
    def every(self) -> int:
        """Return how many frames there are from one hashed frame to the next."""
        return max(1, int(self.rate))

    def frames(self, *, trim: bool = False) -> Iterator[Frame]:
        """Yield the hashed frames; with `trim`, for a query, hashed also inside their borders.

        Raises:
            BrokenFileError: the video is broken, or has no frame at all.
            TooLargeError: its frames become too large on the way.
        """
        count = 0
        try:
            for frame in self._input.decode(self._stream):
                if frame.width * frame.height > self._max_pixels:
                    raise TooLargeError
                if count % self.every == 0:
                    yield Frame(count, count / self.rate if self.rate else 0.0, *hashes(frame, trim=trim))
                count += 1
        except self._failures as error:
            raise BrokenFileError from error
        finally:
            self._input.close()
        if not count:
            raise BrokenFileError

    def _moving_pictures(self) -> VideoStream:
        """Return the first stream of moving pictures; a cover is none."""
        streams = [one for one in self._input.streams.video if not one.disposition & _cover(self._av)]
        if streams and streams[0].codec_context is not None:
            return streams[0]
        self._input.close()
        raise UnknownFormatError if streams else BrokenFileError


def hashes(frame: VideoFrame, *, trim: bool = False) -> tuple[Pdq, Pdq | None]:
    """Return the hash of a decoded frame and, if it is asked for and there is a border, of what is inside.

    Their bits are not the reference's where rounding decides.
    """
    has_luma = _has_luma_plane(frame)
    shown = Pixels(_luma_plane(frame) if has_luma else _as_rgb(frame))
    full = not has_luma or _is_full_range(frame)
    inside = borders.trimmed(shown, by=_as_rgb(frame)) if trim else None  # in luma alone a sky is a border
    return _hash(shown, full=full), _hash(inside, full=full) if inside else None


def _hash(shown: Pixels, *, full: bool) -> Pdq:
    if min(shown.height, shown.width) < SMALLEST_SIDE:
        return NO_HASH
    if shown.channels > 1:
        return look(shown).pdq
    if full:
        return from_samples(sampled(shown)).pdq
    samples = sampled(Pixels(np.clip(shown.array, BLACK, WHITE)))
    return from_samples((samples - np.float32(BLACK)) * np.float32(255 / (WHITE - BLACK))).pdq


def _has_luma_plane(frame: VideoFrame) -> bool:
    kind = frame.format
    first = kind.components[0]
    plain = first.is_luma and not kind.has_palette and not kind.is_big_endian
    alone = kind.is_planar or len(kind.components) == 1
    return plain and alone and _BYTE <= first.bits <= _SHORT and frame.planes[0].line_size > 0


def _luma_plane(frame: VideoFrame) -> Bytes:
    """Return a copy of the luma plane's visible part, uint8[rows, columns, 1]; of more bits the high 8."""
    plane, bits = frame.planes[0], frame.format.components[0].bits
    if bits == _BYTE:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return lines[: frame.height, : frame.width, None].copy()
    wide = np.frombuffer(memoryview(plane), np.uint16).reshape(-1, plane.line_size // 2)[
        : frame.height, : frame.width
    ]
    at_the_top = frame.format.name.startswith("p")  # p010 and its like fill the 16 bits from above
    return (wide >> (_BYTE if at_the_top else bits - _BYTE)).astype(np.uint8)[:, :, None]


def _is_full_range(frame: VideoFrame) -> bool:
    name = frame.format.name
    return frame.color_range == _FULL_RANGE or name.startswith(("yuvj", "gray"))


def _as_rgb(frame: VideoFrame) -> Bytes:
    """Return uint8[rows, columns, 3], by BT.601 whatever the frame says of itself, as vPDQ has it."""
    shown = frame.reformat(format="rgb24", src_colorspace="ITU601", dst_colorspace="ITU601")
    return np.asarray(shown.to_ndarray(), np.uint8)


def _refuse(url: str, _flags: int, _options: object) -> BinaryIO:
    raise PermissionError(url)  # a playlist or reference in a hostile file


def _cover(library: Any) -> int:  # noqa: ANN401 - the module
    return int(library.stream.Disposition.attached_pic)


def pyav() -> Any:  # noqa: ANN401 - the module
    """Return PyAV.

    Raises:
        DecoderMissingError: it is not installed.
    """
    try:
        return import_module("av")
    except ImportError as error:
        raise DecoderMissingError from error
