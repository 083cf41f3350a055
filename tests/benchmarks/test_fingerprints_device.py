"""The benchmark of the device runs, on small files; nothing here is timed against a limit."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fingerprints.oracles import oracle

pytestmark = pytest.mark.interop


def test_device_and_peer_are_measured_on_the_same_files() -> None:
    for name in ("vpdq", "threatexchange"):
        oracle(name)
    # By itself, as it is used: a browser of the tests may be at work in this process.
    command = [sys.executable, "-m", "benchmarks.fingerprints_device", "--quick"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.strip("| ").split(" | ") for line in page.splitlines()[-2:]]
    assert [line[0] for line in lines] == [
        "JPEG, 0.3 megapixels; threatexchange",
        "2 s of 720p30, H.264; vpdq",
    ]
    assert all(int(line[-1]) <= 2 for line in lines)
