"""A local SMTP server that takes every mail and writes down its Message-ID; a process of its own.

Usage: python -m benchmarks.sink PORT FILE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

MARK = b"\nmessage-id:"


class Sink:
    """Writes a line for each mail before it says 250."""

    def __init__(self, told: TextIO) -> None:
        self._told = told

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        raw = b"\n" + (envelope.original_content or b"")[:20_000]
        start = raw.lower().find(MARK)
        name = raw[start + len(MARK) :].split(b"\n", 1)[0].strip().decode("ascii") if start >= 0 else "none"
        self._told.write(f"{name}\n")
        self._told.flush()
        return "250 2.0.0 taken"


async def serve(port: int, path: Path) -> None:
    """Serve until killed."""
    with path.open("a", encoding="ascii") as told:
        sink = Sink(told)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(sink, hostname="sink.test", ident="sink"), "127.0.0.1", port
        )
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
