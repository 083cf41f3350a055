"""The benchmark of scanning runs at a hundredth beside its peer; nothing is timed against a limit."""

import re

import pytest

from tests.fingerprints.oracles import oracle

pytestmark = pytest.mark.interop


def test_every_part_runs() -> None:
    oracle("threatexchange")
    from benchmarks import fingerprints_scan  # noqa: PLC0415 - imports what it compares with

    page = fingerprints_scan.section((10, 40, 80), rounds=1)
    assert page.startswith("## Scan\n")
    starts = re.search(r"hash (\S+) s, match (\S+) s, scan (\S+) s, an empty Python (\S+) s", page)
    assert starts
    assert all(float(seconds) > 0 for seconds in starts.groups())
    assert [row.split(" | ")[0] for row in page.splitlines() if row.startswith("| ")][1:] == [
        "| 10",
        "| 40",
        "| 80",
    ]
