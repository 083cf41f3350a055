"""A claim holds for a short spell; a living worker renews it, a stuck one and a dead one do not."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from recourse.base.jobs import registry, services, worker
from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.heart import Heart
from recourse.base.jobs.models import Job, JobState
from recourse.base.jobs.services import queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


class Slow:
    """A handler that takes as long as it is told, and counts how often it began."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began = 0

    def __call__(self, _context: JobContext, _args: Mapping[str, Any]) -> None:
        self.began += 1
        time.sleep(self.seconds)


@pytest.fixture
def short_spell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SPELL", timedelta(seconds=0.6))


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_heart_outlives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, short_spell: None, error: type[Exception]
) -> None:
    """The driver's InterfaceError is no DatabaseError: a heart that dies of it leaves long jobs to two workers."""
    heart, stop, beats = Heart(), threading.Event(), []

    def beat() -> int:
        beats.append(1)
        if len(beats) == 1:
            raise error("away")
        stop.set()
        return 0

    monkeypatch.setattr(heart, "beat", beat)
    thread = threading.Thread(target=heart.run, args=(stop,))
    thread.start()
    thread.join(timeout=5)
    stop.set()
    assert len(beats) == 2


def slow_job() -> Job:
    return Job.objects.get(kind="test.slow")  # beside the worker's own daily sweep


def put(now: datetime, handler: Slow, *, lease: float = 60) -> None:
    registry.handle("test.slow", handler, lease=timedelta(seconds=lease))
    services.enqueue(kind="test.slow", args={}, due_at=now)


def test_two_workers_leave_a_long_job_to_the_one_that_lives(now: datetime, short_spell: None) -> None:
    slow, stop = Slow(2.0), threading.Event()
    put(now, slow)
    thread = threading.Thread(target=worker.run, args=(stop,), kwargs={"threads": 2, "poll": 0.05})
    thread.start()
    try:
        until = time.monotonic() + 20
        while slow_job().state != JobState.DONE and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join()
    assert slow_job().state == JobState.DONE
    assert (slow.began, slow_job().fence) == (1, 1)


def test_what_a_dead_worker_held_is_free_after_a_spell(now: datetime, short_spell: None) -> None:
    put(now, Slow(0))
    assert queue.claim(now=now, real_now=queue.lease_time(), limit=1)
    assert worker.work_once(now=now) == 0
    time.sleep(0.7)
    assert worker.work_once(now=now) == 1


def test_a_job_that_takes_longer_than_its_kind_may_is_given_up(now: datetime, short_spell: None) -> None:
    put(now, Slow(0), lease=0.3)
    claimed = queue.claim(now=now, real_now=queue.lease_time(), limit=1)
    heart = Heart()
    heart.take(claimed)
    time.sleep(0.35)
    assert heart.beat() == 0
    assert worker.work_once(now=now) == 1, "somebody else takes it up"


def test_a_heart_renews_only_what_is_old_enough_and_still_ours(now: datetime, short_spell: None) -> None:
    put(now, Slow(0))
    [job] = queue.claim(now=now, real_now=queue.lease_time(), limit=1)
    heart = Heart()
    heart.take([job])
    assert heart.beat() == 0, "claimed a moment ago"
    time.sleep(0.25)
    assert heart.beat() == 1
    Job.objects.update(fence=9)
    assert heart.beat() == 0, "somebody else holds it"
    heart.drop([job])
    assert heart.beat() == 0
