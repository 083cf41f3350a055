"""What is saved opens nothing by itself, comes back the same elsewhere, and what was erased stays erased."""

from __future__ import annotations

import fcntl
import sqlite3
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from recourse.base.vault import age
from recourse.base.vault.domain import new_case_code
from recourse.operations import postgresql
from tests.operations.commands import Installed, command, refused

pytestmark = [pytest.mark.db, pytest.mark.django_db]

PEOPLE = """
from recourse.base.ledger import services as ledger
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault.models import WrappedKey
from recourse.work.cases import services
from recourse.work.cases.domain import AgeBand, ForWhom, WhatHappened
from recourse.world.locations.domain import resolve_line
made = {}
for number, code in enumerate(codes):
    case, key = services.open_case(
        code=code, language="en", for_whom=ForWhom.ME, what_happened=[WhatHappened.FOUND],
        age_band=AgeBand.ADULT, mandate=True, now=now)
    services.add_item(
        case_id=case.id, key=key, resolved=resolve_line(f"https://t.me/dusk_harbour/{number}"), now=now)
    made[code] = {"id": str(case.id), "number": case.number}
for number in range(5):
    ledger.record(kind=EntryKind.NOTICE, facts={"step": str(number)}, now=now)
ledger.publish(now=now)
services.erase_case(case_id=made[codes[0]]["id"], now=now)
blobs = [bytes(b).hex() for row in WrappedKey.objects.values_list("by_identity", "by_code") for b in row if b]
print(json.dumps({"made": made, "blobs": blobs}))
"""
STANDING = """
from recourse.base.ledger import selectors
from recourse.base.vault.models import Erasure, WrappedKey
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import case_by_code
from recourse.world.locations.models import Place
from recourse.base.jobs.models import Job
head = selectors.latest_checkpoint()
print(json.dumps({
    "opens": [case_by_code(code) is not None for code in codes],
    "states": [Case.objects.get(id=made[code]["id"]).state for code in codes],
    "looked_up": Case.objects.exclude(code_lookup=None).count(),
    "places": Place.objects.filter(erased_at=None).count(), "erasures": Erasure.objects.count(),
    "wrapped": WrappedKey.objects.count(), "head": [head.size, head.text],
    "told": Job.objects.filter(kind__contains="CaseErased").count(),
}))
"""
ERASE = """
from recourse.work.cases import services
services.erase_case(case_id=case_id, now=now)
print("0")
"""


@dataclass(frozen=True)
class Saved:
    """An installation with three cases: the first erased before both backups, the second between them."""

    installed: Installed
    codes: list[str]
    made: dict[str, dict[str, str]]
    blobs: list[bytes]
    data: Path  # the first backup
    keys: Path  # the key backup of the second
    recipient: str
    identity: str
    identity_file: Path

    def restore(self, home: Path, **other: object) -> list[object]:
        options = {
            "--data": self.data,
            "--keys": self.keys,
            "--key-files": self.installed.home / "keys",
            "--identity": self.identity_file,
            "--home": home,
        }
        options |= {f"--{name.replace('_', '-')}": value for name, value in other.items()}
        return ["restore", *(part for pair in options.items() for part in pair)]

    def backup(self, **other: object) -> list[object]:
        folder = self.identity_file.parent
        options = {"--data": folder / "data", "--keys": folder / "keys", "--recipient": self.recipient}
        options |= {f"--{name}": value for name, value in other.items()}
        return ["backup", *(part for pair in options.items() for part in pair)]


@pytest.fixture(scope="module")
def saved(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    folder = tmp_path_factory.mktemp("saved")
    recipient, identity = age.generate()
    (folder / "identity").write_text(f"# created: today\n{identity}\n", encoding="ascii")
    codes = [new_case_code() for _ in range(3)]
    told = installed.ask(PEOPLE, codes=codes)
    files: dict[str, list[Path]] = {}
    for number in ("first", "second"):
        options = ("--data", folder / number / "data", "--keys", folder / number / "keys")
        done = installed.run("backup", *options, "--recipient", recipient)
        assert done.returncode == 0, done.stderr
        files[number] = [Path(line) for line in done.stdout.splitlines()]
        if number == "first":
            installed.ask(ERASE, case_id=told["made"][codes[1]]["id"])
    return Saved(
        *(installed, codes, told["made"], [bytes.fromhex(blob) for blob in told["blobs"]]),
        *(files["first"][0], files["second"][1], recipient, identity, folder / "identity"),
    )


@pytest.fixture(scope="module")
def restored(
    saved: Saved, tmp_path_factory: pytest.TempPathFactory, new_database: Any
) -> tuple[Installed, str]:
    """The installation elsewhere, from the first data backup and the newest key backup."""
    home = tmp_path_factory.mktemp("elsewhere") / "home"
    arguments = [*saved.restore(home), "--verify", *new_database()]
    # Variables that speak of the old machine must not lead the restored installation to it.
    done = saved.installed.run(*arguments, RECOURSE_KEYS__FOLDER=str(saved.installed.home / "keys"))
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(home), done.stdout


@pytest.fixture(scope="module")
def standing(saved: Saved, restored: tuple[Installed, str]) -> tuple[Any, Any]:
    """What stands in the old installation and in the restored one."""
    old, new = (
        one.ask(STANDING, codes=saved.codes, made=saved.made) for one in (saved.installed, restored[0])
    )
    return old, new


def plain(saved: Saved, file: Path) -> dict[str, bytes]:
    """Return what a data backup holds, each file by its name; a PostgreSQL dump as SQL text."""
    found = {}
    with tarfile.open(fileobj=BytesIO(age.decrypt(saved.identity, file.read_bytes()))) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
    if "database.pgdump" in found:
        found["database.pgdump"] = subprocess.run(
            [postgresql.tool("pg_restore"), "--file=-"],
            input=found["database.pgdump"],
            capture_output=True,
            check=True,
        ).stdout
    return found


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


def test_the_restored_installation_is_the_same_one(
    saved: Saved, restored: tuple[Installed, str], standing: tuple[Any, Any]
) -> None:
    said = restored[1].splitlines()
    findings = [line for line in said if line.startswith(("good", "note", "bad"))]
    assert {line.split()[1].rstrip(":") for line in findings} >= {"rows", "ledger", "erasures", "keys"}
    assert all(line.startswith("good") for line in findings), restored[1]
    old, new = standing
    assert old == new
    assert new["head"][0] >= 5
    vkey = (saved.installed.home / "ledger" / "vkey").read_text("utf-8").strip()
    verified = command("ledger", "verify", restored[0].home / "ledger", "--vkey", vkey)
    assert verified[0] == 0, verified


def test_invariant_15_what_was_erased_before_or_after_the_data_backup_stays_erased(
    restored: tuple[Installed, str], standing: tuple[Any, Any]
) -> None:
    new = standing[1]
    assert new["opens"] == [False, False, True]
    assert new["states"] == ["erased", "erased", "open"]
    assert (new["looked_up"], new["places"], new["erasures"], new["wrapped"]) == (1, 1, 4, 2)
    assert "Erased again: 1 cases, 0 places, 0 mails." in restored[1]
    assert new["told"] > 0  # whoever kept something of her is told again


def test_the_restored_files_are_private_and_speak_of_no_other_machine(
    saved: Saved, restored: tuple[Installed, str]
) -> None:
    home = restored[0].home
    for path in [home / "recourse.toml", *(home / "keys").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert str(saved.installed.home) not in (home / "recourse.toml").read_text("utf-8")
    assert not list(home.glob("*.tar")) + list(home.glob("*.pgdump"))


def test_verify_tells_a_lost_row(restored: tuple[Installed, str], standing: tuple[Any, Any]) -> None:
    home, _said = restored
    lose = "from recourse.work.cases.models import Mandate\n"
    home.ask(lose + "Mandate.objects.all()[0].delete()\nprint('0')")
    done = home.run("restore", "--verify", "--home", home.home)
    assert done.returncode == 1
    assert "bad   rows: 1 tables differ, first cases_mandate." in done.stdout


def test_a_changed_backup_is_refused_and_leaves_nothing(saved: Saved, tmp_path: Path) -> None:
    for name, source in (("data", saved.data), ("keys", saved.keys)):
        changed = tmp_path / source.name
        content = bytearray(source.read_bytes())
        content[len(content) // 2] ^= 1
        changed.write_bytes(content)
        home = tmp_path / "home"
        said = command(*saved.restore(home, **{name: changed}))
        refused(said, 65, "was changed", "backup_broken")
        assert not home.exists() or not list(home.iterdir())


def test_a_backup_that_is_none_of_ours_is_refused(saved: Saved, tmp_path: Path) -> None:
    other = tmp_path / "other.age"
    other.write_bytes(age.encrypt(saved.recipient, b"a harbour at dusk"))
    refused(command(*saved.restore(tmp_path / "home", data=other)), 65, "no data backup", "backup_broken")
    refused(command(*saved.restore(tmp_path / "home", data="/nowhere")), 66, "/nowhere", "file")


def test_a_key_backup_in_place_of_the_data_is_refused(saved: Saved, tmp_path: Path) -> None:
    refused(
        command(*saved.restore(tmp_path / "home", data=saved.keys)), 65, "no data backup", "backup_broken"
    )


def test_another_identity_is_refused(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "other").write_text(age.generate()[1], encoding="ascii")
    said = command(*saved.restore(tmp_path / "home", identity=tmp_path / "other"))
    refused(said, 65, "does not open with this identity", "backup_broken")
    said = command(*saved.restore(tmp_path / "home", identity=saved.data))
    refused(said, 78, "no age identity", "misconfigured")


def test_a_target_that_is_not_empty_is_refused_and_left_alone(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("mine", encoding="ascii")
    refused(command(*saved.restore(tmp_path)), 78, "not empty", "misconfigured")
    assert [path.name for path in tmp_path.iterdir()] == ["something"]


def test_a_database_that_is_not_empty_is_refused(saved: Saved, tmp_path: Path, postgres_server: Any) -> None:
    if postgres_server is None:
        said = command(*saved.restore(tmp_path / "home", database_url="postgresql://nobody@127.0.0.1:9/none"))
        refused(said, 75, "does not answer", "unavailable")
        return
    used = (saved.installed.home / "recourse.toml").read_text("utf-8").split('url = "')[1].split('"')[0]
    refused(command(*saved.restore(tmp_path / "home", database_url=used)), 78, "not empty", "misconfigured")
    refused(command(*saved.restore(tmp_path / "home")), 78, "--database-url", "misconfigured")
    assert not list((tmp_path / "home").iterdir())


def test_missing_sources_are_named(saved: Saved, tmp_path: Path) -> None:
    said = command("restore", "--home", tmp_path / "home", "--data", saved.data)
    refused(said, 65, "--keys is missing", "bad_input")
    refused(command("restore", "--home", tmp_path / "home"), 65, "--data", "bad_input")
    said = command(*saved.restore(tmp_path / "home", key_files=tmp_path))
    refused(said, 78, "holds no dkim.pem", "misconfigured")


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
