"""Where values come from: the file, the environment, files that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_settings import BaseSettings, EnvSettingsSource

from recourse.base.core.errors import MisconfiguredError

PREFIX = "RECOURSE_"
# Variables with our prefix that are read elsewhere and are no keys of the configuration.
OTHER_VARIABLES = frozenset({"RECOURSE_CONFIG", "RECOURSE_TOWN", "RECOURSE_PARENT"})
TEST_VARIABLES = ("RECOURSE_TEST_", "RECOURSE_CRASH_", "RECOURSE_BENCH_")


def config_file() -> Path | None:
    """Return the configuration file, absolute, or nothing when there is none.

    Raises:
        MisconfiguredError: `RECOURSE_CONFIG` names a file that does not exist or is closed to us.
    """
    named = os.environ.get("RECOURSE_CONFIG")
    if named:
        path = Path(named).resolve()
        if not os.access(path, os.R_OK):
            raise MisconfiguredError(
                "RECOURSE_CONFIG names no file that the user of this process can read: correct the path, let the "
                "user's group read the file and enter its folder, or run `recourse init`"
            )
        return path
    path = Path("recourse.toml").resolve()
    return path if os.access(path, os.R_OK) else None


class Variables(EnvSettingsSource):
    """`RECOURSE_<KEY>`: the environment, without the names of secret files."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name: value for name, value in self.env_vars.items() if not name.endswith("_file")}


class SecretFiles(EnvSettingsSource):
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
