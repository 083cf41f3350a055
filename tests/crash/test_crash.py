"""Accepted means stored; nothing approved is lost; nothing is sent twice by accident; the tree never forks.

Invariants 1 and 9 of the design, under SIGKILL at random moments, on both databases.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from recourse_town.officers import Officer
from recourse_town.people import StoryError, Survivor, wait_until
from tests.crash.stack import SECONDS, Stack, stack

pytestmark = pytest.mark.crash

REPORTERS = 4
LEDGER = """
from recourse.base.ledger.models import Disclosure, Leaf, LeafQueue
recorded = set(Disclosure.objects.values_list("entry_id", flat=True))
queued = set(LeafQueue.objects.values_list("entry_id", flat=True))
leaves = list(Leaf.objects.values_list("entry_id", flat=True))
print(json.dumps({
    "recorded": len(recorded), "leaves": len(leaves), "lost": len(recorded - set(leaves) - queued),
    "twice": len(leaves) - len(set(leaves)) + len(queued & set(leaves)),
}))
"""
COUNTS = """
from recourse.work.notices.models import Notice
from recourse.base.jobs.models import Job
sent = list(Notice.objects.filter(sent_at__isnull=False).values_list("message_id", flat=True))
print(json.dumps({
    "approved": Notice.objects.filter(approved_at__isnull=False).count(),
    "cancelled": Notice.objects.filter(state__in=["cancelled", "held"]).count(),
    "sent": [m.strip("<>") for m in sent],
    "failed": list(Job.objects.filter(state="failed").values_list("kind", flat=True)),
}))
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    database = os.environ.get("RECOURSE_TEST_DATABASE", "sqlite")
    with stack(tmp_path_factory.mktemp("crash"), database=database) as one:
        yield one


class Reporters:
    """People who report, one after the other, while processes die."""

    def __init__(self, running: Stack) -> None:
        self.running = running
        self.accepted: list[Survivor] = []
        self.broken: list[str] = []

    def report(self, stop: threading.Event, first: int) -> None:
        number = first
        while not stop.is_set():
            survivor = Survivor(self.running.demo.port, patience=30)
            try:
                survivor.report(
                    {"places": self.running.publish(number), "for_whom": "", "age_in_picture": ""}
                )
                self.accepted.append(survivor)
            except (StoryError, LookupError, httpx.TransportError) as error:
                self.broken.append(str(error)[:200])
            survivor.leave()
            number += REPORTERS


def work_the_desk(officer: Officer, stop: threading.Event, done: list[str]) -> None:
    """Assess and approve whatever the queue offers; a broken page is opened again."""
    while not stop.is_set():
        try:
            queue = officer.browser.get("/")
            for path in {node.attributes["href"] for node in queue.tree.css('a[href*="/case/"]')}:
                page = officer.open_for(path, "assess")
                notices = {node.attributes["href"] for node in page.tree.css('a[href*="/notice/"]')}
                if not notices and page.tree.css_first('input[name="item"]'):
                    officer.assess(page, "Her statement.")
                for notice in notices:
                    if officer.open_for(notice, "approve_notice").tree.css_first('form[action$="/approve"]'):
                        officer.approve(notice)
                        done.append(notice)
        except (StoryError, LookupError, httpx.TransportError):
            time.sleep(0.2)


def first_notice(running: Stack, officer: Officer) -> str:
    """Have one notice ready before the first shot, so that approving and sending happens under fire."""
    survivor = Survivor(running.demo.port)
    survivor.report({"places": running.publish(999), "for_whom": "", "age_in_picture": ""})

    def assessed() -> str | None:
        try:
            page = officer.open_case("assess")
            if page.tree.css_first('a[href*="/notice/"]'):
                return page.link(containing="/notice/")
            if page.tree.css_first('input[name="item"]'):
                officer.assess(page, "Her statement.")
        except LookupError:
            return None
        return None

    notice = wait_until("a notice to be drafted", assessed)
    wait_until("her to be asked", lambda: survivor.decide("go_on") or None)
    survivor.leave()
    return notice


def approve_patiently(officer: Officer, notice: str) -> None:
    """Approve a notice unless it was approved already."""

    def approved() -> bool | None:
        try:
            page = officer.open_for(notice, "approve_notice")
            if page.tree.css_first('form[action$="/approve"]'):
                officer.approve(notice)
                return None
        except (StoryError, LookupError, httpx.TransportError):
            return None
        return True

    wait_until("the notice to be approved", approved)


def fire(running: Stack, officer: Officer) -> tuple[Reporters, list[str]]:
    stop, approved, reporters = threading.Event(), [], Reporters(running)
    threads = [
        threading.Thread(target=reporters.report, args=(stop, 1000 + index)) for index in range(REPORTERS)
    ]
    threads.append(threading.Thread(target=work_the_desk, args=(officer, stop, approved)))
    threads.append(threading.Thread(target=running.kill_at_random, args=(stop, 7)))
    for thread in threads:
        thread.start()
    try:
        time.sleep(SECONDS / 2)
        running.publish_ledger()
        time.sleep(SECONDS / 2)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return reporters, approved


def test_nothing_is_lost_when_processes_are_killed(running: Stack, tmp_path: Path) -> None:
    officer = Officer(running.demo.port, patience=30)
    officer.enrol(running.demo.invite("officer", "crash-officer", "Officer 09"))
    drafted = first_notice(running, officer)
    reporters, _ = fire(running, officer)
    approve_patiently(officer, drafted)  # under fire it may not have come so far
    assert running.killed, "nothing was killed: the test proves nothing"
    assert reporters.accepted, reporters.broken[:3]

    running.rest()
    for survivor in reporters.accepted:
        survivor.look()  # raises when the code does not open the case
        survivor.leave()
    counts = running.ask(COUNTS)
    letters = [letter["message_id"].strip("<>") for letter in running.state()["letters"]]
    assert counts["failed"] == []
    assert counts["approved"] > 0
    assert counts["approved"] == len(counts["sent"]) + counts["cancelled"]
    assert set(letters) == set(counts["sent"])
    assert len(counts["sent"]) == len(set(counts["sent"]))
    officer.browser.close()
    check_ledger(running, tmp_path)


def check_ledger(running: Stack, tmp_path: Path) -> None:
    """No leaf is lost, and the log that was published during the shooting is the beginning of today's."""
    command = running.demo.command
    command("ledger", "publish")
    command("ledger", "export", str(tmp_path / "record"))
    counts = running.ask(LEDGER)
    assert counts["leaves"] > 0
    assert (counts["lost"], counts["twice"]) == (0, 0), counts
    older = ["--older", str(running.published)] if running.published else []
    key = (tmp_path / "record" / "vkey").read_text("utf-8").strip()
    assert "All holds" in command("ledger", "verify", str(tmp_path / "record"), "--vkey", key, *older)
    assert older, "nothing was published during the shooting: the test proves less than it says"
