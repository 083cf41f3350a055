"""The peer of intake: the least that can be called storing a report. One insert of 4 kB, committed to disk.

No framework, no sealing, no form, no job: what is above it in the figures is what our promises cost.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

PATH = os.environ.get("RECOURSE_BENCH_BARE", "/tmp/recourse-bare.sqlite3")  # noqa: S108 - named by the benchmark
_local = threading.local()


def _connection() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(PATH, timeout=30, isolation_level=None)
        _local.connection.execute("PRAGMA journal_mode=WAL")
        _local.connection.execute("PRAGMA synchronous=FULL")
        _local.connection.execute("CREATE TABLE IF NOT EXISTS report (body BLOB)")
    return _local.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Store 4 kB and answer 302."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO report VALUES (?)", (os.urandom(4096),))
    connection.execute("COMMIT")
    start_response("302 Found", [("Location", "/code"), ("Content-Length", "0")])
    return [b""]
