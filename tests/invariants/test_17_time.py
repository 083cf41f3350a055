"""Invariant 17, "Time is UTC, injected, never read inside a decision"."""

from __future__ import annotations

from django.conf import settings

from tests.invariants.code import calls, imported, modules

READS = {"datetime.now", "timezone.now", "date.today", "datetime.today", "datetime.utcnow", "time.time"}
# Who may read the computer's own time, and why. The list may only shrink.
MAY_READ = {
    "base/core/clock.py",  # the one place that the business time comes from
    "base/jobs/adapters/clock.py",  # the same, with the demo's lead
    "base/jobs/services/clock.py",  # moves that lead
    "base/jobs/services/queue.py",  # leases run in real time
    "base/jobs/selectors.py",  # asks about leases
    "base/ledger/services/sequencing.py",  # the sequencer's lease
    "operations/doctor.py",  # compares the database's clock with the computer's
    "surfaces/survivor/cookies.py",  # sessions run in real time
}
# Of what decides and writes, only these ask the clock by themselves, for a caller that named no time.
MAY_ASK = {"base/jobs/services/queue.py", "base/jobs/selectors.py", "world/recipients/selectors.py"}


def test_invariant_17_the_computers_time_is_read_in_few_places() -> None:
    """17. Time is UTC, injected, never read inside a decision."""
    found = {path for path, tree in modules() if READS & set(calls(tree))}
    assert found <= MAY_READ
    assert found == MAY_READ, "shrink the list"


def test_invariant_17_what_decides_is_told_the_time() -> None:
    """17. Time is UTC, injected, never read inside a decision: domain, services and selectors take `now`."""
    deciding = ("domain", "services", "selectors")
    found = {
        path
        for path, tree in modules()
        if any(part.removesuffix(".py") in deciding for part in path.split("/"))
        and any(name.endswith("core.clock") or ".core.clock." in name for name in imported(tree))
    }
    assert found <= MAY_ASK


def test_invariant_17_no_time_is_without_its_zone() -> None:
    """17. Time is UTC: the tables keep zones, and a job refuses an argument without one."""
    assert settings.USE_TZ
    assert settings.TIME_ZONE == "UTC"
