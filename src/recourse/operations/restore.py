"""Brings an installation back on another machine, and proves that it is the same one.

Three things are needed, kept in three places: the data backup, the newest key backup, and the key files.
Refuses: to restore over anything, and to say "restored" before erasures were replayed.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from recourse.base.core.errors import BadInputError, MisconfiguredError
from recourse.operations.backup import postgresql_tool, run_postgresql
from recourse.operations.initialise import run_command


@dataclass(frozen=True, slots=True)
class Sources:
    """What a restore is made from."""

    data: Path
    keys: Path
    key_files: Path
    identity_file: Path  # the offline age identity that opens both backups


def restore(sources: Sources, home: Path, *, database_url: str = "") -> dict[str, Any]:
    """Make an installation in `home` from backups; returns the manifest of the data backup.

    Raises:
        MisconfiguredError: something is there already, or a backup does not open.
    """
    if home.exists() and any(home.iterdir()):
        raise MisconfiguredError(f"{home} is not empty; restore into a new folder")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = _unpack(sources, home)
    if manifest["database"] == "postgresql" and not database_url:
        raise MisconfiguredError("this backup is of PostgreSQL; name an empty database with --database-url")
    _place_configuration(home, database_url)
    shutil.copytree(sources.key_files, home / "keys", dirs_exist_ok=True)
    finish = ["restore", "--finish", str(sources.keys), "--identity", str(sources.identity_file)]
    if manifest["database"] == "postgresql":
        finish += ["--dump", str(home / "database.pgdump")]
    run_command(home, *finish)
    return manifest


def load_dump(dump: Path) -> None:
    """Load a PostgreSQL dump into the empty database of this process."""
    run_postgresql([postgresql_tool("pg_restore"), "--no-owner", "--exit-on-error", "--dbname=", str(dump)])
    dump.unlink()


def open_sealed(path: Path, identity_file: Path) -> bytes:
    """Open a sealed backup with the offline identity.

    Raises:
        MisconfiguredError: it does not open.
    """
    lines = [line.strip() for line in identity_file.read_text("ascii").splitlines()]
    identities = [
        pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")
    ]
    try:
        return pyrage.decrypt(path.read_bytes(), identities)
    except pyrage.DecryptError:
        raise MisconfiguredError(f"{path.name} does not open with this identity, or was changed") from None


def _unpack(sources: Sources, home: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=home) as room:
        packed = Path(room) / "data.tar"
        packed.write_bytes(open_sealed(sources.data, sources.identity_file))
        with tarfile.open(packed) as tar:
            tar.extractall(home, filter="data")  # refuses paths outside, links out and devices
    manifest = json.loads((home / "manifest.json").read_text("utf-8"))
    if manifest.get("database") not in {"sqlite", "postgresql"}:
        raise BadInputError("the backup has no manifest of ours")
    if manifest["database"] == "sqlite":
        (home / "data").mkdir(exist_ok=True, mode=0o700)
        (home / "database.sqlite3").rename(home / "data" / "recourse.sqlite3")
    return dict(manifest)


def _place_configuration(home: Path, database_url: str) -> None:
    file = home / "recourse.toml"
    text = file.read_text("utf-8") if file.exists() else 'home = "."\n'
    kept = [line for line in text.splitlines() if not line.startswith("home =")]
    if database_url:
        kept = [line for line in kept if not line.startswith(("[database]", "url ="))]
        kept += ["[database]", f'url = "{database_url}"']
    file.write_text('home = "."\n' + "\n".join(kept) + "\n", encoding="utf-8")
