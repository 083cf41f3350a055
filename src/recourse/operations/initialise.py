"""Makes a new installation: folder, configuration file, keys, tables. Never touches an existing one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from recourse.base.core.errors import BadInputError, MisconfiguredError
from recourse.operations.keymaking import mail_records, make_keys

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
    scheme: str = "http"
    port: int = 8000
    database_url: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    lmtp_port: int = 8024

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
"""


def make_installation(home: Path, answers: Answers) -> dict[str, str]:
    """Make folder, file, keys and tables; returns the mail records to publish, by name.

    Raises:
        MisconfiguredError: there is an installation already, or the database refuses.
    """
    text = configuration_text(answers)
    file = home / "recourse.toml"
    if file.exists():
        raise MisconfiguredError(f"{file} exists already; choose another folder, or edit the file")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("data", "ledger"):
        (home / name).mkdir(exist_ok=True, mode=0o700)
    make_keys(home / "keys")
    file.write_text(text, encoding="utf-8")
    run_command(home, "migrate", "--verbosity", "0")
    pem = (home / "keys" / "dkim.pem").read_text(encoding="ascii")
    return mail_records(domain=answers.domain, selector="s1", pem=pem)


def run_command(home: Path, *arguments: str, extra: dict[str, str] | None = None) -> str:
    """Run a command of an installation in a process of its own, since settings load once; returns its output.

    Raises:
        MisconfiguredError: it failed; the detail is its last line.
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "RECOURSE_CONFIG": str(home / "recourse.toml"),
        **(extra or {}),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "recourse", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = (ended.stderr.strip() or ended.stdout.strip() or "no message").splitlines()[-1]
        raise MisconfiguredError(f"`recourse {arguments[0]}` failed: {last}")
    return ended.stdout
