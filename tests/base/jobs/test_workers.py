"""Many workers at once, on both databases: nothing twice, nothing lost, and nothing makes a worker die."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from recourse.base.jobs import registry, selectors, services, worker
from recourse.base.jobs.domain import JobContext, JobState
from recourse.base.jobs.models import Job
from recourse.base.jobs.services import queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


class Crew:
    """Runs functions in threads, each with its own connection; their errors come out at the end."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001
                self.errors.append(error)
            finally:
                connections.close_all()

        self.threads.append(threading.Thread(target=guarded))
        self.threads[-1].start()

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(timeout=30)
            assert not thread.is_alive()
        assert self.errors == []


@contextmanager
def workers(threads: int) -> Iterator[threading.Event]:
    stop, crew = threading.Event(), Crew()
    crew.start(lambda: worker.run(stop, threads=threads, poll=0.01))
    try:
        yield stop
    finally:
        stop.set()
        crew.wait()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_four_threads_do_every_job_once(now: datetime) -> None:
    done: Counter[int] = Counter()
    registry.handle("test.count", lambda context, args: done.update([args["n"]]))  # noqa: ARG005
    with transaction.atomic():
        for number in range(200):
            services.enqueue(kind="test.count", args={"n": number}, due_at=now)
    with workers(4):
        until(lambda: selectors.counts_by_state()["done"] == 200)
    assert done == Counter(range(200))


def test_claims_at_the_same_moment_never_share_a_job(now: datetime) -> None:
    for _ in range(40):
        services.enqueue(kind="test.x", args={}, due_at=now)
    taken: list[queue.Claimed] = []
    together, crew = threading.Barrier(4), Crew()

    def take() -> None:
        together.wait()
        while some := queue.claim(now=now, real_now=queue.lease_time(), limit=3):
            taken.extend(some)

    for _ in range(4):
        crew.start(take)
    crew.wait()
    # A claim skips rows that another transaction holds, so a thread may stop early; the rest is still free.
    taken += queue.claim(now=now, real_now=queue.lease_time(), limit=40)
    assert len(taken) == len({job.id for job in taken}) == 40


def test_the_same_key_at_the_same_moment_waits_once(now: datetime) -> None:
    together, crew, made = threading.Barrier(8), Crew(), []

    def put() -> None:
        together.wait()
        made.append(services.enqueue(kind="test.x", args={}, due_at=now, key="k"))

    for _ in range(8):
        crew.start(put)
    crew.wait()
    assert sum(job_id is not None for job_id in made) == 1
    assert Job.objects.count() == 1


def test_whoever_was_told_that_a_job_waits_is_seen_by_it(now: datetime) -> None:
    """The lost wake-up: a job that runs between an enqueue's look and its commit would miss the change."""
    services.enqueue(kind="test.x", args={}, due_at=now, key="k")
    looked, crew = threading.Event(), Crew()

    def change() -> None:
        with transaction.atomic():
            assert services.enqueue(kind="test.x", args={}, due_at=now, key="k") is None
            looked.set()
            time.sleep(0.3)
            Job.objects.create(kind="test.change", due_at=now + timedelta(days=1))

    crew.start(change)
    assert looked.wait(10)
    while not queue.claim(now=now, real_now=queue.lease_time(), limit=1):
        time.sleep(0.01)
    assert Job.objects.filter(kind="test.change").exists()
    crew.wait()


def test_two_who_enqueue_one_key_do_not_wait_for_each_other(now: datetime) -> None:
    services.enqueue(kind="test.x", args={}, due_at=now, key="k")
    if connection.vendor == "sqlite":  # one writer at a time is the database's own rule
        return
    first, crew = threading.Event(), Crew()

    def slow() -> None:
        with transaction.atomic():
            services.enqueue(kind="test.x", args={}, due_at=now, key="k")
            first.set()
            time.sleep(1)

    crew.start(slow)
    assert first.wait(10)
    started = time.monotonic()
    assert services.enqueue(kind="test.x", args={}, due_at=now - timedelta(hours=1), key="k") is None
    assert time.monotonic() - started < 0.7
    crew.wait()


def test_stopping_waits_for_the_running_job_and_begins_no_other(now: datetime) -> None:
    began, go = threading.Event(), threading.Event()

    def slow(context: JobContext, args: Mapping[str, Any]) -> None:
        began.set()
        assert go.wait(10)

    registry.handle("test.slow", slow)
    for _ in range(3):
        services.enqueue(kind="test.slow", args={}, due_at=now)
    with workers(1) as stop:
        assert began.wait(10)
        stop.set()
        go.set()
    assert Job.objects.filter(kind="test.slow", state=JobState.DONE).count() == 1


def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = threading.Event()
    registry.handle("test.x", lambda context, args: ran.set())  # noqa: ARG005
    failures, real_work = [OperationalError("gone"), OperationalError("gone")], worker.work_once

    def shaky(**arguments: Any) -> int:
        if failures:
            raise failures.pop()
        return real_work(**arguments)

    monkeypatch.setattr(worker, "work_once", shaky)
    monkeypatch.setattr(worker, "_DATABASE_AWAY", 0.01)
    services.enqueue(kind="test.x", args={}, due_at=now)
    with workers(1):
        assert ran.wait(10)
    assert failures == []


def test_a_handler_that_breaks_its_connection_or_transaction_harms_nobody(now: datetime) -> None:
    ran = threading.Event()

    def closes(context: JobContext, args: Mapping[str, Any]) -> None:
        connection.close()

    def breaks(context: JobContext, args: Mapping[str, Any]) -> None:
        with transaction.atomic():
            Job.objects.create(kind="never", due_at=now)
            connection.cursor().execute("SELECT nonsense FROM nowhere")

    registry.handle("test.closes", closes)
    registry.handle("test.breaks", breaks)
    registry.handle("test.last", lambda context, args: ran.set())  # noqa: ARG005
    for minute, kind in enumerate(["test.closes", "test.breaks", "test.last"]):
        services.enqueue(kind=kind, args={}, due_at=now - timedelta(minutes=9 - minute))
    with workers(1):
        assert ran.wait(10)
        until(lambda: selectors.counts_by_state()["done"] == 2)
    assert Job.objects.get(kind="test.breaks").error_code in {
        "internal.OperationalError",
        "internal.ProgrammingError",
    }
    assert not Job.objects.filter(kind="never").exists()


def test_quick_jobs_do_not_wait_behind_a_slow_one_in_another_thread(now: datetime) -> None:
    go, began, quick = threading.Event(), threading.Event(), threading.Event()

    def slow(context: JobContext, args: Mapping[str, Any]) -> None:
        began.set()
        assert go.wait(10)

    registry.handle("test.slow", slow)
    registry.handle("test.quick", lambda context, args: quick.set())  # noqa: ARG005
    with workers(2):
        services.enqueue(kind="test.slow", args={}, due_at=now)
        assert began.wait(10)
        services.enqueue(kind="test.quick", args={}, due_at=now)
        assert quick.wait(5)
        go.set()
