"""A running installation without a town, for measuring: the real web server, worker beside or not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import servers

from recourse.operations.demo import answers_ok, free_port
from recourse.operations.initialise import Answers, make_installation

WORKERS = 2
START_SECONDS = 60


class Site:
    """One installation, being measured."""

    def __init__(self, home: Path, port: int, database: str) -> None:
        self.home, self.port, self.database = home, port, database
        self.extra: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What its processes run with."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "recourse.config.settings",
            "RECOURSE_CONFIG": str(self.home / "recourse.toml"),
            "RECOURSE_PROCESS": "all",
            **self.extra,
        }

    def seed(self, what: str, count: int) -> list[str]:
        """Fill it; returns the cookies."""
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.seed", what, str(count)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [
            json.loads(line)["cookie"] for line in done.stdout.splitlines() if line.startswith('{"cookie"')
        ]

    def run(self, module: str, *arguments: str) -> str:
        """Run one of our modules inside it; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{module}: status {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout.strip()

    def ask(self, code: str) -> object:
        """Run lines inside it (they print JSON last); returns what they printed."""
        text = "import django, json; django.setup()\n" + code
        done = subprocess.run(
            [sys.executable, "-c", text], env=self.environment, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.strip().splitlines()[-1])

    @contextmanager
    def serving(self, *, worker: bool) -> Iterator[None]:
        """Run the web server, with the queue's worker beside when asked."""
        command = [sys.executable, "-m", "recourse", "serve", "--no-mail", "--workers", str(WORKERS)]
        process = subprocess.Popen(
            command if worker else [*command, "--no-worker"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(lambda: answers_ok(self.port, "/readyz"))
            yield
        finally:
            process.terminate()
            process.wait(timeout=40)


@contextmanager
def site(database: str) -> Iterator[Site]:
    """Make an installation on `sqlite` or `postgres` (with fsync, as in production)."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-bench-"))
    try:
        if database == "postgres":
            with servers.postgres(fsync=True) as server:
                yield _make(folder, database, server.create("bench"))
        else:
            yield _make(folder, database, "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, database: str, url: str) -> Site:
    port = free_port()
    make_installation(folder / "home", Answers(port=port, lmtp_port=free_port(), database_url=url))
    return Site(folder / "home", port, database)


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError("the site did not start")
        time.sleep(0.1)
