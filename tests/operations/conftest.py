"""An installation made by `recourse init` on the database of this run, shared by the tests of a module."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import servers
from tests.operations.commands import Installed

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
