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
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from recourse.base.core.errors import MisconfiguredError
from recourse.config import databases
from recourse.config.sections import Agency, Checks, Database, Keys, Ledger, Mail, Process, Section, Web
from recourse.config.sources import (
    OTHER_VARIABLES,
    PREFIX,
    TEST_VARIABLES,
    SecretFiles,
    Variables,
    config_file,
)

__all__ = ["Configuration", "Process", "known_keys", "load"]


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
        return init_settings, SecretFiles(settings_cls), Variables(settings_cls), toml

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
        web = self.web
        return web.survivor_host, web.desk_host, web.public_host, web.exchange_host

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
        return databases.described(self.database.url or f"sqlite:///{self.data_folder / 'recourse.sqlite3'}")


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
