"""One fetch on the wire: its deadline, byte counts and errors, and the unpacking of a body within bounds.

Refuses: br, zstd, deflate and nested packing, because only gzip is unpacked by hand with a bound here; a
client's own unpacking hands over megabytes before a counter can act. Bodies of pictures, films and sound
are left unread.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from recourse.base.core.fetch_errors import (
    BadEncodingError,
    NoAnswerError,
    TlsFailedError,
    TooLargeError,
    TooSlowError,
)
from recourse.base.core.fetch_guard import Dialler

Headers = tuple[tuple[str, str], ...]
DECODE_STEP: Final = 65_536
# Beginnings of files that are pictures, films or sound whatever their label says.
_MEDIA_STARTS: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
    b"GIF8",
    b"\x1aE\xdf\xa3",
    b"OggS",
    b"II*\0",
    b"MM\0*",
)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch, all hops together: bytes before and after unpacking, seconds, redirects."""

    wire_bytes: int = 2_000_000
    body_bytes: int = 4_000_000
    seconds: float = 20.0
    redirects: int = 5


DEFAULT_LIMITS: Final = FetchLimits()


class Meter:
    """Counts what one fetch has used up."""

    def __init__(self, limits: FetchLimits) -> None:
        self.limits = limits
        self.ends_at = time.monotonic() + limits.seconds
        self.wire = 0

    def seconds_left(self) -> float:
        """Return the seconds left of the whole fetch, or raise `TooSlowError`."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TooSlowError("deadline")
        return left

    @property
    def wire_left(self) -> int:
        """Bytes that may still be read."""
        return self.limits.wire_bytes - self.wire


class WireFull(Exception):  # noqa: N818 - a signal between these files, never seen outside
    """No more bytes may be read from the wire."""


class MeteredStream(httpcore.NetworkStream):
    """A connection on which every wait ends with the fetch's deadline and every byte is counted."""

    def __init__(self, stream: httpcore.NetworkStream, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - one deadline
        """Read no more than the meter still allows."""
        if self._meter.wire_left <= 0:
            raise WireFull
        data = self._stream.read(min(max_bytes, self._meter.wire_left), self._meter.seconds_left())
        self._meter.wire += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write before the deadline."""
        self._stream.write(buffer, self._meter.seconds_left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Shake hands before the deadline; a failed check is an error of its own."""
        try:
            inner = self._stream.start_tls(ssl_context, server_hostname, self._meter.seconds_left())
        except (httpcore.ConnectError, OSError) as error:
            raise TlsFailedError(type(error.__cause__ or error).__name__) from None
        return MeteredStream(inner, self._meter)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        """Pass through."""
        return self._stream.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Hands httpcore's wish to connect to the dialler of the vantage point."""

    def __init__(self, dialler: Dialler, meter: Meter) -> None:
        self._dialler = dialler
        self._meter = meter

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Any = None,  # noqa: ANN401, ARG002 - httpcore's own signature
    ) -> httpcore.NetworkStream:
        """Connect through the dialler; the returned stream is metered."""
        stream = self._dialler.connect(host, port, self._meter.seconds_left())
        return MeteredStream(stream, self._meter)


@contextmanager
def mapped() -> Iterator[None]:
    """Turn httpcore's errors into ours; a transport of one's own gets no help from httpx in this.

    The texts are dropped: they may repeat what the site sent.
    """
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TooSlowError(type(error).__name__) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
        raise NoAnswerError(type(error).__name__) from None
    except WireFull:
        raise TooLargeError("headers") from None


def _packing(headers: Headers) -> str:
    named = [
        part.strip().lower()
        for name, value in headers
        if name == "content-encoding"
        for part in value.split(",")
    ]
    packings = [part for part in named if part not in {"", "identity"}]
    if not packings:
        return "identity"
    if packings in (["gzip"], ["x-gzip"]):
        return "gzip"
    raise BadEncodingError("packing")


def _is_readable(headers: Headers) -> bool:
    """Say whether a body of this kind is text; media and files of unknown kind are left on the wire."""
    kind = (
        next((value for name, value in headers if name == "content-type"), "").split(";")[0].strip().lower()
    )
    if not kind or kind.startswith("text/"):
        return True
    return kind in {"application/json", "application/xhtml+xml", "application/xml"} or (
        kind.endswith(("+json", "+xml")) and not kind.startswith("image/")
    )


def _is_media(start: bytes) -> bool:
    riff = start.startswith(b"RIFF") and start[8:12] in {b"WEBP", b"AVI ", b"WAVE"}
    return riff or start.startswith(_MEDIA_STARTS) or start[4:8] == b"ftyp"


class Unpacker:
    """Unpacks gzip with a bound on what comes out; several members in a row are one body."""

    def __init__(self, limit: int) -> None:
        self.out = bytearray()
        self.limit = limit
        self._inflate = zlib.decompressobj(31)

    def feed(self, data: bytes) -> bool:
        """Take wire bytes; return False once the limit is reached."""
        while data:
            room = self.limit + 1 - len(self.out)
            if room <= 0:
                return False
            if self._inflate.eof:
                if not data.startswith(b"\x1f\x8b"):
                    return True  # rubbish after the last member, which browsers pass over too
                self._inflate = zlib.decompressobj(31)
            try:
                self.out += self._inflate.decompress(data, min(room, DECODE_STEP))
            except zlib.error:
                raise BadEncodingError("gzip") from None
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
        return len(self.out) <= self.limit

    @property
    def whole(self) -> bool:
        """Whether the last member came to its end."""
        return self._inflate.eof


def read_body(response: httpcore.Response, headers: Headers, meter: Meter) -> tuple[bytes, bool]:
    """Read and unpack the body within its bounds; return it and whether it was cut off."""
    if not _is_readable(headers):
        return b"", True
    limit = meter.limits.body_bytes
    unpacker = Unpacker(limit) if _packing(headers) == "gzip" else None
    out = unpacker.out if unpacker else bytearray()
    cut = False
    try:
        for chunk in response.iter_stream():
            meter.seconds_left()
            if unpacker is None:
                out += chunk[: limit + 1 - len(out)]
            elif not unpacker.feed(chunk):
                cut = True
            if cut or len(out) > limit:
                cut = True
                break
    except WireFull:
        cut = True
    if unpacker is not None and not cut and not unpacker.whole and (out or not _is_empty(headers)):
        raise BadEncodingError("gzip ends early")
    if _is_media(bytes(out[:16])):
        return b"", True
    return bytes(out[:limit]), cut


def _is_empty(headers: Headers) -> bool:
    return ("content-length", "0") in headers
