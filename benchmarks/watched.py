"""A command with all that it starts: how long it takes, what it uses, and when its report has a first line.

`python -m benchmarks.watched SECONDS REPORT COMMAND...` interrupts the command after so many seconds and prints JSON.
What the command leaves behind is waited for, so that no process's time is missing.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from pressing Enter, and until the first line of the report; processor seconds; most MiB of a process."""

    status: int
    seconds: float
    first: float
    processor: float
    mebibytes: float


def watched(seconds: float, report: Path, command: list[str | Path]) -> Run:
    """Run a command in a fresh process that watches it."""
    told = [sys.executable, "-m", "benchmarks.watched", str(seconds), report, *command]
    done = subprocess.run(told, stdout=subprocess.PIPE, check=True)
    return Run(**json.loads(done.stdout))


def run(seconds: float, report: Path, command: list[str]) -> Run:
    """Run a command; everything that it leaves becomes a child of this process."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may ignore it
    began = time.perf_counter()
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    first = 0.0
    while running.poll() is None:
        taken = time.perf_counter() - began
        if not first and has_lines(report):
            first = taken
        if taken > seconds:
            running.send_signal(signal.SIGINT)
            running.wait()
        time.sleep(0.01 if first else 0.002)
    taken = time.perf_counter() - began
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    return Run(running.returncode, taken, first or taken, processor, used.ru_maxrss / 1024)


def has_lines(report: Path) -> bool:
    """Say whether something stands in the report beside its head."""
    try:
        with report.open("rb") as file:
            return file.read(4096).count(b"\n") > 1
    except OSError:
        return False


if __name__ == "__main__":
    print(json.dumps(asdict(run(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))))
