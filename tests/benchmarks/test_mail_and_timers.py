"""The benchmarks of sending and of timers run, at a hundredth of their size; nothing is timed against a limit."""

from __future__ import annotations

import os

import pytest

from benchmarks import sending, timers

pytestmark = pytest.mark.crash  # whole processes on both databases, like the crash tests
DATABASE = os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")


def test_invariant_9_every_approved_notice_is_sent_under_one_message_id_while_workers_die() -> None:
    found = sending.measure(DATABASE, count=100, kill_every=2.5, patience=40)
    assert found["kills"] >= 1
    assert (found["lost"], found["with two Message-IDs"], found["not told as handed over"]) == (0, 0, 0)
    assert found["jobs failed"] == 0


def test_timers_are_worked_off_by_urgency_while_the_site_answers() -> None:
    found = timers.measure(DATABASE, count=1_000, window=5.0)
    assert (found["left"], found["failed"]) == (0, 0)
    assert found["pages answered well"] == found["pages"] == 100
    late = found["lateness"]
    assert late["urgent"][1] <= late["later"][1], "who may wait waits longer"


def test_the_peers_run() -> None:
    assert timers.measure_bare(count=1_000)["a second"] > 0
    if DATABASE == "sqlite":
        assert sending.measure_bare(count=20)["a second"] > 0
