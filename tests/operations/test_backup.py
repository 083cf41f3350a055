"""What is saved opens nothing by itself, and is gone in time; an upgrade saves first."""

from __future__ import annotations

import fcntl
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.operations.commands import Installed, command, refused
from tests.operations.saving import Saved, plain

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_a_backup_is_sealed_and_for_its_owner_alone(saved: Saved) -> None:
    for file in (saved.data, saved.keys):
        content = file.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not any(words in content for words in (b"SQLite format", b"PGDMP", b"case", b"Harbour Line"))
    assert not (saved.installed.home / ".backup").exists()
    assert {path.suffix for path in saved.data.parent.iterdir()} == {".age"}


def test_invariant_15_no_wrapped_key_and_no_session_is_in_a_data_backup(saved: Saved) -> None:
    found = plain(saved, saved.data)
    dump = b"".join(content for name, content in found.items() if name.startswith("database"))
    assert saved.made[saved.codes[2]]["number"].encode() in dump  # the search finds what is there
    assert len(saved.blobs) >= 4
    for blob in saved.blobs:
        assert blob not in dump
        assert blob.hex().encode() not in dump.lower()
    if b"COPY public" in dump:
        for table in (b"vault_wrappedkey", b"django_session"):
            assert b"CREATE TABLE public." + table in dump
            assert b"COPY public." + table not in dump
    else:
        live = (saved.installed.home / "data" / "recourse.sqlite3").read_bytes()
        assert any(blob in live for blob in saved.blobs)  # written as it is: the search would find it


def test_key_backups_are_gone_after_seven_days(saved: Saved, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    names = ["recourse-keys-20200101T000000Z.age", "recourse-data-20200101T000000Z.age", "notes.txt"]
    for name in names:
        (keys / name).write_bytes(b"x")
    done = saved.installed.run(*saved.backup(data=tmp_path / "data", keys=keys))
    assert done.returncode == 0, done.stderr
    left = {path.name for path in keys.iterdir()}
    assert left == {*names[1:], Path(done.stdout.splitlines()[1]).name}


def test_what_cannot_be_saved_is_said_in_one_sentence(saved: Saved, tmp_path: Path, home: Path) -> None:
    refused(command(*saved.backup(recipient="age1nobody")), 78, "age-keygen", "misconfigured")
    refused(command(*saved.backup(data=tmp_path, keys=tmp_path)), 78, "side by side", "misconfigured")
    (tmp_path / "file").write_text("", encoding="ascii")
    refused(command(*saved.backup(data=tmp_path / "file" / "in")), 66, str(tmp_path / "file"), "file")
    with (home / ".backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(command(*saved.backup()), 75, "another backup", "unavailable")


def test_upgrade_saves_migrates_and_verifies(
    saved: Saved, restored: tuple[Installed, str], tmp_path: Path
) -> None:
    """On the restored installation, whose tables of one application are taken away as if it were new."""
    undone = restored[0].run("migrate", "mfa", "zero", "--verbosity", "0")
    assert undone.returncode == 0, undone.stderr
    arguments = ("--data", tmp_path / "data", "--keys", tmp_path / "keys", "--recipient", saved.recipient)
    done = restored[0].run("upgrade", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "migrations are not applied" in done.stdout
    assert "Tables are up to date and the ledger holds." in done.stdout
    assert len(list((tmp_path / "data").iterdir())) == 1
    tiles = restored[0].home / "ledger" / "tile"
    tiles.rename(tmp_path / "tile")
    done = restored[0].run("upgrade", *arguments)
    (tmp_path / "tile").rename(tiles)
    assert done.returncode == 78
    assert "the ledger does not hold" in done.stderr
    assert "Traceback" not in done.stderr


def test_upgrade_changes_nothing_while_something_is_in_the_way(tmp_path: Path, home: Path) -> None:
    key = home / "keys" / "reply.key"
    key.rename(tmp_path / "reply.key")
    try:
        said = command("upgrade", "--data", tmp_path / "d", "--keys", tmp_path / "k", "--recipient", "age1")
    finally:
        (tmp_path / "reply.key").rename(key)
    refused(said, 78, "nothing was changed", "misconfigured")
    assert "reply.key is missing" in said[1]
    assert not (tmp_path / "d").exists()


def test_the_sqlite_copy_is_whole(saved: Saved, tmp_path: Path) -> None:
    found = plain(saved, saved.data)
    if "database.sqlite3" not in found:
        assert b"PostgreSQL database dump complete" in found["database.pgdump"]
        return
    (tmp_path / "copy").write_bytes(found["database.sqlite3"])
    with sqlite3.connect(tmp_path / "copy") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM vault_wrappedkey").fetchone() == (0,)
    copy.close()
