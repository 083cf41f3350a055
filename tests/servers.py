"""Servers that tests start and stop themselves: PostgreSQL 15 or newer on a free port, as an unprivileged user."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL with a superuser `postgres` and no password, on 127.0.0.1."""

    port: int
    data: Path
    bin: Path

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, as the configuration takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and return its address."""
        _run(
            [
                *as_postgres(),
                str(self.bin / "createdb"),
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                "postgres",
                database,
            ]
        )
        return self.url(database)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest_postgres() -> Path:
    """Return the folder of the newest PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: run scripts/packages")
    return found[-1]


def as_postgres() -> list[str]:
    """Return the prefix that runs a command as user postgres when we are root (it refuses to run as root)."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[Postgres]:
    """Run PostgreSQL in a folder of its own until the block ends; crash tests want `fsync`."""
    programs = newest_postgres()
    # The path of a Unix socket has at most 107 bytes: keep it short.
    folder = Path(tempfile.mkdtemp(prefix="rc-pg-", dir="/tmp"))
    server = Postgres(port=free_port(), data=folder / "d", bin=programs)
    try:
        if as_postgres():
            shutil.chown(folder, "postgres", "postgres")
        _run(
            [
                *as_postgres(),
                str(programs / "initdb"),
                "-D",
                str(server.data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
        options = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200 -c fsync={'on' if fsync else 'off'}"
        control = [
            *as_postgres(),
            str(programs / "pg_ctl"),
            "-D",
            str(server.data),
            "-w",
            "-l",
            str(folder / "log"),
        ]
        _run([*control, "-o", options, "start"])
        try:
            yield server
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    """Run a command to its end; its output is shown only when it fails."""
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: status {done.returncode}\n{done.stdout}")
