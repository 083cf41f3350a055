"""A small web server for the stand-ins: one function from request to answer, with or without TLS.

Refuses: bodies over 64 kB and addresses other than 127.0.0.1.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY_LIMIT = 65_536


@dataclass(frozen=True)
class Answer:
    """Status, text and extra headers of one response."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What was asked, by whom: `client` is the address it came from, which stands for a country."""

    method: str
    host: str
    target: str
    body: bytes = b""
    client: str = ""


Site = Callable[[Request], Answer]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, site: Site, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site = site
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "town"
    sys_version = ""
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            self.close_connection = True
            return
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        body_sent = self.rfile.read(length)
        answer = self.server.site(
            Request(self.command, host, self.path, body_sent, str(self.client_address[0]))
        )
        body = answer.text.encode()
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(body)}", "", ""]
        # One write: headers and body apart would wait 40 ms for a delayed acknowledgement.
        self.wfile.write("\r\n".join(lines).encode() + (b"" if self.command == "HEAD" else body))

    do_GET = _answer  # noqa: N815 - the base class looks these names up
    do_POST = _answer  # noqa: N815
    do_HEAD = _answer  # noqa: N815

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


def serve(site: Site, context: ssl.SSLContext | None = None) -> tuple[int, Callable[[], None]]:
    """Serve `site` on a free port of 127.0.0.1; returns the port and how to stop."""
    server = _Server(site, context)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return server.server_port, stop
