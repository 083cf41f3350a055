"""The benchmark of pages runs, at a hundredth of its smallest size; nothing here is timed against a limit."""

from __future__ import annotations

import os

import pytest
from benchmarks.stack import site

from benchmarks import pages

pytestmark = pytest.mark.crash  # whole processes on both databases, like the crash tests


def test_every_page_answers_over_copied_cases() -> None:
    with site(os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")) as running:
        found = pages.measure(running, items=500, seconds=1)
    assert found["items"] == 500
    assert found["rows"] > 4 * 500
    for name, row in found["pages"].items():
        if name != "bare query":
            assert (row["sent"], row["good"]) == (20, 20), name
    assert "| desk queue |" in pages.table({"here": found})
