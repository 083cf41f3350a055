"""What comes back elsewhere is the same, what was erased stays erased, and nothing is restored by halves."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from recourse.base.vault import age
from tests.operations.commands import Installed, command, refused
from tests.operations.saving import Saved

pytestmark = [pytest.mark.db, pytest.mark.django_db]


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
    assert "Erased again: 1 cases, 0 places, 0 mails, 0 hosts." in restored[1]
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
