"""Saves an installation: the data (without wrapped keys) sealed to an offline recipient, and apart from it the keys.

A data backup may be kept as long as the law says; it opens nothing by itself. The key backup is kept seven
days, so that what a survivor had erased is gone from everywhere after that (DESIGN, invariant 15). The public
log's files are not saved: the database makes them again, byte for byte.
Refuses: to write a backup in the clear, one that still holds a wrapped key, and two at once.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyrage
from django.db import connection, transaction

from recourse.base.core.errors import MisconfiguredError, UnavailableError
from recourse.base.vault import backup as vault
from recourse.operations import postgresql
from recourse.operations.inventory import NOT_IN_BACKUPS, ask, inventory
from recourse.operations.ports import Installation

SQLITE_COPY, POSTGRESQL_DUMP = "database.sqlite3", "database.pgdump"
MANIFEST, CONFIGURATION = "manifest.json", "recourse.toml"
ROOM = ".backup"  # in the home folder: what lies there in the clear for a minute lies there anyway


def save(
    installation: Installation, *, data: Path, keys: Path, recipient: str, now: datetime
) -> tuple[Path, Path]:
    """Write a data backup into `data` and a key backup into `keys`, both sealed to `recipient` (age1...).

    Returns the two files. Key backups older than seven days are deleted from `keys`.

    Raises:
        MisconfiguredError: the recipient is none, the folders are the same, or the database's own tool failed.
        UnavailableError: another backup is being made.
    """
    if data.resolve() == keys.resolve():
        raise MisconfiguredError(
            "data and keys would lie side by side: give the key backup a folder elsewhere"
        )
    to = read_recipient(recipient)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    data_file, keys_file = data / f"recourse-data-{stamp}.age", keys / f"recourse-keys-{stamp}.age"
    with _room(installation.home) as room:
        packed = _pack(installation, room, now)
        _seal(packed, data_file, to)
    # Keys last: a key made in between is one too many, and an erasure made in between is in the list of
    # erasures. The other way round rows would come back that nothing opens.
    part = keys_file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(_new_file(part), "wb") as file:
        file.write(vault.export_keys(recipient))
        file.flush()
        os.fsync(file.fileno())
    part.replace(keys_file)
    vault.prune_exports(keys, now=now)
    return data_file, keys_file


def read_recipient(text: str) -> Any:
    """Read an age recipient.

    Raises:
        MisconfiguredError: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise MisconfiguredError(
            "the recipient is no age recipient (age1...): make one with age-keygen"
        ) from None


@contextmanager
def _room(home: Path) -> Iterator[Path]:
    """Give an empty folder that is gone afterwards; one that a killed backup left behind goes first."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home / f"{ROOM}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        room = home / ROOM
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(mode=0o700)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except BlockingIOError:
        raise UnavailableError("another backup of this installation is being made: wait for it") from None
    finally:
        os.close(descriptor)


def _pack(installation: Installation, room: Path, now: datetime) -> Path:
    if installation.database == "sqlite":
        dump = room / SQLITE_COPY
        found = _dump_sqlite(dump)
    else:
        dump = room / POSTGRESQL_DUMP
        found = _dump_postgresql(dump)
    manifest = room / MANIFEST
    about = {"version": version("recourse"), "at": now.isoformat(), **found}
    manifest.write_text(json.dumps(about, indent=1), encoding="utf-8")
    packed = room / "data.tar"
    with tarfile.open(packed, "w") as tar:
        tar.add(manifest, MANIFEST)
        tar.add(dump, dump.name)
        if installation.config_file is not None:
            tar.add(installation.config_file, CONFIGURATION)
    return packed


def _seal(packed: Path, target: Path, to: Any) -> None:
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = _new_file(part)
    try:
        pyrage.encrypt_file(str(packed), str(part), [to])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(target)


def _new_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _dump_sqlite(target: Path) -> dict[str, Any]:
    source = Path(connection.settings_dict["NAME"])
    # The online copy sees one moment of the database and blocks no writer.
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        for table in NOT_IN_BACKUPS:
            copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own constant
        copy.commit()
        copy.execute("VACUUM")  # deleted rows leave no trace in the file
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise MisconfiguredError("the database file is damaged: restore the last good backup")
        return inventory(lambda sql: copy.execute(sql).fetchall(), "sqlite")


def _dump_postgresql(target: Path) -> dict[str, Any]:
    excluded = [f"--exclude-table-data={table}" for table in sorted(NOT_IN_BACKUPS)]
    # One snapshot for the dump and for what the manifest says about it.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = ask("SELECT pg_export_snapshot()")[0][0]
        postgresql.run(
            *("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            *(*excluded, f"--file={target}"),
        )
        return inventory(ask, "postgresql")
