"""The benchmarks run, at a hundredth of their size; nothing here is timed against a limit."""

from __future__ import annotations

import os

import pytest
from benchmarks.stack import site

from benchmarks import intake, load

pytestmark = pytest.mark.crash  # whole processes on both databases, like the crash tests


def test_every_submission_that_was_accepted_is_stored_and_every_page_answers() -> None:
    with site(os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")) as running:
        sent = intake.measure_submissions(running, rate=20, seconds=1)
        pages = intake.measure_status(running, cases=250, seconds=1)
    assert sent["sent"] == sent["accepted"] == sent["stored"] == 20
    assert pages["good"] == pages["sent"] == 50
    assert "| intake |" in intake.table({"intake": sent})


def test_percentiles_are_ranks() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [load.percentile(values, share) for share in (0.5, 0.95, 1.0)] == [50, 95, 100]
    assert load.percentile([7.0], 0.99) == 7
