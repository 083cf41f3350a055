"""Processes that record and publish are killed at random moments: no leaf is lost, the tree never forks."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

from recourse.base.ledger import selectors, services
from recourse.base.ledger.domain import EntryKind, LedgerBusyError
from recourse.base.ledger.models import Checkpoint, Disclosure, Head, Leaf
from recourse.base.ledger.services import sequencing
from recourse.base.ledger.verification import verify_folder
from tests.base.ledger import logs

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.db,
    pytest.mark.crash,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

SECONDS = float(os.environ.get("RECOURSE_CRASH_SECONDS", "6"))


def child(work: Callable[[], None]) -> int:
    """Fork a process that does `work` until it is killed, with database connections of its own."""
    connections.close_all()
    process = os.fork()
    if process:
        return process
    try:
        while True:
            work()
    finally:
        os._exit(1)


def test_killed_publishers_and_recorders_lose_nothing_and_never_fork(
    now: datetime, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "LEASE", timedelta(seconds=0.1))  # so that many are overtaken alive, too
    accepted = tmp_path / "accepted"

    def recorder() -> None:
        entry_id = services.record(kind=EntryKind.NOTICE, facts={"recipient": "harbour-social"}, now=now)
        with accepted.open("a") as file:  # what the caller was told is recorded
            file.write(f"{entry_id}\n")

    def publisher() -> None:
        try:
            services.publish(now=now)
        except LedgerBusyError:
            time.sleep(0.01)

    kept: list[str] = []
    crew = {child(recorder): recorder, child(publisher): publisher, child(publisher): publisher}
    kills, start = 0, time.monotonic()
    try:
        while (passed := time.monotonic() - start) < SECONDS or (passed < 3 * SECONDS and len(set(kept)) < 4):
            time.sleep(random.uniform(0.05, 0.3))
            victim = random.choice(list(crew))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            kills += 1
            work = crew.pop(victim)
            crew[child(work)] = work
            if (folder / "checkpoint").exists():
                kept.append((folder / "checkpoint").read_text())  # a reader, in the middle of it
    finally:
        for process in crew:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    services.publish(now=now)
    assert kills >= 5
    assert not list(folder.rglob(".*.tmp"))
    recorded = {UUID(line) for line in accepted.read_text().split()}
    assert recorded
    assert recorded <= set(Leaf.objects.values_list("entry_id", flat=True))
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(
        range(Head.objects.get().size)
    )
    assert Disclosure.objects.count() == Leaf.objects.count()
    assert selectors.figures().unaccounted == 0
    older = {*kept, *Checkpoint.objects.values_list("text", flat=True)}
    assert len(older) >= 2
    for text in older:
        verdict = verify_folder(folder, str(logs.verifier()), older=text)
        assert verdict.exit_status == 0, verdict.sentence
