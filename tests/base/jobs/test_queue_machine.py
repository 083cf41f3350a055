"""A model of the queue beside the queue: enqueue, claim, crash, finish, fail, cancel in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recourse.base.jobs import registry, services
from recourse.base.jobs.domain import JobState, Priority
from recourse.base.jobs.models import Job
from recourse.base.jobs.services import queue
from recourse.base.jobs.services.queue import Claimed
from tests.base.jobs.conftest import Recorder

pytestmark = [pytest.mark.django_db, pytest.mark.db]
START = datetime(2026, 3, 2, tzinfo=UTC)
LEASE = timedelta(seconds=15)  # within a spell, so that this is what a claim holds
ATTEMPTS = 3


@dataclass
class Modelled:
    due_at: datetime
    priority: int
    key: str | None
    state: str = "open"
    fence: int = 0
    attempts: int = 0
    lease_until: datetime | None = None
    finishes: int = 0
    ever_failed: bool = field(default=False)


class QueueMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        Job.objects.all().delete()
        self.now, self.real = START, START
        self.jobs: dict[Any, Modelled] = {}
        self.claims: list[Claimed] = []

    def free(self, job: Modelled) -> bool:
        return job.lease_until is None or job.lease_until < self.real

    @rule(
        key=st.sampled_from([None, "a", "b"]),
        wait=st.integers(-5, 60),
        priority=st.sampled_from(list(Priority)),
    )
    def enqueue(self, key: str | None, wait: int, priority: Priority) -> None:
        due_at = self.now + timedelta(seconds=wait)
        waiting = [
            j
            for j in self.jobs.values()
            if key and j.key == key and j.state == "open" and self.free(j) and j.attempts < ATTEMPTS
        ]
        job_id = services.enqueue(kind="test.work", args={}, due_at=due_at, priority=priority, key=key)
        assert (job_id is None) == bool(waiting)
        for job in waiting:
            if job.fence == 0:
                job.due_at = min(job.due_at, due_at)
        if job_id:
            self.jobs[job_id] = Modelled(due_at, priority, key)

    @rule(seconds=st.integers(1, 90))
    def business_time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.integers(1, 90))
    def real_time_passes(self, seconds: int) -> None:
        self.real += timedelta(seconds=seconds)

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        due = {
            i: j for i, j in self.jobs.items() if j.state == "open" and self.free(j) and j.due_at <= self.now
        }
        claimed = queue.claim(now=self.now, real_now=self.real, limit=limit)
        assert len(claimed) == min(limit, len(due))
        order = sorted((j.priority, j.due_at) for j in due.values())[:limit]
        assert [(due[c.id].priority, due[c.id].due_at) for c in claimed] == order
        for one in claimed:
            job = self.jobs[one.id]
            assert one.worn_out == (job.attempts >= ATTEMPTS)
            job.fence, job.attempts, job.lease_until = job.fence + 1, job.attempts + 1, self.real + LEASE
            assert (one.fence, one.attempt) == (job.fence, job.attempts)
        self.claims += claimed

    def current(self, claim: Claimed) -> Modelled | None:
        job = self.jobs[claim.id]
        return (
            job if job.state == "open" and job.fence == claim.fence and job.lease_until is not None else None
        )

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """By anybody who ever claimed: also one that was thought dead and comes back late."""
        claim = data.draw(st.sampled_from(self.claims))
        job = self.jobs[claim.id]
        mine = job.state == "open" and job.fence == claim.fence
        assert queue.finish(claim, now=self.now) == mine
        if mine:
            job.state, job.finishes = "done", job.finishes + 1

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        job = self.jobs[claim.id]
        mine = job.state == "open" and job.fence == claim.fence
        assert queue.fail(claim, code="x", now=self.now) == mine
        if mine and claim.attempt >= ATTEMPTS:
            job.state = "failed"
        elif mine:
            job.lease_until = None
            job.due_at = Job.objects.get(id=claim.id).due_at
            assert job.due_at > self.now

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def begin_work(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        job = self.jobs[claim.id]
        mine = job.state == "open" and job.fence == claim.fence
        assert queue.hold(claim, real_now=self.real) == mine
        if mine and claim.lease_until - self.real <= LEASE / 2:
            job.lease_until = self.real + LEASE

    @rule(key=st.sampled_from(["a", "b"]))
    def cancel(self, key: str) -> None:
        hit = [j for j in self.jobs.values() if j.key == key and j.state == "open"]
        assert services.cancel(key=key, now=self.now) == len(hit)
        for job in hit:
            job.state = "cancelled"

    @invariant()
    def nothing_is_lost_and_nothing_done_twice(self) -> None:
        if not hasattr(self, "jobs"):
            return
        rows = {row.id: row for row in Job.objects.all()}
        assert set(rows) == set(self.jobs)
        for job_id, job in self.jobs.items():
            row = rows[job_id]
            lease = row.lease_until if row.state == JobState.OPEN else None
            assert (row.state, row.fence, row.attempts, row.due_at) == (
                job.state,
                job.fence,
                job.attempts,
                job.due_at,
            )
            assert lease == (job.lease_until if job.state == "open" else None)
            assert job.finishes <= 1
        for key in ("a", "b"):
            assert sum(r.key == key and r.state == JobState.OPEN and r.fence == 0 for r in rows.values()) <= 1

    def teardown(self) -> None:
        """Whatever happened before, everything open can still be worked off."""
        if not hasattr(self, "jobs"):
            return
        for _ in range(ATTEMPTS + 2):
            self.now, self.real = self.now + timedelta(days=1), self.real + timedelta(days=1)
            for claim in queue.claim(now=self.now, real_now=self.real, limit=1000):
                assert queue.finish(claim, now=self.now)
        assert not Job.objects.filter(state=JobState.OPEN).exists()


def test_the_queue_behaves_as_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    machine: list[QueueMachine] = []

    class Watched(QueueMachine):
        def __init__(self) -> None:
            super().__init__()
            machine[:] = [self]

    registry.handle("test.work", Recorder(), max_attempts=ATTEMPTS, lease=LEASE)
    monkeypatch.setattr(queue, "lease_time", lambda: machine[0].real)
    with transaction.atomic():
        run_state_machine_as_test(
            Watched,
            settings=settings(
                max_examples=40,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
