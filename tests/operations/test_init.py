"""A new installation is whole or not there, and never takes the place of another."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recourse.base.core.errors import BadInputError
from recourse.operations.initialise import Answers, configuration_text
from recourse.operations.keymaking import KEY_FILES
from recourse.operations.management.commands import init
from tests.operations.commands import Installed, command, refused

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_it_makes_everything_and_says_what_comes_next(installed: Installed) -> None:
    said = (installed.home.parent / "said").read_text("utf-8")
    for words in ("v=spf1", "v=DKIM1", "v=DMARC1", "/enrol/", "RECOURSE_CONFIG="):
        assert words in said
    assert {path.name for path in (installed.home / "keys").iterdir()} == KEY_FILES
    private = [path for path in (installed.home / "keys").iterdir() if path.name != "vault.recipient"]
    for path in [installed.home / "recourse.toml", *private]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(installed.home.stat().st_mode) == 0o700
    assert "Harbour Line" in (installed.home / "recourse.toml").read_text("utf-8")
    for line in installed.run("doctor").stdout.splitlines():
        assert not line.startswith("bad") or line.split()[1] in {"SPF:", "DKIM:", "DMARC:"}, line


def test_an_installation_is_never_replaced(installed: Installed, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in installed.home.rglob("*")}
    refused(command("init", "--yes", "--home", installed.home), 78, "exists already", "misconfigured")
    assert {path: path.stat().st_mtime_ns for path in installed.home.rglob("*")} == before
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ledger.key").write_text("old", encoding="ascii")
    refused(command("init", "--yes", "--home", tmp_path), 78, "never overwritten", "misconfigured")
    assert (tmp_path / "keys" / "ledger.key").read_text("ascii") == "old"


def test_what_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    said = command("init", "--yes", "--home", tmp_path / "a", "--survivor-host", "http://wrong")
    refused(said, 78, "web.survivor_host", "misconfigured")
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    said = command(
        "init", "--yes", "--home", tmp_path / "b", "--database-url", "postgresql://x@127.0.0.1:9/none"
    )
    refused(said, 75, "does not answer", "unavailable")
    said = command("init", "--yes", "--home", tmp_path / "b", "--agency-name", 'Har"bour')
    refused(said, 65, "agency_name", "bad_input")
    assert not (tmp_path / "b").exists()


def test_a_database_in_use_is_never_taken(
    installed: Installed, tmp_path: Path, new_database: Callable[[], list[str]]
) -> None:
    if not new_database():
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "recourse.sqlite3").write_text("", encoding="ascii")
        refused(command("init", "--yes", "--home", tmp_path), 78, "exists already", "misconfigured")
        return
    used = (installed.home / "recourse.toml").read_text("utf-8").split('url = "')[1].split('"')[0]
    said = command("init", "--yes", "--home", tmp_path / "a", "--database-url", used)
    refused(said, 78, "not empty", "misconfigured")


@pytest.mark.parametrize(("port", "expected"), [("", {}), ("2525", {"smtp_port": 2525}), ("many", None)])
def test_it_asks_what_no_option_says(monkeypatch: pytest.MonkeyPatch, port: str, expected: Any) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return port if question.startswith("Its port") else ""

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(init.sys.stdin, "isatty", lambda: True, raising=False)
    options: dict[str, Any] = dict.fromkeys(Answers.__dataclass_fields__) | {
        "yes": False,
        "desk_host": "desk.test",
    }
    if expected is None:
        with pytest.raises(BadInputError):
            init.Command()._answers(options)
        return
    assert init.Command()._answers(options) == {"desk_host": "desk.test", **expected}
    assert len(asked) == len(init.QUESTIONS) - 1
    assert init.Command()._answers(options | {"yes": True}) == {"desk_host": "desk.test"}


def test_no_answer_can_break_out_of_the_file() -> None:
    for text in ('a"b', "a\\b", "a\nb", "a\tb"):
        with pytest.raises(BadInputError):
            configuration_text(Answers(agency_name=text))
    assert 'folder = "/srv/log"' in configuration_text(Answers(ledger_folder="/srv/log"))
