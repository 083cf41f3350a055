"""The soak of `make soak`, a hundredth of it: workers and producers die, and the books balance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SECONDS = float(os.environ.get("RECOURSE_CRASH_SECONDS", "2"))  # `make soak` says more
SCRIPT = Path(__file__).resolve().parents[3] / "benchmarks" / "soak_jobs.py"


@pytest.mark.db
@pytest.mark.crash
def test_invariants_1_and_9_hold_while_processes_are_killed() -> None:
    jobs = max(100, 20 * round(SECONDS))
    options = [
        "--seconds",
        str(SECONDS),
        "--jobs",
        str(jobs),
        "--workers",
        "2",
        "--database",
        settings.DATABASE,
    ]
    command = [sys.executable, str(SCRIPT), *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS + 120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["broken"] == {}
    assert figures["kills"] >= 3
    assert figures["messages"] == jobs / 10
    assert figures["deliveries"] >= jobs / 10
    assert figures["attempts"] >= jobs + 20
