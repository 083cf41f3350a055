"""Hashing as a task for a sandbox: a file in, JSON out. Nothing here opens a file, starts a thread or needs a network.

The names are those that `recourse.base.core.sandbox_child` asks a kit for; the library does not know it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from PIL import AvifImagePlugin, Image

from recourse.fingerprints import files
from recourse.fingerprints.errors import DecoderMissingError, UnreadableFileError
from recourse.fingerprints.kernels import Kernel
from recourse.fingerprints.pdq.hashing import Pdq
from recourse.fingerprints.pictures import heif
from recourse.fingerprints.videos import frames

# A picture of 120 million pixels takes four bytes each in Pillow; 8K video keeps sixteen frames of 50 million bytes.
MEMORY_BYTES: Final = 1_500_000_000


def hash_task(file: BinaryIO) -> bytes:
    """Return a file's fingerprints as JSON, or `{"error": code}`. One thread."""
    return _task(file, trim=False)


def query_task(file: BinaryIO) -> bytes:
    """Do the same for a query: a picture or frame with a border has a second hash, `inner`, of what is inside it."""
    return _task(file, trim=True)


def _task(file: BinaryIO, *, trim: bool) -> bytes:
    try:
        found = described(files.hash_file(file, threads=1, trim=trim))
    except UnreadableFileError as error:
        found = {"error": error.code}
    return json.dumps(found).encode("ascii")


def described(hashed: files.HashedPicture | files.HashedVideo) -> dict[str, Any]:
    """Return fingerprints as a line of JSON has them."""
    about = {"sha256": hashed.sha256, "size": hashed.size, "format": hashed.format}
    sides = {"width": hashed.width, "height": hashed.height}
    if isinstance(hashed, files.HashedPicture):
        return {"kind": "picture", **about, **sides, **_hashes(hashed)}
    shown = [
        {"frame": frame.number, "seconds": round(frame.seconds, 3), **_hashes(frame)}
        for frame in hashed.frames
    ]
    return {"kind": "video", **about, **sides, "rate": round(hashed.rate, 3), "frames": shown}


def _hashes(hashed: files.HashedPicture | frames.Frame) -> dict[str, Any]:
    return _pdq(hashed.pdq) | ({"inner": _pdq(hashed.inner)} if hashed.inner else {})


def _pdq(pdq: Pdq) -> dict[str, Any]:
    return {"pdq": pdq.hex(), "quality": pdq.quality}


TASKS: Final[dict[str, Callable[[bytes], bytes]]] = {}
FILE_TASKS: Final[dict[str, Callable[[BinaryIO], bytes]]] = {"hash": hash_task, "query": query_task}


def warm_up() -> None:
    """Load compiled code and every decoder: where the tasks run, no file can be opened."""
    for kernel in Kernel.declared:
        kernel.load()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # it would start more, and the sandbox allows none
    Image.preinit()
    Image.init()
    formats = {"JPEG", "PNG", "WEBP", "GIF", "AVIF"} | ({"HEIF"} if heif.formats() else set())
    for kind in sorted(formats & set(Image.SAVE)):
        packed = io.BytesIO()
        Image.new("RGB", (16, 16), "white").save(packed, kind)
        query_task(packed)
    try:
        hash_task(_clip())
    except DecoderMissingError:
        return


def _clip() -> BinaryIO:
    """Return the shortest of videos."""
    library, packed = frames.pyav(), io.BytesIO()
    with library.open(packed, "w", format="avi") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width = stream.height = 16
        stream.pix_fmt, stream.codec_context.thread_count = "yuvj420p", 1
        frame = library.VideoFrame(16, 16, "yuvj420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return packed
