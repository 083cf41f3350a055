"""Real processes: children come back when killed, none outlives its parent, and a request to end is heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recourse.operations.demo import answers_ok
from tests.operations.commands import Installed
from tests.operations.conftest import install

pytestmark = pytest.mark.db  # on PostgreSQL too: a process that ends must let go of its connection


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], list[str]]) -> Installed:
    return install(tmp_path_factory.mktemp("processes") / "home", *new_database())


def port_of(place: Installed) -> int:
    port: int = tomllib.loads((place.home / "recourse.toml").read_text("utf-8"))["web"]["port"]
    return port


@contextmanager
def serving(place: Installed, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `recourse serve` until it answers; whatever is left of it at the end is killed."""
    with (place.home / "serve.log").open("wb") as log:
        main = subprocess.Popen(
            [sys.executable, "-m", "recourse", "serve"],
            env=place.environment(**more),
            cwd=place.home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    started: dict[int, str] = {}
    try:
        within(30, lambda: answers_ok(port_of(place), "/readyz"))
        within(20, lambda: {"worker", "mail"} <= set(family(main.pid).values()))
        started = family(main.pid)
        yield main
    finally:
        left = {**started, **family(main.pid)}
        for pid in [main.pid, *left]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        main.wait(timeout=10)


def family(parent: int) -> dict[int, str]:
    """Return the children of a process: id -> worker, mail or web."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode().split("\0")
            status = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if status[:2] == ["S", str(parent)] or status[:2] == ["R", str(parent)]:
            role = next((name for name in ("worker", "mail") if name in line[3:4]), "web")
            if not any("resource_tracker" in part for part in line):
                found[int(entry.name)] = role
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def within(seconds: float, ready: Callable[[], object]) -> float:
    """Wait until something is so; returns how long it took."""
    started = time.monotonic()
    while not ready():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - started


def test_children_come_back_and_a_request_to_end_is_heard(place: Installed) -> None:
    with serving(place) as main:
        before = family(main.pid)
        for role in ("worker", "mail", "web"):
            os.kill(next(pid for pid, name in before.items() if name == role), signal.SIGKILL)

        def whole_again() -> bool:
            now = {pid: role for pid, role in family(main.pid).items() if pid not in before or alive(pid)}
            return sorted(now.values()) == sorted(before.values()) and now.keys() != before.keys()

        within(15, whole_again)
        within(15, lambda: answers_ok(port_of(place), "/readyz"))
        time.sleep(2)  # a child that is still starting has not said how it wants to end
        children = family(main.pid)
        main.send_signal(signal.SIGTERM)
        assert main.wait(timeout=10) == 0
        assert not [pid for pid in children if alive(pid)], "no child outlives it"
        assert "Traceback" not in (place.home / "serve.log").read_text("utf-8")


def test_none_outlives_a_parent_that_was_killed(place: Installed) -> None:
    with serving(place) as main:
        time.sleep(1)
        children = family(main.pid)
        assert sorted(children.values()) == ["mail", "web", "web", "worker"]
        main.kill()
        # A child that is still starting notices when it has started, which takes seconds on a busy machine.
        within(15, lambda: not any(map(alive, children)))


def test_a_mailbox_that_is_named_is_read_beside_and_nobody_dies_of_its_absence(place: Installed) -> None:
    more = {
        "RECOURSE_MAIL__IMAP_HOST": "127.0.0.1",
        "RECOURSE_MAIL__IMAP_TLS": "none",
        "RECOURSE_MAIL__IMAP_PORT": "1",
    }
    with serving(place, **more) as main:
        within(20, lambda: sorted(family(main.pid).values()) == ["mail", "mail", "web", "web", "worker"])
        before = family(main.pid)
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in before]
        assert sum(b"--imap" in line for line in lines) == 1
        within(15, lambda: '"mailbox_failed"' in (place.home / "serve.log").read_text("utf-8"))
        assert family(main.pid) == before, "it goes on trying"
        main.terminate()
        assert main.wait(timeout=15) == 0


def test_a_port_in_use_is_said_and_not_shared(place: Installed) -> None:
    with serving(place):
        done = place.run("serve", "--no-worker", "--no-mail")
        assert done.returncode == 78
        assert done.stderr.endswith(
            f"something listens on port {port_of(place)} already: stop it, or choose another [misconfigured]\n"
        )
        done = place.run("mail")
        assert done.returncode == 71
        assert done.stderr.endswith(" [system]\n")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("role", ["worker", "mail"])
def test_a_process_of_its_own_ends_with_status_0(place: Installed, role: str) -> None:
    with (place.home / f"{role}.log").open("wb") as log:
        alone = subprocess.Popen(
            [sys.executable, "-m", "recourse", role],
            env=place.environment(),
            cwd=place.home,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        heard = f"/proc/{alone.pid}/status"
        within(20, lambda: catches(heard, signal.SIGTERM))
        alone.terminate()
        assert alone.wait(timeout=5) == 0
    finally:
        if alone.poll() is None:
            alone.kill()
            alone.wait()


def catches(status: str, number: signal.Signals) -> bool:
    """Tell from the kernel's view of a process whether it handles a signal itself."""
    (mask,) = [line.split()[1] for line in Path(status).read_text().splitlines() if line.startswith("SigCgt")]
    return bool(int(mask, 16) >> (number - 1) & 1)
