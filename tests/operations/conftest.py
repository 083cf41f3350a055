"""An installation made by `recourse init` on the database of this run, shared by the tests of a module."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from recourse.base.core import wiring
from recourse.base.vault import age
from recourse.base.vault.domain import new_case_code
from recourse.operations.ports import Installation
from tests import homes, servers
from tests.operations.commands import Installed
from tests.operations.saving import ERASE, PEOPLE, STANDING, Saved

_number = itertools.count(1)


@pytest.fixture(scope="session")
def new_database(postgres_server: servers.Postgres | None) -> Callable[[], list[str]]:
    """Return a function that gives the options for an empty database: none on SQLite."""

    def make() -> list[str]:
        if postgres_server is None:
            return []
        return ["--database-url", postgres_server.create(f"operations_{next(_number)}")]

    return make


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], list[str]]) -> Installed:
    """One for all tests that look and save; whoever starts processes takes one of her own."""
    return install(tmp_path_factory.mktemp("installed") / "home", *new_database())


def install(home: Path, *options: str) -> Installed:
    """Run `recourse init` as a process; what it said lies beside the home folder in `said`."""
    made = Installed(home)
    ports = ("--port", str(servers.free_port()), "--lmtp-port", str(servers.free_port()))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "recourse", "init", "--yes", "--home", str(home)),
            *("--agency-name", "Harbour Line", *ports, *options),
        ],
        env={k: v for k, v in made.environment().items() if k != "RECOURSE_CONFIG"},
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (home.parent / "said").write_text(done.stdout, encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def saved(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    folder = tmp_path_factory.mktemp("saved")
    recipient, identity = age.generate()
    (folder / "identity").write_text(f"# created: today\n{identity}\n", encoding="ascii")
    codes = [new_case_code() for _ in range(3)]
    told = installed.ask(PEOPLE, codes=codes)
    files: dict[str, list[Path]] = {}
    for number in ("first", "second"):
        options = ("--data", folder / number / "data", "--keys", folder / number / "keys")
        done = installed.run("backup", *options, "--recipient", recipient)
        assert done.returncode == 0, done.stderr
        files[number] = [Path(line) for line in done.stdout.splitlines()]
        if number == "first":
            installed.ask(ERASE, case_id=told["made"][codes[1]]["id"])
    return Saved(
        *(installed, codes, told["made"], [bytes.fromhex(blob) for blob in told["blobs"]]),
        *(files["first"][0], files["second"][1], recipient, identity, folder / "identity"),
    )


@pytest.fixture(scope="session")
def restored(
    saved: Saved, tmp_path_factory: pytest.TempPathFactory, new_database: Any
) -> tuple[Installed, str]:
    """The installation elsewhere, from the first data backup and the newest key backup."""
    home = tmp_path_factory.mktemp("elsewhere") / "home"
    arguments = [*saved.restore(home), "--verify", *new_database()]
    # Variables that speak of the old machine must not lead the restored installation to it.
    done = saved.installed.run(*arguments, RECOURSE_KEYS__FOLDER=str(saved.installed.home / "keys"))
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(home), done.stdout


@pytest.fixture(scope="session")
def standing(saved: Saved, restored: tuple[Installed, str]) -> tuple[Any, Any]:
    """What stands in the old installation and in the restored one."""
    old, new = (
        one.ask(STANDING, codes=saved.codes, made=saved.made) for one in (saved.installed, restored[0])
    )
    return old, new


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    homes.make(tmp_path)
    told = wiring.resolve(Installation)  # of a configuration that names no database
    kind: Any = connection.vendor
    return replace(told, home=tmp_path, keys=tmp_path / "keys", process="all", database=kind)
