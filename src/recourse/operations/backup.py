"""Saves an installation: the data (without wrapped keys) sealed to an offline recipient, and apart from it the keys.

A data backup may be kept as long as the law says; it opens nothing by itself. The key backup is kept seven
days, so that what a survivor had erased is gone from everywhere after that (DESIGN, invariant 15).
Refuses: to write a backup in the clear, and to call one good before it was read back.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection

import recourse
from recourse.base.core.errors import MisconfiguredError
from recourse.base.vault import backup as vault
from recourse.operations.inventory import NOT_IN_BACKUPS, count_rows, ledger_head
from recourse.operations.ports import Installation

DATA_PREFIX, KEYS_PREFIX, SUFFIX = "recourse-data-", "recourse-keys-", ".age"


def save(
    installation: Installation, *, data: Path, keys: Path, recipient: str, now: datetime
) -> tuple[Path, Path]:
    """Write a data backup into `data` and a key backup into `keys`, both sealed to `recipient` (age1...).

    Returns the two files. Key backups older than seven days are deleted from `keys`.

    Raises:
        MisconfiguredError: the recipient is none, or the folders are the same.
    """
    if data.resolve() == keys.resolve():
        raise MisconfiguredError(
            "data and keys would lie side by side; give the key backup a folder elsewhere"
        )
    to = read_recipient(recipient)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    data_file, keys_file = data / f"{DATA_PREFIX}{stamp}{SUFFIX}", keys / f"{KEYS_PREFIX}{stamp}{SUFFIX}"
    for folder in (data, keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Keys first: a key made between the two is missing from a backup that has no row for it either.
    write_whole(keys_file, vault.export_keys(recipient))
    with tempfile.TemporaryDirectory(dir=data) as room:
        packed = Path(room) / "data.tar"
        _pack(installation, packed, now)
        sealed = Path(room) / "sealed"
        pyrage.encrypt_file(str(packed), str(sealed), [to])
        sealed.chmod(0o600)
        sealed.rename(data_file)
    vault.prune_exports(keys, now=now)
    return data_file, keys_file


def read_recipient(text: str) -> pyrage.x25519.Recipient:
    """Read an age recipient.

    Raises:
        MisconfiguredError: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise MisconfiguredError(
            "the recipient is no age recipient (age1...); make one with age-keygen"
        ) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is either whole or not there, readable by its owner alone."""
    room = path.with_suffix(".new")
    room.write_bytes(content)
    room.chmod(0o600)
    room.rename(path)


def _pack(installation: Installation, target: Path, now: datetime) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as room:
        folder = Path(room)
        if installation.database == "sqlite":
            _dump_sqlite(folder / "database.sqlite3")
        else:
            _dump_postgresql(folder / "database.pgdump")
        manifest = {
            "version": recourse.__name__ + " 0.1",
            "at": now.isoformat(),
            "database": installation.database,
            "rows": count_rows(),
            "ledger": ledger_head(),
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        with tarfile.open(target, "w") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
            if installation.config_file is not None:
                tar.add(installation.config_file, "recourse.toml")
            if installation.ledger.is_dir():
                tar.add(installation.ledger, "ledger")


def _dump_sqlite(target: Path) -> None:
    source = settings.DATABASES["default"]["NAME"]
    # The online copy sees one moment of the database and blocks no writer.
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        for table in NOT_IN_BACKUPS:
            copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own constant
        copy.commit()
        copy.execute("VACUUM")  # deleted rows leave no trace in the file


def _dump_postgresql(target: Path) -> None:
    tool = postgresql_tool("pg_dump")
    excluded = [f"--exclude-table-data={table}" for table in sorted(NOT_IN_BACKUPS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    run_postgresql([tool, "--format=custom", "--no-owner", *excluded, f"--file={target}"])


def postgresql_tool(name: str) -> str:
    """Return the path of a PostgreSQL client program, the newest one installed.

    Raises:
        MisconfiguredError: there is none.
    """
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise MisconfiguredError(f"{name} is not installed; install the PostgreSQL client programs")
    return found


def run_postgresql(command: list[str]) -> None:
    """Run a PostgreSQL client program against our database; the password goes by environment.

    Raises:
        MisconfiguredError: it failed; the detail is its last line.
    """
    database = settings.DATABASES["default"]
    environment = {
        "PGHOST": database["HOST"] or "127.0.0.1",
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": str(database["NAME"]),
        "PATH": "/usr/bin:/bin",
    }
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = (ended.stderr.strip() or "no message").splitlines()[-1]
        raise MisconfiguredError(f"{Path(command[0]).name} failed: {last}")
