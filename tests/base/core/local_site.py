"""A hostile web site on this machine, over TLS or not, and a dialler that leads named hosts to it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

import httpcore

from recourse.base.core.errors import FetchRefusedError

Answer = Callable[[socket.socket, str], None]


class Site:
    """Answers each connection with the function of its path; the function writes to the socket what it likes."""

    def __init__(self, answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self._tls = tls
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with wrapped:
                request = b""
                while b"\r\n\r\n" not in request:
                    chunk = wrapped.recv(65536)
                    if not chunk:
                        return
                    request += chunk
                self.requests.append(request)
                path = request.split(b" ")[1].decode("ascii")
                self.answers[path](wrapped, path)

    def close(self) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


class LocalDialler:
    """Leads the named (host, port) pairs to local ports and refuses all others, as the guard would."""

    def __init__(self, ports: Mapping[tuple[str, int], int]) -> None:
        self.ports = dict(ports)
        self.dialled: list[tuple[str, int]] = []

    def connect(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        self.dialled.append((host, port))
        if (host, port) not in self.ports:
            raise FetchRefusedError("not in this town")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.ports[host, port], timeout)


def page(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> Answer:
    """Answer with a whole page."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", f"Content-Type: {kind}", *headers]
    whole = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body
    return lambda connection, _: connection.sendall(whole)


def onward(location: str, status: str = "302 Found") -> Answer:
    """Answer with a redirect."""
    return page(b"", f"Location: {location}", status=status)
