"""The one typed configuration: a TOML file, the environment above it, secret files above both.

`RECOURSE_CONFIG` names the file (else `./recourse.toml`, else the defaults). A value is overridden by
`RECOURSE_<SECTION>__<KEY>`, and by `RECOURSE_<SECTION>__<KEY>_FILE`, whose file holds the value, so that a
secret never stands in an environment. The defaults load with nothing set and hold no secret.

Refuses: a key it does not know, in the file and in the environment alike, naming the key and what to do.
What is dangerous only in combination is refused by `guard`.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from recourse.base.core.errors import MisconfiguredError

PREFIX = "RECOURSE_"
# Variables with our prefix that are read elsewhere and are no keys of the configuration.
OTHER_VARIABLES = frozenset({"RECOURSE_CONFIG", "RECOURSE_TOWN", "RECOURSE_PARENT"})
TEST_VARIABLES = ("RECOURSE_TEST_", "RECOURSE_CRASH_", "RECOURSE_BENCH_")


class Process(StrEnum):
    """What this process does; decides which keys it may hold."""

    WEB = "web"
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
    languages: tuple[str, ...] = ("en",)
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    exit_target: str = "https://www.bbc.com/weather"  # where "leave this page quickly" goes


class Web(Section):
    """The surfaces and where they listen."""

    survivor_host: Host = "localhost"
    desk_host: Host = "desk.localhost"
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
    """Mail out by SMTP, in by LMTP."""

    smtp_host: str = "localhost"
    smtp_port: Port = 25
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    sender_domain: Host = "localhost.test"
    dkim_selector: str = "s1"
    lmtp_host: str = "127.0.0.1"
    lmtp_port: Port = 8024


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
    """From where places are looked at: a name, and for all but `home` the address of this machine it leaves from."""

    vantages: Annotated[dict[str, str], AfterValidator(_vantages)] = Field(
        default_factory=lambda: {"home": ""}
    )


class Ledger(Section):
    """The public log."""

    origin: str = "localhost.test/ledger"
    publish_every_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 24
    folder: Path | None = None


def config_file() -> Path | None:
    """Return the configuration file, absolute, or nothing when there is none.

    Raises:
        MisconfiguredError: `RECOURSE_CONFIG` names a file that does not exist.
    """
    named = os.environ.get("RECOURSE_CONFIG")
    if named:
        path = Path(named).resolve()
        if not path.is_file():
            raise MisconfiguredError(
                "RECOURSE_CONFIG names no file: correct the path, or run `recourse init`"
            )
        return path
    path = Path("recourse.toml").resolve()
    return path if path.is_file() else None


class _Variables(EnvSettingsSource):
    """`RECOURSE_<KEY>`: the environment, without the names of secret files."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name: value for name, value in self.env_vars.items() if not name.endswith("_file")}


class _SecretFiles(EnvSettingsSource):
    """`RECOURSE_<KEY>_FILE`: the value is the content of the named file, without the line's end."""

    def _load_env_vars(self) -> dict[str, str | None]:
        """Return the variables as if each file's content had been set."""
        found: dict[str, str | None] = {}
        for name, path in os.environ.items():
            if name.startswith(PREFIX) and name.endswith("_FILE"):
                try:
                    content = Path(path).read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    raise MisconfiguredError(
                        f"{name} names a file that cannot be read ({type(error).__name__}): "
                        "correct the path or its owner, or remove the variable"
                    ) from error
                found[name.removesuffix("_FILE").lower()] = content.rstrip("\r\n")
        return found

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        """Read the files named in the environment."""
        super().__init__(settings_cls)
        self.env_vars = self._load_env_vars()


class Configuration(BaseSettings):
    """Everything an installation can say about itself; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=None
    )

    home: Path = Path(".run")
    process: Process = Process.COMMAND
    agency: Agency = Agency()
    web: Web = Web()
    database: Database = Database()
    keys: Keys = Keys()
    mail: Mail = Mail()
    checks: Checks = Checks()
    ledger: Ledger = Ledger()

    @classmethod
    def settings_customise_sources(  # noqa: D102 - pydantic's hook, with its signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, config_file() or [])
        return init_settings, _SecretFiles(settings_cls), _Variables(settings_cls), toml

    # Where this was read; fixed at load, because a later change of folder must not move the installation.
    _file: Path | None = PrivateAttr(default_factory=config_file)
    _here: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def file(self) -> Path | None:
        """The configuration file this was read from, absolute, or nothing."""
        return self._file

    @property
    def home_folder(self) -> Path:
        """The installation's folder, absolute; a relative one counts from the configuration file's folder."""
        return ((self._file.parent if self._file else self._here) / self.home).resolve()

    @property
    def surface_hosts(self) -> tuple[str, ...]:
        """The host names of all surfaces."""
        return self.web.survivor_host, self.web.desk_host

    @property
    def keys_folder(self) -> Path:
        """Where the key files lie, absolute."""
        return self.home_folder / (self.keys.folder or "keys")

    @property
    def data_folder(self) -> Path:
        """Where the database file lies, absolute."""
        return self.home_folder / "data"

    @property
    def ledger_folder(self) -> Path:
        """Where the public log's files lie, absolute."""
        return self.home_folder / (self.ledger.folder or "ledger")

    @property
    def static_folder(self) -> Path:
        """Where `collectstatic` puts the files, absolute; by default beside the source."""
        return self.web.static_folder or Path(__file__).resolve().parents[3] / "staticfiles"

    def base_url(self, host: str) -> str:
        """Return scheme, host and port of a surface, without a slash at the end."""
        usual = {"http": 80, "https": 443}[self.web.scheme]
        # Behind https a proxy listens on the usual port; `port` is the one we listen on.
        port = "" if self.web.scheme == "https" or self.web.port == usual else f":{self.web.port}"
        return f"{self.web.scheme}://{host}{port}"

    def django_database(self) -> dict[str, Any]:
        """Return Django's description of the database.

        Raises:
            MisconfiguredError: the address is not one of the two databases.
        """
        url = self.database.url or f"sqlite:///{self.data_folder / 'recourse.sqlite3'}"
        if url.startswith("sqlite:///"):
            return sqlite(Path(url.removeprefix("sqlite:///")))
        if url.startswith(("postgresql://", "postgres://")):
            return postgresql(url)
        raise MisconfiguredError(
            "database.url is neither sqlite:///PATH nor postgresql://USER:PASSWORD@HOST:PORT/NAME: correct it"
        )


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's description of a SQLite file behind the write gate."""
    return {
        "ENGINE": "recourse.base.jobs.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Return Django's description of a PostgreSQL database, from its address."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise MisconfiguredError("database.url names no database: add /NAME at the end of it")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(query),
    }


def load() -> Configuration:
    """Read the configuration of this process.

    Raises:
        MisconfiguredError: a key is unknown or a value cannot be used; the sentence names key and remedy.
    """
    try:
        _refuse_unknown_variables()
        return Configuration()
    except ValidationError as error:
        raise MisconfiguredError(
            "; ".join(_sentence(one) for one in error.errors(include_input=False))
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise MisconfiguredError(f"{config_file()} is not TOML: {error}") from None


def known_keys() -> list[str]:
    """Return every key with its section, dotted, in order."""
    keys: list[str] = []
    for name, field in Configuration.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            keys.extend(f"{name}.{key}" for key in section.model_fields)
        else:
            keys.append(name)
    return keys


def _refuse_unknown_variables() -> None:
    """Refuse a variable with our prefix that is no key: a misspelt one would be ignored in silence."""
    known = {PREFIX + key.upper().replace(".", "__") for key in known_keys()}
    for name in os.environ:
        bare = name if name in known else name.removesuffix("_FILE")
        ours = name.startswith(PREFIX) and not name.startswith(TEST_VARIABLES)
        if not ours or name in OTHER_VARIABLES or bare in known:
            continue
        near = difflib.get_close_matches(bare[len(PREFIX) :], [one[len(PREFIX) :] for one in known], n=1)
        hint = f"did you mean {PREFIX}{near[0]}?" if near else "remove it"
        raise MisconfiguredError(f"{name} is in the environment and is no key of the configuration: {hint}")


def _sentence(error: Mapping[str, Any]) -> str:
    """Say one validation error as key and remedy, without the value (it may be a secret)."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, known_keys(), n=1)
        return f"{key} is no key of the configuration: " + (
            f"did you mean {near[0]}?" if near else "remove it"
        )
    return f"{key}: {error['msg']}"
