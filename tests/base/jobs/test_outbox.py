"""The outbox: committed before it is sent, the same bytes under one key at every try, told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from recourse.base.core import wiring
from recourse.base.core.errors import IllegalMoveError, MisconfiguredError
from recourse.base.jobs import registry, selectors, services, tasks, worker
from recourse.base.jobs.domain import (
    OUTBOX_MOVES,
    ArrivalUnknownError,
    JobContext,
    OutboxDelivered,
    OutboxGaveUp,
    OutboxState,
    UndeliverableError,
)
from recourse.base.jobs.models import Job, Outbox
from recourse.base.jobs.ports import Delivery, Transports
from recourse.base.jobs.services import outbox, queue
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from tests.base.jobs.conftest import away

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
BODY = bytes(range(256)) + b"\r\n.\r\n"


@dataclass
class Post:
    """A transport that remembers what it was given and fails as it is told."""

    at: datetime
    got: list[tuple[UUID, dict[str, str], bytes]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def named(self, name: str) -> Post:
        if name != "post":
            raise MisconfiguredError(name)
        return self

    def deliver(self, *, outbox_id: UUID, envelope: Mapping[str, str], body: bytes) -> Delivery:
        self.got.append((outbox_id, dict(envelope), body))
        if self.failures:
            raise self.failures.pop(0)
        return Delivery(response="250 2.0.0 taken as 4711", at=self.at)


@dataclass
class Told:
    events: list[OutboxDelivered | OutboxGaveUp] = field(default_factory=list)


@pytest.fixture
def post(now: datetime) -> Iterator[Post]:
    tasks.register()
    with wiring.bound(Transports, Post(at=now)) as made:  # type: ignore[type-abstract]
        assert isinstance(made, Post)
        yield made


@pytest.fixture
def told() -> Told:
    made = Told()

    def delivered(_: JobContext, event: OutboxDelivered) -> None:
        made.events.append(event)

    def gave_up(_: JobContext, event: OutboxGaveUp) -> None:
        made.events.append(event)

    registry.subscribe(OutboxDelivered, "test", delivered)
    registry.subscribe(OutboxGaveUp, "test", gave_up)
    return made


@pytest.fixture
def key(now: datetime) -> DataKey:
    return vault.create_key(scope=KeyScope.NOTICE, now=now)


def put(key: DataKey, now: datetime, message_id: str = "<one@agency.test>", body: bytes = BODY) -> UUID:
    return services.put_out(
        transport="post",
        idempotency_key=message_id,
        key=key,
        envelope={"to": "abuse@platform.test"},
        body=body,
        now=now,
    )


def work(now: datetime) -> datetime:
    """Work until nothing is due, jumping to what is due next; return the time reached."""
    while worker.work_once(now=now) or selectors.next_due():
        now = max(now, selectors.next_due() or now)
    return now


def state(outbox_id: UUID) -> OutboxState:
    view = selectors.outbox_of(outbox_id)
    assert view is not None
    return view.state


def test_what_is_put_out_is_delivered_and_told_once(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    outbox_id = put(key, now)
    assert state(outbox_id) == OutboxState.QUEUED
    assert not selectors.idle(now)
    work(now)
    assert post.got == [(outbox_id, {"to": "abuse@platform.test"}, BODY)]
    assert state(outbox_id) == OutboxState.DELIVERED
    assert told.events == [OutboxDelivered(outbox_id, "post", "<one@agency.test>", now, "250")]
    assert selectors.idle(now)
    assert selectors.outbox_counts() == {"queued": 0, "sending": 0, "delivered": 1, "gave_up": 0}
    row = Outbox.objects.get()
    assert (
        vault.unseal_text(key, f"jobs.outbox.response:{outbox_id}", bytes(row.response or b""))
        == "250 2.0.0 taken as 4711"
    )


def test_invariant_9_a_second_put_out_is_the_same_message(now: datetime, post: Post, key: DataKey) -> None:
    first = put(key, now)
    assert put(key, now, body=b"something else") == first
    work(now)
    assert put(key, now, body=b"something else") == first
    work(now)
    assert [body for _, _, body in post.got] == [BODY]
    assert put(key, now, message_id="<two@agency.test>") != first
    assert Job.objects.filter(kind="jobs.deliver").count() == 2


def test_invariant_9_every_try_has_the_same_bytes(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    post.failures = [away(), RuntimeError("a harbour at dusk"), away()]
    outbox_id = put(key, now)
    worker.work_once(now=now)
    view = selectors.outbox_waiting()[0]
    assert (view.state, view.error_code, view.attempts) == (OutboxState.QUEUED, "peer_away", 1)
    assert selectors.idle(now), "a later try lets the clock jump"
    worker.work_once(now=now + HOUR)
    assert state(outbox_id) == OutboxState.SENDING, (
        "after an unknown error nobody knows what the other side has"
    )
    work(now + HOUR)
    assert len(post.got) == 4
    assert len(set(map(str, post.got))) == 1
    assert state(outbox_id) == OutboxState.DELIVERED
    assert len(told.events) == 1


def test_nothing_of_a_message_is_stored_in_clear(now: datetime, key: DataKey) -> None:
    put(key, now, body=b"a harbour at dusk")
    stored = Outbox.objects.values_list().get()
    raw = b"".join(bytes(column) for column in stored if isinstance(column, (bytes, memoryview)))
    assert b"harbour" not in raw + str(stored).encode()
    assert b"abuse@" not in raw + str(stored).encode()


def test_a_refusal_for_good_is_not_tried_again_until_a_person_says_so(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    post.failures = [UndeliverableError("content", code="mailbox_unknown")]
    outbox_id = put(key, now)
    work(now)
    assert (state(outbox_id), len(post.got)) == (OutboxState.GAVE_UP, 1)
    assert told.events == [OutboxGaveUp(outbox_id, "post", "<one@agency.test>", "mailbox_unknown")]
    services.retry_out(outbox_id=outbox_id, now=now + HOUR)
    with pytest.raises(IllegalMoveError):
        services.retry_out(outbox_id=outbox_id, now=now + HOUR)
    work(now + HOUR)
    assert (state(outbox_id), len(post.got)) == (OutboxState.DELIVERED, 2)
    assert post.got[0] == post.got[1]
    with pytest.raises(IllegalMoveError):
        services.retry_out(outbox_id=outbox_id, now=now)


def test_a_peer_that_stays_away_ends_with_a_person(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    post.failures = [away() for _ in range(tasks.DELIVER_ATTEMPTS)]
    outbox_id = put(key, now)
    end = work(now)
    assert timedelta(days=2) < end - now < timedelta(days=4)
    assert state(outbox_id) == OutboxState.GAVE_UP
    assert told.events == [OutboxGaveUp(outbox_id, "post", "<one@agency.test>", "too_many_attempts")]
    [job] = selectors.failed_jobs()
    assert job.error_code == "peer_away"


def test_a_missing_transport_is_tried_again(now: datetime, post: Post, key: DataKey) -> None:
    outbox_id = services.put_out(
        transport="pigeon", idempotency_key="k", key=key, envelope={}, body=b"", now=now
    )
    worker.work_once(now=now)
    assert state(outbox_id) == OutboxState.SENDING
    assert Job.objects.get(kind="jobs.deliver").error_code == "misconfigured"


def test_invariant_15_an_erased_message_is_never_sent(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    outbox_id = put(key, now)
    vault.destroy_keys(key_ids=[key.id], now=now)
    work(now)
    assert post.got == []
    assert state(outbox_id) == OutboxState.GAVE_UP
    assert [event.code for event in told.events if isinstance(event, OutboxGaveUp)] == ["key_destroyed"]
    assert not bytes(Outbox.objects.get(id=outbox_id).body)
    assert selectors.outbox_counts()["gave_up"] == 0, "it was erased, and nobody could hand it over"


def test_a_worker_that_dies_while_sending_is_followed_by_the_same_bytes(
    now: datetime, real: datetime, post: Post, told: Told, key: DataKey
) -> None:
    outbox_id = put(key, now)
    [dead] = queue.claim(now=now, real_now=real, limit=1)
    context = JobContext(dead.id, dead.kind, dead.attempt, dead.fence, now)
    message = outbox.begin_delivery(outbox_id=outbox_id, context=context)
    assert message is not None
    post.deliver(
        outbox_id=outbox_id, envelope={"to": "abuse@platform.test"}, body=BODY
    )  # and then it is killed
    assert state(outbox_id) == OutboxState.SENDING
    assert not selectors.idle(now, real_now=real + HOUR)
    assert worker.work_once(now=now, real_now=real + HOUR) == 1
    assert post.got[0] == post.got[1]
    assert state(outbox_id) == OutboxState.DELIVERED
    # The dead one was only slow, and now reports: nothing changes, nothing is told twice.
    late = Delivery("250 late", now)
    assert not outbox.record_delivered(message=message, key=key, delivery=late, now=now)
    assert not outbox.record_gave_up(outbox_id=outbox_id, context=context, code="late")
    outbox.record_put_back(outbox_id=outbox_id, context=context, code="late")
    work(now)
    assert state(outbox_id) == OutboxState.DELIVERED
    assert len(told.events) == 1


def test_a_success_is_true_whoever_brings_it_a_failure_only_from_who_holds_it(
    now: datetime, real: datetime, post: Post, told: Told, key: DataKey
) -> None:
    outbox_id = put(key, now)
    contexts = []
    for turn in range(2):
        [job] = queue.claim(now=now, real_now=real + turn * HOUR, limit=1)
        contexts.append(JobContext(job.id, job.kind, job.attempt, job.fence, now))
        message = outbox.begin_delivery(outbox_id=outbox_id, context=contexts[-1])
        assert message is not None
    slow, present = contexts
    assert outbox.begin_delivery(outbox_id=outbox_id, context=slow) is None
    outbox.record_put_back(outbox_id=outbox_id, context=slow, code="late")
    assert state(outbox_id) == OutboxState.SENDING
    assert outbox.record_delivered(message=message, key=key, delivery=Delivery("250", now), now=now)
    assert not outbox.record_gave_up(outbox_id=outbox_id, context=present, code="duplicate")
    assert state(outbox_id) == OutboxState.DELIVERED


def test_what_was_taken_over_is_kept_no_longer(now: datetime, post: Post, key: DataKey) -> None:
    outbox_id = put(key, now)
    assert Outbox.objects.get(id=outbox_id).body
    work(now)
    kept = Outbox.objects.get(id=outbox_id)
    assert (bytes(kept.body), bytes(kept.envelope), kept.state) == (b"", b"", OutboxState.DELIVERED)
    assert put(key, now) == outbox_id, "and it is not sent again"
    work(now)
    assert len(post.got) == 1


def test_invariant_15_what_was_emptied_is_never_sent(
    now: datetime, post: Post, told: Told, key: DataKey
) -> None:
    """One of several things that a message names was erased: the key outlives it, the message does not."""
    outbox_id, other = put(key, now), put(key, now, "<two@agency.test>")
    services.blank_out(outbox_ids=[outbox_id])
    work(now)
    assert [sent for sent, _, _ in post.got] == [other]
    assert state(outbox_id) == OutboxState.GAVE_UP
    assert [event.code for event in told.events if isinstance(event, OutboxGaveUp)] == ["erased"]
    assert selectors.outbox_counts() == {"queued": 0, "sending": 0, "delivered": 1, "gave_up": 0}
    assert selectors.outbox_waiting() == []
    with pytest.raises(IllegalMoveError):
        services.retry_out(outbox_id=outbox_id, now=now)


def unsure(outbox_id: UUID) -> bool:
    view = selectors.outbox_of(outbox_id)
    assert view is not None
    return view.unsure


def test_what_ended_without_a_word_may_be_there(
    now: datetime, real: datetime, post: Post, key: DataKey
) -> None:
    """A refusal and a peer that is away say that it is not there; a lost worker or a lost line say nothing."""
    refused, silent = put(key, now), put(key, now, "<two@agency.test>")
    post.failures = [away(), ArrivalUnknownError("lost")]
    worker.work_once(now=now)
    assert (state(refused), unsure(refused)) == (OutboxState.QUEUED, False)
    assert (state(silent), unsure(silent)) == (OutboxState.QUEUED, True)
    post.failures = [UndeliverableError("550"), UndeliverableError("550")]
    work(now)
    assert (state(refused), unsure(refused)) == (OutboxState.GAVE_UP, False)
    assert (state(silent), unsure(silent)) == (OutboxState.GAVE_UP, True), "the first try may have arrived"


@pytest.mark.parametrize("last", [False, True])
def test_what_a_lost_worker_was_sending_may_be_there(
    now: datetime, real: datetime, post: Post, key: DataKey, *, last: bool
) -> None:
    outbox_id = put(key, now)
    [dead] = queue.claim(now=now, real_now=real, limit=1)
    context = JobContext(dead.id, dead.kind, dead.attempt, dead.fence, now)
    assert outbox.begin_delivery(outbox_id=outbox_id, context=context) is not None
    assert not unsure(outbox_id), "it is being sent, and nothing is wrong"
    if last:
        Job.objects.filter(id=dead.id).update(attempts=tasks.DELIVER_ATTEMPTS)
    post.failures = [away()]
    worker.work_once(now=now, real_now=real + HOUR)
    assert unsure(outbox_id)
    assert state(outbox_id) == (OutboxState.GAVE_UP if last else OutboxState.QUEUED)


def test_another_messages_job_may_not_send_this_one(now: datetime, key: DataKey) -> None:
    outbox_id = put(key, now)
    stranger = JobContext(uuid4(), "jobs.deliver", 1, 99, now)
    assert outbox.begin_delivery(outbox_id=outbox_id, context=stranger) is None
    assert not outbox.record_gave_up(outbox_id=outbox_id, context=stranger, code="x")


def test_an_empty_answer_still_counts_as_delivered(
    now: datetime, post: Post, told: Told, key: DataKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "deliver", lambda **_: Delivery("", now))
    put(key, now)
    work(now)
    assert [event.response_code for event in told.events if isinstance(event, OutboxDelivered)] == ["ok"]


def test_the_table_of_moves_names_every_state() -> None:
    assert set(OUTBOX_MOVES) == set(OutboxState)
    assert OUTBOX_MOVES[OutboxState.DELIVERED] == frozenset()
