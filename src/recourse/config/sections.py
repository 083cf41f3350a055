"""The sections of the configuration: every key, its type and its default.

Refuses: an unknown key, and a change after loading. The defaults hold no secret.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from recourse.config.languages import known as known_languages


class Process(StrEnum):
    """What this process does; decides which keys it may hold and which pages it serves."""

    WEB = "web"  # the survivors' pages
    DESK = "desk"  # the pages for staff, which open cases
    EXCHANGE = "exchange"  # fingerprints for platforms, which lie sealed
    WORKER = "worker"
    MAIL = "mail"
    ALL = "all"
    COMMAND = "command"


def _host(value: str) -> str:
    """Accept an exact host name in lower case, without scheme, port or wildcard."""
    wrong = set(value) & set("/:*@? ") or value.startswith(".") or value != value.lower()
    if wrong or not value:
        raise ValueError("give one exact host name in lower case, without scheme, port or wildcard")
    return value


def _zone(value: str) -> str:
    """Accept the name of a time zone."""
    if value not in available_timezones():
        raise ValueError("give the name of a time zone, for example Asia/Seoul")
    return value


Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """A part of the configuration: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Agency(Section):
    """Who runs this installation, as the survivor and the companies read it."""

    name: str = "Recourse"
    mailbox: str = "desk@localhost.test"
    phone: str = ""
    languages: Annotated[tuple[str, ...], AfterValidator(known_languages)] = ("en", "ko", "id")
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    help_lines: tuple[str, ...] = ()  # other numbers to call, each as a person reads it
    licensed_body: str = ""  # who may by law deal with pictures of persons under 18
    exit_target: str = "https://www.bbc.com/weather"  # where "leave this page quickly" goes


class Web(Section):
    """The surfaces and where they listen."""

    survivor_host: Host = "localhost"
    desk_host: Host = "desk.localhost"
    public_host: Host = "public.localhost"
    # No name below localhost: programs of platforms resolve names by the system, and many systems know none.
    exchange_host: Host = "127.0.0.1"
    scheme: Literal["http", "https"] = "http"
    port: Port = 8000
    debug: bool = False
    static_folder: Path | None = None


class Database(Section):
    """Where the tables live; empty means the file of this installation."""

    url: str = ""


class Keys(Section):
    """Where the key files lie; empty means `keys` in the home folder."""

    folder: Path | None = None


class Mail(Section):
    """Mail out by SMTP; in by LMTP, or by IMAP where a mailbox is named."""

    smtp_host: str = "localhost"
    smtp_port: Port = 25
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    sender_domain: Host = "localhost.test"
    dkim_selector: str = "s1"
    # Quiet mails to a survivor come from here; best a domain whose name says nothing. Empty: notes@sender_domain.
    quiet_sender: str = ""
    lmtp_host: str = "127.0.0.1"
    lmtp_port: Port = 8024
    imap_host: str = ""
    imap_port: Port = 993
    imap_tls: Literal["implicit", "starttls", "none"] = "implicit"  # none: only to this machine itself
    imap_user: str = ""
    imap_password: str = Field(default="", repr=False)
    imap_folder: str = "INBOX"


def _vantages(value: dict[str, str]) -> dict[str, str]:
    """Accept names with the address each leaves from; `home` must be there and leaves as the system decides."""
    for name, egress in value.items():
        if egress:
            ip_address(egress)
        elif name != "home":
            raise ValueError(f"give {name} the address of this machine that it leaves from")
    if "home" not in value:
        raise ValueError('add home = ""')
    return value


class Checks(Section):
    """From where places are looked at: a name, and for all but `home` the address of this machine it leaves from.

    The names are shown beside what was seen from there, so a country is a good one. Four seconds between two
    looks at one host keep within the lowest limit that a platform states (Meta: 1,000 requests an hour).
    """

    vantages: Annotated[dict[str, str], AfterValidator(_vantages)] = Field(
        default_factory=lambda: {"home": ""}
    )
    seconds_between_looks: Annotated[float, Field(ge=0, le=3600)] = 4.0


class Ledger(Section):
    """The public log."""

    origin: str = "localhost.test/ledger"
    publish_every_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 24
    folder: Path | None = None
