"""What is dangerous only in combination does not start, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recourse.base.core.errors import MisconfiguredError
from recourse.config import guard, keys, schema
from recourse.config.schema import Configuration, Process
from tests import homes

PUBLIC: dict[str, Any] = {"survivor_host": "help.example", "desk_host": "desk.help.example"}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that loads a configuration for a process, on a home that has everything."""
    static = tmp_path / "static"
    static.mkdir()
    (static / "staticfiles.json").write_text("{}", encoding="ascii")

    def load(
        process: Process, *, web: dict[str, Any] | None = None, **sections: dict[str, Any]
    ) -> Configuration:
        home = tmp_path / "home"
        if not home.exists():
            home.mkdir()
            homes.make(home)
        file = home / "recourse.toml"
        merged = {"web": {"static_folder": str(static), **(web or {})}, **sections}
        file.write_text(homes.toml(merged), encoding="utf-8")
        monkeypatch.setenv("RECOURSE_CONFIG", str(file))
        monkeypatch.setenv("RECOURSE_PROCESS", process.value)
        return schema.load()

    return load


@pytest.mark.parametrize("process", [Process.ALL, Process.WORKER, Process.MAIL, Process.COMMAND])
def test_a_sound_installation_starts(told: Any, process: Process) -> None:
    guard.refuse_dangerous(told(process))


def test_a_sound_web_process_cannot_read_the_identity(told: Any) -> None:
    configuration = told(Process.WEB)
    (configuration.keys_folder / keys.IDENTITY).unlink()
    guard.refuse_dangerous(configuration)


def _refusal(configuration: Configuration) -> str:
    with pytest.raises(MisconfiguredError) as refused:
        guard.refuse_dangerous(configuration)
    assert refused.value.exit_status == 78
    return str(refused.value)


@pytest.mark.parametrize("process", list(Process))
def test_debug_beside_a_public_host(told: Any, process: Process) -> None:
    said = _refusal(told(process, web={**PUBLIC, "scheme": "https", "debug": True}))
    assert "web.debug" in said
    assert "help.example" in said


def test_a_public_host_without_tls(told: Any) -> None:
    assert "web.scheme" in _refusal(told(Process.ALL, web=PUBLIC))


def test_a_person_is_told_by_doctor_what_would_not_start(told: Any) -> None:
    """A command runs all the same: it may be the remedy."""
    configuration = told(Process.COMMAND, web=PUBLIC, mail={"sender_domain": "elsewhere.test"})
    guard.refuse_dangerous(configuration)
    said = guard.dangers(configuration)
    assert [words for words in ("web.scheme", "agency.mailbox") if any(words in one for one in said)] == [
        "web.scheme",
        "agency.mailbox",
    ]


def test_one_host_for_two_surfaces(told: Any) -> None:
    assert "web.desk_host" in _refusal(told(Process.ALL, web={"desk_host": "localhost"}))


def test_the_identity_beside_the_web(told: Any) -> None:
    said = _refusal(told(Process.WEB))
    assert "vault.identity" in said
    assert "RECOURSE_PROCESS=all" in said


def test_a_worker_without_the_ledger_key(told: Any) -> None:
    configuration = told(Process.WORKER)
    (configuration.keys_folder / keys.LEDGER).unlink()
    said = _refusal(configuration)
    assert "ledger.key" in said
    assert "recourse init" in said


@pytest.mark.parametrize("process", [Process.WEB, Process.DESK, Process.WORKER, Process.MAIL])
def test_keys_of_another_user(told: Any, process: Process) -> None:
    configuration = told(process)
    for path in configuration.keys_folder.iterdir():
        path.chmod(0)
    with homes.stranger():
        assert not any(keys.key_files(configuration).holds(name) for name in keys.EVERY_KEY)
        said = _refusal(configuration)
    assert "closed to the user of this process" in said


@pytest.mark.parametrize("name", sorted(keys.EVERY_KEY - guard.NOT_SECRET))
def test_a_key_that_everybody_reads(told: Any, name: str) -> None:
    configuration = told(Process.ALL)
    (configuration.keys_folder / name).chmod(0o604)
    said = _refusal(configuration)
    assert name in said
    assert "chmod 600" in said


def test_answers_that_would_go_elsewhere(told: Any) -> None:
    said = _refusal(told(Process.ALL, mail={"sender_domain": "elsewhere.test"}))
    assert "agency.mailbox" in said


def test_pages_without_their_files(told: Any, tmp_path: Path) -> None:
    assert "collectstatic" in _refusal(told(Process.ALL, web={"static_folder": str(tmp_path / "none")}))


def test_a_process_reads_only_its_own_keys(tmp_path: Path) -> None:
    homes.make(tmp_path)
    for process in Process:
        files = keys.KeyFiles(tmp_path / "keys", process)
        for name in keys.EVERY_KEY:
            if name in keys.HELD_BY[process]:
                assert files.text(name)
            else:
                assert not files.holds(name)
                with pytest.raises(MisconfiguredError, match=name.replace(".", r"\.")):
                    files.text(name)


def test_who_holds_what_is_the_design() -> None:
    holders = {
        name: {process for process in Process if name in keys.HELD_BY[process]} for name in keys.EVERY_KEY
    }
    both = {Process.ALL, Process.COMMAND}
    assert holders[keys.IDENTITY] == {Process.WORKER, Process.DESK, Process.EXCHANGE} | both
    assert holders[keys.LEDGER] == {Process.WORKER} | both
    assert holders[keys.DKIM] == {Process.WORKER} | both
    assert holders[keys.REPLY] == {Process.WORKER, Process.MAIL} | both
    assert holders[keys.WEB_SECRET] == {Process.WEB, Process.DESK} | both


@pytest.mark.parametrize("content", ["", "zz", "00ff", "é"])
def test_a_broken_key_file_is_named_and_not_shown(tmp_path: Path, content: str) -> None:
    homes.make(tmp_path)
    (tmp_path / "keys" / keys.LOOKUP).write_text(content, encoding="utf-8")
    with pytest.raises(MisconfiguredError, match=r"vault\.lookup") as refused:
        keys.KeyFiles(tmp_path / "keys", Process.ALL).raw(keys.LOOKUP)
    assert not content or content not in str(refused.value).replace(str(tmp_path), "")
