"""Brings an installation back on another machine: from the data backup, the newest key backup and the key files.

The first half runs outside any installation and lays the folder; `finish`, in a process of the new one, loads
the rows, compares them with what was saved, brings the keys back and replays every erasure.
Refuses: to restore over anything, to take an address of the old machine along (its database, its published
folder), rows other than those that were saved, and to leave a half restored folder behind.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from recourse.base.core.errors import BadInputError, MisconfiguredError, UnavailableError
from recourse.base.ledger import selectors as ledger
from recourse.base.ledger import services as ledger_services
from recourse.base.vault import age
from recourse.base.vault import backup as vault
from recourse.base.vault.domain import Imported, SealBrokenError
from recourse.operations import postgresql
from recourse.operations.backup import CONFIGURATION, MANIFEST, POSTGRESQL_DUMP, SQLITE_COPY
from recourse.operations.initialise import plain_environment, run_process, write_private
from recourse.operations.inventory import ask, count_rows
from recourse.operations.keymaking import KEY_FILES
from recourse.operations.replaying import Replayed, replay

EXPECTED = frozenset({MANIFEST, CONFIGURATION, POSTGRESQL_DUMP, SQLITE_COPY})


@dataclass(frozen=True, slots=True)
class Sources:
    """What a restore is made from."""

    data: Path
    keys: Path
    key_files: Path
    identity_file: Path  # the offline age identity that opens both backups


class BackupBrokenError(BadInputError):
    """A backup cannot be opened, or is not what it says."""

    code = "backup_broken"


def restore(sources: Sources, home: Path, *, database_url: str = "") -> str:
    """Make an installation in `home` from backups; returns what the second half said.

    Raises:
        MisconfiguredError: something is there already, key files are missing, or the second half failed.
        BackupBrokenError: a backup does not open with this identity, was changed, or is none of ours.
    """
    if home.exists() and any(home.iterdir()):
        raise MisconfiguredError(f"{home} is not empty: restore into a new folder")
    missing = sorted(name for name in KEY_FILES if not (sources.key_files / name).is_file())
    if missing:
        raise MisconfiguredError(
            f"{sources.key_files} holds no {missing[0]}: name the folder with all key files"
        )
    identity = read_identity(sources.identity_file)
    open_keys(sources.keys, identity)  # before anything is made
    if database_url:
        postgresql.refuse_used(database_url)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        manifest = _unpack(sources.data, identity, home)
        _place(manifest, home, database_url)
        for name in sorted(KEY_FILES):
            _copy_key(sources.key_files / name, home / "keys" / name)
        said = _second_half(sources, home)
    except BaseException:
        for made in home.iterdir():  # it was empty when we came
            shutil.rmtree(made) if made.is_dir() else made.unlink()
        raise
    return said


def read_identity(path: Path) -> str:
    """Return the age identity in a file as `age-keygen` writes it.

    Raises:
        MisconfiguredError: there is none in it.
    """
    lines = (line.strip() for line in path.read_text("utf-8", "replace").splitlines())
    found = next((line for line in lines if line and not line.startswith("#")), "")
    try:
        age.recipient_of(found)
    except MisconfiguredError:
        raise MisconfiguredError(
            f"{path} holds no age identity: name the file that age-keygen wrote"
        ) from None
    return found


def finish(home: Path, *, keys: Path, identity_file: Path, now: datetime) -> tuple[Imported, Replayed]:
    """Load, compare, bring keys back, replay erasures, publish the log's files again: in the new installation.

    Raises:
        BackupBrokenError: the rows are not those that were saved, or a newer version of this program saved them.
        KeyBackupBrokenError: the key backup is damaged or of another identity.
    """
    manifest = json.loads((home / MANIFEST).read_text("utf-8"))
    unknown = set(manifest["migrations"]) - {
        f"{app}.{name}" for app, name in MigrationLoader(None).graph.nodes
    }
    if unknown:
        raise BackupBrokenError(
            f"version {manifest['version']} made this backup, which is newer: install that version first"
        )
    if manifest["database"] == "postgresql":
        dump = home / POSTGRESQL_DUMP
        postgresql.run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
            str(dump),
        )
        dump.unlink()
    actual = count_rows(ask, manifest["database"])
    differ = sorted(set(actual.items()) ^ set(manifest["rows"].items()))
    if differ:
        raise BackupBrokenError(f"{differ[0][0]} does not have the rows that were saved")
    call_command("migrate", verbosity=0, interactive=False)  # an older backup, a newer version
    imported = vault.import_keys(open_keys(keys, read_identity(identity_file)))
    replayed = replay(now=now)
    if ledger.latest_checkpoint() is not None:
        ledger_services.export(home / "ledger")
    return imported, replayed


def _second_half(sources: Sources, home: Path) -> str:
    ended = run_process(
        home,
        *("restore", "--home", str(home), "--finish", str(sources.keys)),
        *("--identity", str(sources.identity_file)),
        environment=plain_environment(),
    )
    if ended.returncode:
        last = (ended.stderr.strip() or "no message").splitlines()[-1].removeprefix("recourse: ")
        kinds = {kind.exit_status: kind for kind in (BackupBrokenError, UnavailableError)}
        raise kinds.get(ended.returncode, MisconfiguredError)(f"nothing was restored: {last}")
    return ended.stdout


def open_keys(path: Path, identity: str) -> bytes:
    """Return what a key backup holds.

    Raises:
        BackupBrokenError: it does not open.
    """
    try:
        return age.decrypt(identity, path.read_bytes())
    except SealBrokenError:
        raise BackupBrokenError(f"{path.name} does not open with this identity, or was changed") from None


def _unpack(data: Path, identity: str, home: Path) -> dict[str, Any]:
    data.stat()  # a missing file says so by its name
    packed = home / "data.tar"
    os.close(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        pyrage.decrypt_file(str(data), str(packed), [pyrage.x25519.Identity.from_str(identity)])
        with tarfile.open(packed) as tar:
            for member in tar:
                if member.isfile() and member.name in EXPECTED:
                    _take_out(tar, member, home / member.name)
        manifest = json.loads((home / MANIFEST).read_text("utf-8"))
        dump = {"sqlite": SQLITE_COPY, "postgresql": POSTGRESQL_DUMP}[manifest["database"]]
        (home / dump).chmod(0o600)
    except pyrage.DecryptError:
        raise BackupBrokenError(f"{data.name} does not open with this identity, or was changed") from None
    except (tarfile.TarError, ValueError, KeyError, TypeError, FileNotFoundError):
        raise BackupBrokenError(f"{data.name} is no data backup of ours") from None
    except OSError as error:
        if error.errno is not None:
            raise
        # So the library says that a later part does not fit the first.
        raise BackupBrokenError(f"{data.name} was changed, or is not whole") from None
    packed.unlink()
    return dict(manifest)


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one expected file, content only: no owner, mode or link of the archive comes along.

    By hand, because Python 3.11 before 3.11.4, as in Debian 12, knows no extraction filter.
    """
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError
    with content, target.open("xb") as file:
        shutil.copyfileobj(content, file)


def _place(manifest: Mapping[str, Any], home: Path, database_url: str) -> None:
    """Put the database file and the configuration in their places."""
    postgres = manifest["database"] == "postgresql"
    if postgres and not database_url:
        raise MisconfiguredError("this backup is of PostgreSQL: name an empty database with --database-url")
    if database_url and not postgres:
        raise MisconfiguredError(
            "this backup is of SQLite and comes back as SQLite: leave --database-url out"
        )
    for name in ("data", "ledger", "keys"):
        (home / name).mkdir(mode=0o700)
    if not postgres:
        (home / SQLITE_COPY).rename(home / "data" / "recourse.sqlite3")
    file = home / CONFIGURATION
    told = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    file.unlink(missing_ok=True)
    # Folders and databases of the old machine may exist on this one, and are not ours to write to.
    told.update(home=".", database={"url": database_url} if database_url else {}, keys={})
    told["ledger"] = {key: value for key, value in told.get("ledger", {}).items() if key != "folder"}
    write_private(file, "# Brought back by `recourse restore`.\n" + toml_text(told))


def toml_text(values: Mapping[str, Any], path: str = "") -> str:
    """Return values as TOML: plain ones first, then a table for each section that is not empty."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = [f"{_toml_key(key)} = {json.dumps(value)}" for key, value in plain.items()]
    if path and lines:
        lines.insert(0, f"\n[{path}]")
    text = "".join(f"{line}\n" for line in lines)
    for key, value in values.items():
        if isinstance(value, dict):
            text += toml_text(value, f"{path}.{_toml_key(key)}" if path else _toml_key(key))
    return text


def _toml_key(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else json.dumps(key)


def _copy_key(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())
