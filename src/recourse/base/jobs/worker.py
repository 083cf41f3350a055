"""The worker: claims what is due, runs its handler outside every transaction, records how it ended.

Any number of threads and processes may work at once, on both databases. One bad job never blocks another: it
waits, longer each time, and is visible as failed in the end. The text of an error goes nowhere; its code and
the lines it came through go to the log.

Refuses: to die of a handler's error or of a database that is away for a while.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import close_old_connections, connections

from recourse.base.core import clock
from recourse.base.jobs import registry
from recourse.base.jobs.domain import JobContext, code_of
from recourse.base.jobs.heart import Heart
from recourse.base.jobs.services import queue
from recourse.base.jobs.services.queue import Claimed

POLL = 0.2  # seconds between looks at an empty queue
MOST_AT_ONCE = 20
PAUSE = 0.001  # seconds between batches at least: on SQLite a tight loop of writers would hold up the web
REST = 1.0  # share of a batch's time that its thread rests afterwards: half of a busy machine stays for the pages
LONGEST_REST = 0.1  # seconds; a batch that waited for the network used no machine
_SLOW = timedelta(seconds=0.5)  # after this, claimed jobs that were not begun go back to other workers
_DATABASE_AWAY = 1.0
_log = structlog.get_logger(__name__)


def work_once(
    *,
    now: datetime,
    limit: int = MOST_AT_ONCE,
    real_now: datetime | None = None,
    heart: Heart | None = None,
) -> int:
    """Claim up to `limit` due jobs and run them one after the other.

    Args:
        now: business time; decides what is due and is told to the handlers.
        limit: how many to claim at most.
        real_now: real time for leases; the computer's unless a test says otherwise.
        heart: renews what is claimed here while it is worked on.

    Returns:
        How many jobs were begun. 0 means nothing was due that nobody else holds.
    """
    real = real_now or queue.lease_time()
    # A look outside a transaction first: on SQLite every transaction is a writer.
    if not queue.anything_due(now=now, real_now=real):
        return 0
    started = time.monotonic()
    heart = heart or Heart()
    claimed = queue.claim(now=now, real_now=real, limit=limit)
    heart.take(claimed)
    try:
        return _work_through(deque(claimed), now=now, real=real, started=started, heart=heart)
    finally:
        heart.drop(claimed)


def _work_through(
    waiting: deque[Claimed], *, now: datetime, real: datetime, started: float, heart: Heart
) -> int:
    begun = 0
    while waiting:
        elapsed = timedelta(seconds=time.monotonic() - started)
        if begun and elapsed > _SLOW:
            heart.drop(waiting)
            queue.release(waiting)
            break
        job = waiting.popleft()
        if queue.hold(job, real_now=real + elapsed):
            begun += 1
            _run_one(job, now)
        heart.drop([job])
    return begun


def run(
    stop: threading.Event,
    *,
    threads: int = 2,
    poll: float = POLL,
    limit: int = MOST_AT_ONCE,
    pause: float = PAUSE,
) -> None:
    """Work until `stop` is set; the jobs that are running then are finished first.

    Args:
        stop: ends the work.
        threads: how many jobs at a time.
        poll: seconds between looks at an empty queue.
        limit: the largest batch a thread claims.
        pause: seconds between batches.
    """
    heart, ended = Heart(), threading.Event()
    beating = threading.Thread(target=heart.run, args=(ended,), name="jobs-heart")
    crew = [
        threading.Thread(target=_loop, args=(stop, heart, poll, limit, pause), name=f"jobs-{number}")
        for number in range(threads)
    ]
    for one in (beating, *crew):
        one.start()
    for one in crew:
        one.join()
    ended.set()  # after the last job: what still runs after a SIGTERM is renewed to its end
    beating.join()


def _loop(stop: threading.Event, heart: Heart, poll: float, limit: int, pause: float) -> None:
    batch, swept = 1, False
    try:
        while not stop.is_set():
            try:
                close_old_connections()
                now = clock.now()
                if not swept:
                    registry.plan_recurring(now)
                    swept = True
                started = time.monotonic()
                begun = work_once(now=now, limit=batch, heart=heart)
            except Exception as error:  # noqa: BLE001 - the loop outlives everything
                _log.error("worker_could_not_work", code=code_of(error), where=_where(error))
                connections.close_all()
                stop.wait(_DATABASE_AWAY)
                continue
            # Quick jobs are claimed in growing batches; a slow one (network) makes the next claim small again,
            # so that nothing urgent waits behind it in this thread's hands.
            took = time.monotonic() - started
            quick = took < _SLOW.total_seconds() / 2
            batch = min(limit, batch * 2) if quick and begun == batch else max(1, batch // 2 if quick else 1)
            rest = max(pause, min(LONGEST_REST, took * REST))
            stop.wait(rest if begun else poll * (0.5 + random.random()))  # noqa: S311 - spreads load
    finally:
        connections.close_all()


def _run_one(job: Claimed, now: datetime) -> None:
    if job.worn_out:
        _fail(job, queue.LOST, now, [])
        return
    context = JobContext(job_id=job.id, kind=job.kind, attempt=job.attempt, fence=job.fence, now=now)
    try:
        registry.registration(job.kind).handler(context, job.args)
    except registry.UnknownKindError as error:
        _fail(job, "unknown_kind", now, _where(error))
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way
        _fail(job, code_of(error), now, _where(error))
    else:
        if not queue.finish(job, now=now):
            _log.warning("job_overtaken", job_id=str(job.id), kind=job.kind, fence=job.fence)


def _fail(job: Claimed, code: str, now: datetime, where: list[str]) -> None:
    last = queue.is_last(job)
    about = {"job_id": str(job.id), "kind": job.kind, "attempt": job.attempt, "code": code}
    _log.log(logging.ERROR if last else logging.WARNING, "job_failed", last=last, where=where, **about)
    # Told before it is marked: a worker that dies in between is followed by one that tells again.
    if last and queue.hold(job, real_now=queue.lease_time()):
        _tell_exhausted(job, now)
    if not queue.fail(job, code=code, now=now):
        _log.warning("job_overtaken", job_id=str(job.id), kind=job.kind, fence=job.fence)


def _tell_exhausted(job: Claimed, now: datetime) -> None:
    try:
        told = registry.registration(job.kind).exhausted
        if told is not None:
            told(JobContext(job.id, job.kind, job.attempt, job.fence, now), job.args)
    except registry.UnknownKindError:
        return
    except Exception as error:  # noqa: BLE001 - one bad job never blocks another
        _log.error("job_end_not_told", job_id=str(job.id), code=code_of(error), where=_where(error))


def _where(error: BaseException) -> list[str]:
    """Return the last lines an error came through, without its text, which may hold content."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return ["/".join(Path(frame.filename).parts[-2:]) + f":{frame.lineno}" for frame in frames]
