"""What a change of availability means for a case, told by the queue as in the product."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.jobs import services as jobs
from recourse.base.jobs import worker
from recourse.base.jobs.models import Job
from recourse.work.cases import services
from recourse.work.cases.domain import CaseState
from recourse.work.cases.models import Case
from recourse.world.checks.domain import AvailabilityChanged, AvailabilityState, Verdict
from recourse.world.checks.models import Availability, Watch
from tests.work.cases.making import actor, add, open_case, place_of
from tests.work.cases.test_own_view import look_until

pytestmark = [pytest.mark.django_db, pytest.mark.db]

GONE, LIVE, BACK = (
    AvailabilityState.REMOVED_AT_SOURCE,
    AvailabilityState.AVAILABLE,
    AvailabilityState.REAPPEARED,
)


def seen(place_id: UUID, after: AvailabilityState, now: datetime) -> None:
    """The checks room decides and tells; the worker brings it to cases."""
    Job.objects.filter(kind="checks.probe").delete()
    row = Availability.objects.get(place_id=place_id)
    before, row.state, row.since = row.state, after.value, now
    row.save()
    jobs.emit(event=AvailabilityChanged(row.place_id, before, after.value, now), now=now)
    Job.objects.exclude(kind__endswith="cases.follow_availability").delete()
    assert worker.work_once(now=now) >= 1


def state_of(case: Case) -> str:
    return Case.objects.get(id=case.id).state


def test_a_case_is_watched_when_every_place_is_gone_and_not_before(now: datetime) -> None:
    case, key = open_case(now)
    one, two = add(case, key, now), add(case, key, now, number=13)
    seen(place_of(one), GONE, now)
    assert state_of(case) == CaseState.OPEN
    seen(place_of(two), AvailabilityState.ACCOUNT_OR_CHANNEL_REMOVED, now)
    assert state_of(case) == CaseState.WATCHING


def test_a_closed_case_opens_again_by_its_own_look_and_not_by_another_s(now: datetime) -> None:
    case, key = open_case(now)
    item = add(case, key, now)
    look_until(place_of(item), now + timedelta(hours=2), Verdict.GONE)
    closed_at = now + timedelta(hours=3)
    services.move_case(case_id=case.id, to=CaseState.CLOSED, actor=actor(), now=closed_at)
    hers = Watch.objects.get(watcher=item.id)
    other, other_key = open_case(closed_at)
    add(other, other_key, closed_at)
    look_until(place_of(item), closed_at, Verdict.LIVE)
    work(closed_at)
    assert Availability.objects.get().state == BACK
    assert state_of(case) == CaseState.CLOSED, "somebody else's look"
    look_until(place_of(item), hers.due_at, Verdict.LIVE)
    work(hers.due_at)
    assert state_of(case) == CaseState.OPEN


def work(now: datetime) -> None:
    """Let the worker bring what was seen to cases; the looks themselves are the test's."""
    Job.objects.filter(kind="checks.probe").delete()
    Job.objects.exclude(kind__contains=".cases.").delete()
    worker.work_once(now=now)
    while worker.work_once(now=now):
        pass


@pytest.mark.parametrize("state", [CaseState.WATCHING])
def test_a_place_that_comes_back_opens_each_case_that_holds_it(now: datetime, state: CaseState) -> None:
    (one, key_one), (two, key_two), (other, other_key) = open_case(now), open_case(now), open_case(now)
    item = add(one, key_one, now)
    add(two, key_two, now)
    add(other, other_key, now, number=99)
    for case in (one, two, other):
        services.move_case(case_id=case.id, to=state, actor=actor(), now=now)
    seen(place_of(item), BACK, now + timedelta(days=30))
    assert [state_of(case) for case in (one, two, other)] == [CaseState.OPEN, CaseState.OPEN, state]


def test_what_is_frozen_or_waits_for_her_stays(now: datetime) -> None:
    for state in (CaseState.FROZEN, CaseState.WAITING_FOR_SURVIVOR):
        case, key = open_case(now)
        item = add(case, key, now)
        services.move_case(case_id=case.id, to=state, actor=actor(), now=now)
        seen(place_of(item), GONE, now)
        seen(place_of(item), BACK, now)
        assert state_of(case) == state


def test_a_new_place_opens_a_closed_case_and_a_known_one_that_was_decided_does_not(now: datetime) -> None:
    case, key = open_case(now)
    item = add(case, key, now)
    services.assess(
        case_id=case.id, item_ids=[item.id], in_scope=True, basis="statement", grounds=["threat"], reasons="",
        actor=actor(), now=now,
    )  # fmt: skip
    services.move_case(case_id=case.id, to=CaseState.CLOSED, actor=actor(), now=now)
    add(case, key, now)
    assert state_of(case) == CaseState.CLOSED
    add(case, key, now, number=13)
    assert state_of(case) == CaseState.OPEN
