"""Makes a new installation: folder, configuration file, keys, tables. Never touches an existing one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from recourse.base.core.errors import BadInputError, MisconfiguredError
from recourse.operations import postgresql
from recourse.operations.keymaking import KEY_FILES, mail_records, make_keys

SETTINGS = "recourse.config.settings"
FORBIDDEN = set('"\\\n\r\t')


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` asks, with what it assumes when nobody answers."""

    agency_name: str = "Example Agency"
    agency_mailbox: str = "removal@agency.test"
    agency_phone: str = "0000-0000"
    survivor_host: str = "localhost"
    desk_host: str = "desk.localhost"
    public_host: str = "public.localhost"
    exchange_host: str = "127.0.0.1"
    scheme: str = "http"
    port: int = 8000
    database_url: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    lmtp_port: int = 8024
    ledger_folder: str = ""  # empty: in the home folder

    @property
    def domain(self) -> str:
        """The domain that sends mail."""
        return self.agency_mailbox.rpartition("@")[2]


def configuration_text(answers: Answers) -> str:
    """Return the configuration file for these answers.

    Raises:
        BadInputError: an answer holds a quote, a backslash or a line break.
    """
    for name in answers.__dataclass_fields__:
        if FORBIDDEN & set(str(getattr(answers, name))):
            raise BadInputError(f"{name} holds a character that a configuration file cannot carry")
    database = f'\n[database]\nurl = "{answers.database_url}"\n' if answers.database_url else ""
    ledger = f'folder = "{answers.ledger_folder}"\n' if answers.ledger_folder else ""
    return f"""\
# Written by `recourse init`. Every key: docs/reference/configuration.md
home = "."

[agency]
name = "{answers.agency_name}"
mailbox = "{answers.agency_mailbox}"
phone = "{answers.agency_phone}"

[web]
survivor_host = "{answers.survivor_host}"
desk_host = "{answers.desk_host}"
public_host = "{answers.public_host}"
exchange_host = "{answers.exchange_host}"
scheme = "{answers.scheme}"
port = {answers.port}
{database}
[mail]
smtp_host = "{answers.smtp_host}"
smtp_port = {answers.smtp_port}
sender_domain = "{answers.domain}"
lmtp_port = {answers.lmtp_port}

[ledger]
origin = "{answers.domain}/ledger"
{ledger}"""


def make_installation(home: Path, answers: Answers) -> dict[str, str]:
    """Make folder, file, keys and tables; returns the mail records to publish, by name.

    Nothing stays behind when it fails, so that it can be tried again.

    Raises:
        BadInputError: an answer that a configuration file cannot carry.
        MisconfiguredError: there is an installation already, or the database is not empty or refuses.
        UnavailableError: the database does not answer.
    """
    text = configuration_text(answers)
    file = home / "recourse.toml"
    for there in (file, home / "data" / "recourse.sqlite3"):
        if there.exists():
            raise MisconfiguredError(f"{there} exists already: choose another folder, or edit the file")
    if answers.database_url.startswith("postgres"):
        postgresql.refuse_used(answers.database_url)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("data", "ledger"):
        (home / name).mkdir(exist_ok=True, mode=0o700)
    make_keys(home / "keys")
    try:
        write_private(file, text)  # it may hold a password
        run_command(home, "migrate", "--verbosity", "0")
    except BaseException:
        # The keys were made a moment ago and nothing is sealed with them.
        for made in (
            file,
            *(home / "keys" / name for name in KEY_FILES),
            *(home / "data").glob("recourse.*"),
        ):
            made.unlink(missing_ok=True)
        raise
    pem = (home / "keys" / "dkim.pem").read_text(encoding="ascii")
    return mail_records(domain=answers.domain, selector="s1", pem=pem)


def write_private(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def run_command(home: Path, *arguments: str, extra: dict[str, str] | None = None) -> str:
    """Run a command of an installation in a process of its own, since settings load once; returns its output.

    Raises:
        MisconfiguredError: it failed; the detail is its last line.
    """
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, **(extra or {})}
    ended = run_process(home, *arguments, environment=environment)
    if ended.returncode:
        last = (ended.stderr.strip() or ended.stdout.strip() or "no message").splitlines()[-1]
        raise MisconfiguredError(f"`recourse {arguments[0]}` failed: {last}")
    return ended.stdout


def plain_environment() -> dict[str, str]:
    """Return our environment without its `RECOURSE_` variables: those speak of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECOURSE_")}
    return {**kept, "DJANGO_SETTINGS_MODULE": SETTINGS}


def run_process(home: Path, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the installation in `home` to its end, with this environment and its configuration."""
    return subprocess.run(
        [sys.executable, "-m", "recourse", *arguments],
        env={**environment, "RECOURSE_CONFIG": str(home / "recourse.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
