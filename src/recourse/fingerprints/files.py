"""A file's fingerprints: SHA-256 of its bytes, and PDQ of the picture or of the frames of the video that it is.

The file is known by its first bytes and read through an open descriptor: no name, no folder, no network.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from recourse.fingerprints import pixels
from recourse.fingerprints.errors import TooLargeError, UnknownFormatError
from recourse.fingerprints.pdq.hashing import Pdq, look
from recourse.fingerprints.pictures import borders
from recourse.fingerprints.pictures.decoding import open_picture
from recourse.fingerprints.videos.frames import HEAD_BYTES, Frame, Video, container_of

MAX_PICTURE_BYTES: Final = 200_000_000
MAX_TRIMMED: Final = 40_000_000  # pixels; borders are looked for in a copy of the whole picture
# Still pictures in the container that videos use: the brand stands where the file says what it is.
_STILL_BRANDS: Final = {
    b"avif",
    b"avis",
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
}


@dataclass(frozen=True, slots=True)
class HashedPicture:
    """A picture's fingerprints. Width and height are those of the picture as it is to be looked at."""

    sha256: str
    size: int
    format: str
    width: int
    height: int
    pdq: Pdq
    inner: Pdq | None = None  # of the picture inside a uniform border, where it has one and somebody asked


@dataclass(frozen=True, slots=True)
class HashedVideo:
    """A video's fingerprints. Width and height are those of its frames as they are stored."""

    sha256: str
    size: int
    format: str
    width: int
    height: int
    rate: float
    frames: tuple[Frame, ...]


def hash_file(file: BinaryIO, *, threads: int = 0, trim: bool = False) -> HashedPicture | HashedVideo:
    """Hash a picture or video that can be read and sought; `threads` as in `Video`.

    `trim`: hash pictures and frames also inside their uniform borders, for a query; up to `MAX_TRIMMED` pixels.

    Raises:
        UnreadableFileError: it cannot be hashed; the subclass, its `code` and its `sentence` say why.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise UnknownFormatError
    size = file.seek(0, io.SEEK_END)
    if container_of(head) is None or head[8:12] in _STILL_BRANDS:
        return _picture(file, size, trim=trim)
    file.seek(0)
    digest = hashlib.file_digest(cast("io.BufferedReader", file), "sha256").hexdigest()
    video = Video(file, threads=threads)
    frames = tuple(video.frames(trim=trim))
    return HashedVideo(digest, size, video.container, video.width, video.height, video.rate, frames)


def _picture(file: BinaryIO, size: int, *, trim: bool) -> HashedPicture:
    if size > MAX_PICTURE_BYTES:
        raise TooLargeError
    file.seek(0)
    data = file.read()
    opened = open_picture(data)
    width, height = pixels.size(opened.picture)
    digest = hashlib.sha256(data).hexdigest()
    inner = _inner(opened.picture) if trim and width * height <= MAX_TRIMMED else None
    return HashedPicture(digest, size, opened.format, width, height, look(opened.picture).pdq, inner)


def _inner(picture: pixels.Picture) -> Pdq | None:
    trimmed = borders.trimmed(pixels.Pixels(pixels.turned(picture)))
    return look(trimmed).pdq if trimmed else None
