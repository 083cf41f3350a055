"""The benchmark of the device runs, on small files; nothing here is timed against a limit."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.fingerprints.oracles import oracle

pytestmark = [pytest.mark.e2e, pytest.mark.interop]


def test_device_and_peer_are_measured_on_the_same_files() -> None:
    for name in ("vpdq", "threatexchange"):
        oracle(name)
    page = import_module("benchmarks.fingerprints_device").section(quick=True)
    lines = [line.strip("| ").split(" | ") for line in page.splitlines()[-2:]]
    assert [line[0] for line in lines] == [
        "JPEG, 0.3 megapixels; threatexchange",
        "2 s of 720p30, H.264; vpdq",
    ]
    assert all(int(line[-1]) <= 2 for line in lines)
