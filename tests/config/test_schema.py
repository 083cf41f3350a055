"""The configuration: three sources in order, and refusals that name the key and the remedy."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import psycopg
import pytest

from recourse.base.core.errors import MisconfiguredError
from recourse.config import databases, schema
from tests import homes


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours and no file in sight."""
    for name in [name for name in os.environ if name.startswith("RECOURSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _file(text: str, monkeypatch: pytest.MonkeyPatch, path: Path = Path("recourse.toml")) -> None:
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("RECOURSE_CONFIG", str(path.resolve()))


def test_it_loads_with_nothing_set(tmp_path: Path) -> None:
    configuration = schema.load()
    assert configuration.process is schema.Process.COMMAND
    assert configuration.file is None
    assert configuration.home_folder == tmp_path / ".run"
    assert configuration.django_database()["ENGINE"] == "recourse.base.jobs.sqlite"
    assert configuration.base_url(configuration.web.desk_host) == "http://desk.localhost:8000"


def test_environment_over_file_and_secret_file_over_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _file(
        '[mail]\nsmtp_host = "from-file"\nsmtp_user = "from-file"\nsmtp_password = "from-file"\n', monkeypatch
    )
    monkeypatch.setenv("RECOURSE_MAIL__SMTP_USER", "from-environment")
    monkeypatch.setenv("RECOURSE_MAIL__SMTP_PASSWORD", "from-environment")
    (tmp_path / "secret").write_text("from-secret-file\n", encoding="utf-8")
    monkeypatch.setenv("RECOURSE_MAIL__SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    mail = schema.load().mail
    assert (mail.smtp_host, mail.smtp_user, mail.smtp_password) == (
        "from-file",
        "from-environment",
        "from-secret-file",
    )
    assert "from-secret-file" not in repr(mail)


def test_a_file_in_the_working_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "recourse.toml").write_text('home = "state"\n', encoding="utf-8")
    configuration = schema.load()
    assert configuration.file == tmp_path / "recourse.toml"
    assert configuration.home_folder == tmp_path / "state"


def test_a_change_of_folder_does_not_move_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = schema.load()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert configuration.home_folder == tmp_path / ".run"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[web]\nport = "eighty"\n', ["web.port"]),
        ("[web]\nport = 70000\n", ["web.port"]),
        ("[web]\nprot = 80\n", ["web.prot", "web.port"]),
        ("[wep]\nport = 80\n", ["wep", "no key"]),
        ('[web]\ndesk_host = "https://desk.example"\n', ["web.desk_host", "exact host name"]),
        ('[web]\ndesk_host = "*.example"\n', ["web.desk_host"]),
        ('[agency]\nzone = "Atlantis/Deep"\n', ["agency.zone", "time zone"]),
        ('[checks.vantages]\nhome = ""\nother = ""\n', ["checks.vantages", "other"]),
        ('[checks.vantages]\nother = "192.0.2.7"\n', ["checks.vantages", "home"]),
        ("[ledger]\npublish_every_hours = 0\n", ["ledger.publish_every_hours"]),
        ("home = [", ["not TOML"]),
    ],
)
def test_what_cannot_be_used_is_named(text: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _file(text, monkeypatch)
    with pytest.raises(MisconfiguredError) as refused:
        schema.load()
    for word in words:
        assert word in str(refused.value)


def test_a_refused_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_MAIL__SMTP_PASSWORDS", "a harbour at dusk")
    monkeypatch.setenv("RECOURSE_WEB__PORT", "dusk-secret")
    with pytest.raises(MisconfiguredError) as refused:
        schema.load()
    assert "dusk" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("RECOURSE_WEB__PROT", "RECOURSE_WEB__PORT"),
        ("RECOURSE_DATABASE_URL", "RECOURSE_DATABASE__URL"),
        ("RECOURSE_MAIL__SMTP_PASWORD_FILE", "RECOURSE_MAIL__SMTP_PASSWORD"),
        ("RECOURSE_QQQQ", "remove it"),
    ],
)
def test_a_misspelt_variable_is_named(name: str, near: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "8")
    with pytest.raises(MisconfiguredError) as refused:
        schema.load()
    assert name in str(refused.value)
    assert near in str(refused.value)


def test_a_missing_file_or_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_CONFIG", "/nowhere/recourse.toml")
    with pytest.raises(MisconfiguredError, match="RECOURSE_CONFIG"):
        schema.load()
    monkeypatch.delenv("RECOURSE_CONFIG")
    monkeypatch.setenv("RECOURSE_MAIL__SMTP_PASSWORD_FILE", "/nowhere/secret")
    with pytest.raises(MisconfiguredError, match="RECOURSE_MAIL__SMTP_PASSWORD_FILE"):
        schema.load()


def test_a_file_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "recourse.toml"
    file.write_text("", encoding="ascii")
    file.chmod(0)
    monkeypatch.setenv("RECOURSE_CONFIG", str(file))
    with (
        homes.stranger(),
        pytest.raises(MisconfiguredError, match="RECOURSE_CONFIG names no file that the user"),
    ):
        schema.load()


def test_a_database_that_answers_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        about = databases.postgresql(f"postgresql://nobody@127.0.0.1:{port}/none?connect_timeout=2")
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=about["HOST"], port=about["PORT"], **about["OPTIONS"])
    assert time.monotonic() - began < 10
    assert set(databases.PATIENCE) <= set(about["OPTIONS"])


def test_both_databases_by_address() -> None:
    found = databases.postgresql(
        "postgresql://some%40body:pass%2Fword@db.internal:5433/harbour?sslmode=require"
    )
    assert (found["USER"], found["PASSWORD"]) == ("some@body", "pass/word")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.internal", "5433", "harbour")
    assert found["OPTIONS"] == databases.PATIENCE | {"sslmode": "require"}
    assert databases.postgresql("postgresql:///harbour?host=/run/postgresql")["HOST"] == "/run/postgresql"
    assert databases.sqlite(Path("/var/x.sqlite3"))["NAME"] == "/var/x.sqlite3"


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite://relative", "harbour", "postgresql://host:5432"])
def test_another_database_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_DATABASE__URL", url)
    with pytest.raises(MisconfiguredError, match=r"database\.url"):
        schema.load().django_database()
