"""The benchmark of pages runs, at a hundredth of its smallest size; nothing here is timed against a limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.stack import site

from benchmarks import figures, pages

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


def test_its_section_takes_the_place_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "RESULTS.md"
    target.write_text("# Figures\n\n## One\n\nstays\n", encoding="utf-8")
    monkeypatch.setattr(figures, "TARGET", target)
    row = {"p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 4.0, "sent": 5, "good": 5}
    found = {
        "load_before": 0.5,
        "here": {"pages": {"desk queue": row}, "rows": 7, "fill_seconds": 1, "publish_seconds": 2},
    }
    figures.put(pages.section(found))
    once = target.read_text("utf-8")
    target.write_text(once + "\n## After\n\nstays too\n", encoding="utf-8")
    figures.put(pages.section(found))
    twice = target.read_text("utf-8")
    assert once.count(pages.HEADING) == twice.count(pages.HEADING) == 1
    assert "stays\n" in twice
    assert twice.endswith("## After\n\nstays too\n")
    assert "| here | desk queue | 1.0 | 2.0 | 3.0 | 4.0 | 5 | 5 |" in twice
