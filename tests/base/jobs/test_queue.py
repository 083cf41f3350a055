"""The queue: what is due runs once, failures wait and end visibly, one key waits once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from recourse.base.jobs import registry, selectors, services, tasks, worker
from recourse.base.jobs.domain import JobContext, JobState, Priority, wait_after
from recourse.base.jobs.models import Job
from recourse.base.jobs.services import queue
from tests.base.jobs.conftest import Recorder, away

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def no_one(context: JobContext, args: Mapping[str, Any]) -> None:
    raise NotImplementedError


def put(due_at: datetime, **more: object) -> UUID | None:
    return services.enqueue(kind="test.work", args={"n": 1}, due_at=due_at, **more)  # type: ignore[arg-type]


def test_a_due_job_runs_once_with_its_context(now: datetime, recorder: Recorder) -> None:
    job_id = services.enqueue(kind="test.work", args={"place": "p", "n": 3, "none": None}, due_at=now)
    assert worker.work_once(now=now) == 1
    [(context, args)] = recorder.calls
    assert (context.job_id, context.kind, context.attempt, context.fence, context.now) == (
        job_id,
        "test.work",
        1,
        1,
        now,
    )
    assert args == {"place": "p", "n": 3, "none": None}
    assert worker.work_once(now=now + 100 * HOUR) == 0
    assert Job.objects.get().state == JobState.DONE
    assert selectors.idle(now)


def test_a_timer_runs_when_its_business_time_comes(now: datetime, recorder: Recorder) -> None:
    put(now + HOUR)
    assert worker.work_once(now=now + HOUR - timedelta(microseconds=1)) == 0
    assert selectors.next_due() == now + HOUR
    assert selectors.oldest_due_age(now) is None
    assert selectors.oldest_due_age(now + 2 * HOUR) == HOUR
    assert worker.work_once(now=now + HOUR) == 1
    assert selectors.next_due() is None


def test_a_job_that_is_rolled_back_was_never_there(now: datetime, recorder: Recorder) -> None:
    with transaction.atomic():
        put(now, key="k")
        transaction.set_rollback(True)
    assert worker.work_once(now=now) == 0
    assert put(now, key="k") is not None


def test_urgent_first_then_the_longest_due(now: datetime, recorder: Recorder) -> None:
    for number, (priority, minutes) in enumerate(
        [
            (Priority.LATER, 9),
            (Priority.NORMAL, 1),
            (Priority.NORMAL, 5),
            (Priority.URGENT, 0),
            (Priority.URGENT, 2),
        ]
    ):
        services.enqueue(
            kind="test.work", args={"n": number}, due_at=now - minutes * MINUTE, priority=priority
        )
    while worker.work_once(now=now, limit=2):
        pass
    assert [args["n"] for _, args in recorder.calls] == [4, 3, 2, 1, 0]


def test_failures_wait_longer_each_time_and_end_visibly_without_text(
    now: datetime, recorder: Recorder
) -> None:
    recorder.failures = [away(), ValueError("a harbour at dusk"), away()]
    put(now)
    at = now
    for attempt, code in [(1, "peer_away"), (2, "internal.ValueError")]:
        assert worker.work_once(now=at) == 1
        job = Job.objects.get()
        assert (job.state, job.attempts, job.error_code) == (JobState.OPEN, attempt, code)
        assert wait_after(attempt, chance=0.999) <= job.due_at - at <= wait_after(attempt, chance=0)
        assert worker.work_once(now=at) == 0
        assert not recorder.ends
        at = job.due_at
    assert worker.work_once(now=at) == 1
    job = Job.objects.get()
    assert (job.state, job.error_code, job.finished_at) == (JobState.FAILED, "peer_away", at)
    assert [context.attempt for context, _ in recorder.calls] == [1, 2, 3]
    assert [context.attempt for context in recorder.ends] == [3]
    assert worker.work_once(now=at + 1000 * HOUR) == 0
    [failed] = selectors.failed_jobs()
    assert (failed.id, failed.error_code, failed.attempts) == (job.id, "peer_away", 3)
    assert "harbour" not in str(list(Job.objects.values()))


def test_the_log_names_code_and_place_and_never_the_text(
    now: datetime, recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder.failures = [ValueError("a harbour at dusk")]
    put(now)
    worker.work_once(now=now)
    shown = "".join(capsys.readouterr())
    assert "harbour" not in shown


def test_one_bad_job_blocks_nobody(now: datetime, recorder: Recorder) -> None:
    recorder.failures = [away()] * 3
    for _ in range(10):
        put(now)
    assert worker.work_once(now=now) == 10
    assert selectors.counts_by_state() == {"waiting": 3, "running": 0, "done": 7, "failed": 0, "cancelled": 0}


def test_an_unknown_kind_waits_for_a_worker_that_knows_it(now: datetime, recorder: Recorder) -> None:
    services.enqueue(kind="test.from_the_future", args={}, due_at=now)
    put(now)
    assert worker.work_once(now=now) == 2
    assert len(recorder.calls) == 1
    waiting = Job.objects.get(kind="test.from_the_future")
    assert (waiting.state, waiting.error_code) == (JobState.OPEN, "unknown_kind")
    assert worker.work_once(now=now) == 0, "it must not be tried again at once"
    registry.handle("test.from_the_future", recorder)
    assert worker.work_once(now=waiting.due_at) == 1
    assert Job.objects.get(id=waiting.id).state == JobState.DONE


def test_an_unknown_kind_fails_in_the_end(now: datetime) -> None:
    services.enqueue(kind="test.nobody", args={}, due_at=now)
    rounds = 0
    while (due := selectors.next_due()) is not None:
        rounds += worker.work_once(now=due)
    assert rounds == 3 * registry.MAX_ATTEMPTS
    assert Job.objects.get().state == JobState.FAILED


def test_a_worker_that_dies_leaves_the_job_to_the_next_after_a_spell(
    now: datetime, real: datetime, recorder: Recorder
) -> None:
    put(now)
    [dead] = queue.claim(now=now, real_now=real, limit=5)
    assert selectors.counts_by_state(real_now=real)["running"] == 1
    assert not selectors.idle(now, real_now=real)
    assert worker.work_once(now=now, real_now=real + timedelta(seconds=14)) == 0
    assert worker.work_once(now=now, real_now=real + timedelta(seconds=16)) == 1
    [(context, _)] = recorder.calls
    assert (context.attempt, context.fence) == (2, 2)
    assert not queue.finish(dead, now=now), "whoever was overtaken changes nothing"
    assert not queue.fail(dead, code="late", now=now)
    assert Job.objects.get().state == JobState.DONE


def test_a_job_that_kills_its_workers_ends_as_failed(
    now: datetime, real: datetime, recorder: Recorder
) -> None:
    put(now)
    for attempt in range(3):
        assert queue.claim(now=now, real_now=real + attempt * HOUR, limit=1)
    assert worker.work_once(now=now, real_now=real + 3 * HOUR) == 1
    assert recorder.calls == []
    assert len(recorder.ends) == 1
    job = Job.objects.get()
    assert (job.state, job.error_code) == (JobState.FAILED, queue.LOST)
    assert services.retry_failed(now=now, job_ids=[uuid4()]) == 0
    assert services.retry_failed(now=now) == 1
    assert worker.work_once(now=now, real_now=real + 4 * HOUR) == 1
    assert Job.objects.get().state == JobState.DONE


def test_a_batch_gives_back_what_a_slow_job_keeps_waiting(
    now: datetime, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_SLOW", timedelta(0))
    for _ in range(3):
        put(now)
    assert worker.work_once(now=now) == 1
    assert (
        list(Job.objects.filter(state=JobState.OPEN).values_list("attempts", "lease_until"))
        == [(0, None)] * 2
    )
    while worker.work_once(now=now):
        pass
    assert [context.attempt for context, _ in recorder.calls] == [1, 1, 1]


def test_a_lease_that_is_half_over_is_renewed_before_work_begins(
    now: datetime, real: datetime, recorder: Recorder
) -> None:
    put(now)
    [job] = queue.claim(now=now, real_now=real, limit=1)
    assert queue.hold(job, real_now=real + timedelta(seconds=5))
    assert Job.objects.get().lease_until == real + timedelta(seconds=15)
    assert queue.hold(job, real_now=real + timedelta(seconds=10))
    assert Job.objects.get().lease_until == real + timedelta(seconds=25)
    services.cancel(key="other")
    Job.objects.update(state=JobState.CANCELLED)
    assert not queue.hold(job, real_now=real)


# One key waits once.


def test_a_second_job_of_a_waiting_key_is_not_added_and_brings_it_forward(
    now: datetime, recorder: Recorder
) -> None:
    first = put(now + HOUR, key="k")
    assert first is not None
    assert put(now + 2 * HOUR, key="k") is None
    assert Job.objects.get().due_at == now + HOUR, "never put off"
    assert put(now + MINUTE, key="k") is None
    assert Job.objects.get().due_at == now + MINUTE
    assert put(now, key="another") is not None
    assert put(now) is not None
    assert put(now) is not None
    assert Job.objects.count() == 4


def test_a_running_job_does_not_keep_the_next_from_being_added(now: datetime, recorder: Recorder) -> None:
    """It may have looked before the caller's change; and so a handler schedules its own next turn."""
    added: list[UUID | None] = []

    def again(context: JobContext, args: Mapping[str, Any]) -> None:
        due_at = context.now + HOUR
        added.append(services.enqueue(kind="test.again", args={}, due_at=due_at, key="again"))

    registry.handle("test.again", again)
    services.enqueue(kind="test.again", args={}, due_at=now, key="again")
    for turn in range(5):
        assert worker.work_once(now=now + turn * HOUR) == 1
        assert worker.work_once(now=now + turn * HOUR) == 0
    assert len(set(added)) == 5
    assert None not in added
    assert selectors.next_due() == now + 5 * HOUR


def test_a_job_that_waits_after_a_failure_counts_and_keeps_its_wait(
    now: datetime, recorder: Recorder
) -> None:
    recorder.failures = [away()]
    put(now, key="k")
    worker.work_once(now=now)
    due = Job.objects.get().due_at
    assert put(now, key="k") is None
    assert Job.objects.get().due_at == due
    assert worker.work_once(now=due) == 1
    assert put(now, key="k") is not None


def test_a_job_lost_in_its_last_attempt_does_not_swallow_new_work(
    now: datetime, real: datetime, recorder: Recorder
) -> None:
    put(now, key="k")
    for attempt in range(3):
        queue.claim(now=now, real_now=real - (5 - attempt) * HOUR, limit=1)
    assert put(now, key="k") is not None


def test_cancelling_a_key(now: datetime, real: datetime, recorder: Recorder) -> None:
    put(now, key="k")
    put(now, key="other")
    assert services.cancel(key="k", now=now) == 1
    assert services.cancel(key="k", now=now) == 0
    assert worker.work_once(now=now) == 1
    put(now, key="k")
    [running] = queue.claim(now=now, real_now=real, limit=1)
    assert services.cancel(key="k", now=now) == 1
    assert not queue.finish(running, now=now)
    assert selectors.counts_by_state() == {"waiting": 0, "running": 0, "done": 1, "failed": 0, "cancelled": 2}
    assert put(now, key="k") is not None


def test_a_failed_job_is_not_reopened_beside_its_successor(now: datetime, recorder: Recorder) -> None:
    recorder.failures = [away()] * 3
    put(now, key="k")
    while (due := selectors.next_due()) is not None:
        worker.work_once(now=due)
    put(now, key="k")
    assert services.retry_failed(now=now) == 0


@pytest.mark.parametrize("value", [1.5, b"bytes", uuid4(), ["list"], {"a": 1}])
def test_arguments_are_ids_codes_and_numbers(now: datetime, value: object) -> None:
    with pytest.raises(TypeError, match="carries text"):
        services.enqueue(kind="test.work", args={"x": value}, due_at=now)  # type: ignore[dict-item]


def test_content_long_keys_and_times_without_zone_are_refused(now: datetime) -> None:
    with pytest.raises(ValueError, match="ids, not content"):
        services.enqueue(kind="test.work", args={"x": "a" * 4001}, due_at=now)
    for key in ("", "k" * 201):
        with pytest.raises(ValueError, match="200"):
            put(now, key=key)
    with pytest.raises(ValueError, match="zone"):
        put(now.replace(tzinfo=None))
    assert not Job.objects.exists()


def test_sweeping_takes_what_ended_well_long_ago_and_comes_back(now: datetime, recorder: Recorder) -> None:
    tasks.register()
    Job.objects.bulk_create(
        [
            Job(kind="x", due_at=now, state=state, finished_at=now - timedelta(days=days))
            for state in ("done", "cancelled", "failed")
            for days in (1, 13, 15, 400)
            for _ in range(200)
        ]
    )
    tasks.schedule_sweep(now=now - timedelta(days=1))
    tasks.schedule_sweep(now=now)
    assert selectors.next_due() is None, "no clock needs to stop for housekeeping"
    assert worker.work_once(now=now) == 1
    left = {(state, count) for state, count in selectors.counts_by_state().items()}
    assert left == {("waiting", 1), ("running", 0), ("done", 401), ("failed", 800), ("cancelled", 400)}
    assert Job.objects.get(kind=tasks.SWEEP, state="open").due_at == now + timedelta(days=1)


def test_waits_double_and_stay_below_an_hour() -> None:
    waits = [wait_after(attempt, chance=0) for attempt in range(1, 40)]
    assert waits[:4] == [timedelta(seconds=s) for s in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == HOUR
    assert all(wait_after(attempt) >= wait_after(attempt, chance=0) * 0.75 for attempt in range(1, 12))
    assert len({wait_after(5) for _ in range(50)}) > 40


def test_one_kind_has_one_handler() -> None:
    first, second = Recorder(), Recorder()
    registry.handle("test.kind", first)
    registry.handle("test.kind", second)  # the same code said twice
    with pytest.raises(ValueError, match="handled by"):
        registry.handle("test.kind", no_one)


def test_a_hundred_thousand_timers_do_not_slow_the_looks_of_every_poll(now: datetime) -> None:
    """By the plan, not by time: each look is a search in an index of open jobs alone."""
    still_open = Job.objects.filter(state=JobState.OPEN)
    claimable = queue.claimable(now=now, real_now=now)
    looks = {
        "jobs_open_by_due": claimable.order_by("due_at")[:1],
        "jobs_open_by_priority": claimable.filter(priority=Priority.NORMAL).order_by("due_at")[:20],
        "jobs_held_by_lease": still_open.filter(lease_until__gt=now).order_by("lease_until")[:1],
        "jobs_open_by_key": still_open.filter(key="k"),
    }
    later = now + timedelta(days=1)
    Job.objects.bulk_create(
        [Job(kind="x", due_at=later + n * MINUTE, key=f"k{n}") for n in range(3000)]
        + [Job(kind="x", due_at=now, state=JobState.DONE, finished_at=now) for _ in range(1000)]
    )
    if (
        connection.vendor == "postgresql"
    ):  # it plans by what is there; SQLite, without statistics, by the indexes
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE jobs_job")
    for index, look in looks.items():
        assert index in look.explain()
