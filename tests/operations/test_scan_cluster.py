"""`recourse scan --ray`: two machines' worth of Ray, one killed half way, and the report of one machine alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from recourse.operations.scanning import cluster
from recourse.operations.scanning.errors import MissingExtraError
from recourse.operations.scanning.workers import Way
from tests.fingerprints.oracles import oracle
from tests.fingerprints.scenes import landscape, packed
from tests.servers import free_port

BIN = Path(sys.executable).parent
FILES = 480
QUIET = {
    **os.environ,
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "2",
}


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text("ascii").split()):
                found += [child, *descendants(child)]
    return found


def hashing(pid: int) -> bool:
    """Whether below a process there is a sandbox."""
    return below(pid, b"recourse.base.core.sandbox_child")


def below(pid: int, words: bytes) -> bool:
    for one in descendants(pid):
        with suppress(OSError):
            if words in Path(f"/proc/{one}/cmdline").read_bytes():
                return True
    return False


def kill(pid: int) -> None:
    for one in [pid, *descendants(pid)]:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


@contextmanager
def node(*how: str) -> Iterator[int]:
    """A machine of a cluster, with one processor; its process id."""
    command = [BIN / "ray", "start", "--block", "--num-cpus=1", *how]
    room = "--object-store-memory=100000000"
    with subprocess.Popen(
        [*command, room], env=QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            until("the node is up", lambda: has_raylet(running.pid))
            yield running.pid
        finally:
            kill(running.pid)


def has_raylet(pid: int) -> bool:
    """Whether a machine is up: its scheduler runs."""
    return below(pid, b"/raylet/raylet")


def until(said: str, happened: Callable[[], bool], seconds: float = 240) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, f"waited in vain until {said}"
        time.sleep(0.1)


def lines(path: Path) -> list[str]:
    return path.read_text("ascii").splitlines() if path.exists() else []


@pytest.mark.interop
def test_a_node_dies_half_way_and_the_report_is_the_same(tmp_path: Path) -> None:
    oracle("ray")
    pictures = tmp_path / "in"
    pictures.mkdir()
    for number in range(8):
        (tmp_path / f"{number}.jpg").write_bytes(packed(landscape(2400, 1800, number), "JPEG"))
    for number in range(FILES):
        os.link(tmp_path / f"{number % 8}.jpg", pictures / f"{number}.jpg")
    (pictures / "broken.jpg").write_bytes((tmp_path / "0.jpg").read_bytes()[:5000])
    scan = [BIN / "recourse", "scan", "in", "--out"]
    subprocess.run([*scan, "alone.jsonl"], cwd=tmp_path, check=True, capture_output=True)
    port, report = free_port(), tmp_path / "together.jsonl"
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as short:  # its sockets have long names
        head = node("--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={short}")
        with (
            head as first,
            node(f"--address=127.0.0.1:{port}") as second,
            subprocess.Popen(
                [*scan, report.name, "--ray", f"127.0.0.1:{port}"],
                cwd=tmp_path,
                env=QUIET,
                stderr=subprocess.PIPE,
            ) as running,
        ):
            until(
                "both nodes hash",
                lambda: hashing(first) and hashing(second) and len(lines(report)) > FILES // 4,
            )
            kill(second)
            done_before = len(lines(report))
            said = running.communicate(timeout=600)[1].decode()
    assert running.returncode == 0, said
    assert done_before < FILES * 3 // 4, "it was nearly over when the node died"
    assert sorted(lines(report)) == sorted(lines(tmp_path / "alone.jsonl"))
    assert len(lines(report)) == FILES + 2
    assert said.endswith("recourse: 481 files: 480 hashed, 1 not; 0 match\n")
    assert json.loads(lines(report)[0])["scan"] == 1


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"recourse\[ray\]"):
        next(cluster.in_cluster("auto", Way(60), iter(["x"])))
