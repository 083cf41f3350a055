"""Keeps the claims of a living worker alive, and lets those of a dead one go within seconds.

A claim holds for a short spell only. While its worker lives, a thread renews it; after SIGKILL nobody does, and
another worker takes the job up. A handler that runs longer than its kind allows is no longer renewed: it is
taken for stuck, and its end will meet a higher fence.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from uuid import UUID

import structlog
from django.db import Error, close_old_connections, connections

from recourse.base.jobs import registry
from recourse.base.jobs.services import queue
from recourse.base.jobs.services.queue import Claimed

BEATS_A_SPELL = 3
_log = structlog.get_logger(__name__)


class Heart:
    """The claims of one worker process; its threads add and drop, one thread renews."""

    def __init__(self) -> None:
        self._held: dict[UUID, tuple[Claimed, float]] = {}
        self._lock = threading.Lock()

    def take(self, jobs: Iterable[Claimed]) -> None:
        """Renew these from now on."""
        now = time.monotonic()
        with self._lock:
            self._held |= {job.id: (job, now) for job in jobs}

    def drop(self, jobs: Iterable[Claimed]) -> None:
        """Stop renewing these: they ended, or were given back."""
        with self._lock:
            for job in jobs:
                held = self._held.get(job.id)
                if held is not None and held[0].fence == job.fence:
                    del self._held[job.id]

    def beat(self) -> int:
        """Renew every claim that is old enough to need it; returns how many are still ours."""
        now, pause = time.monotonic(), interval()
        with self._lock:
            held = list(self._held.values())
        ours = 0
        for job, since in held:
            if now - since > registry.lease(job.kind).total_seconds():
                _log.error("job_takes_too_long", job_id=str(job.id), kind=job.kind)
                self.drop([job])
            elif now - since >= pause:
                ours += queue.renew(job, real_now=queue.lease_time())
        return ours

    def run(self, stop: threading.Event) -> None:
        """Beat until told to stop; a database that is away is tried again at the next beat."""
        try:
            while not stop.wait(interval()):
                try:
                    close_old_connections()
                    self.beat()
                except Error as error:  # the driver's InterfaceError is no DatabaseError
                    _log.warning("heart_missed_a_beat", error=type(error).__name__)
        finally:
            connections.close_all()


def interval() -> float:
    """Return the seconds between two beats."""
    return registry.SPELL.total_seconds() / BEATS_A_SPELL
