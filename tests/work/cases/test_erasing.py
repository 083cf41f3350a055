"""Invariants 15 and 16: erasure destroys keys and look-ups, lets go of places; every case has its date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.models import Job
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyDestroyedError, new_case_code
from recourse.work.cases import selectors, services, tasks
from recourse.work.cases.domain import (
    RETENTION,
    AgeBand,
    CaseState,
    ForWhom,
    LegalHoldError,
    Purpose,
    Retention,
)
from recourse.work.cases.models import Access, Case, Item
from recourse.world.locations.models import Place
from tests.threads import together
from tests.work.cases.making import actor, add, open_case, place_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]

CLOSED = RETENTION[Retention.CLOSED]
INACTIVE = RETENTION[Retention.INACTIVE]
DAY = timedelta(days=1)


def alive(case: Case) -> bool:
    case.refresh_from_db()
    return case.state != CaseState.ERASED


def sweep(now: datetime) -> None:
    tasks.retention(JobContext(job_id=Case().id, kind="cases.retention", attempt=1, fence=1, now=now), {})


def test_invariant_15_nothing_of_hers_remains(now: datetime) -> None:
    code = new_case_code()
    case, key = open_case(now, code=code)
    item = add(case, key, now)
    place_id = place_of(item)
    services.assess(
        case_id=case.id, item_ids=[item.id], in_scope=True, basis="statement", grounds=["threat"],
        reasons="boats", actor=actor(), now=now,
    )  # fmt: skip
    selectors.access_case(actor=actor(), case_id=case.id, purpose=Purpose.OTHER, now=now, words="boats")
    services.erase_case(case_id=case.id, now=now + DAY)
    case.refresh_from_db()
    item.refresh_from_db()
    assert (case.state, case.code_lookup, case.retain_until) == (CaseState.ERASED, None, None)
    assert (case.age_band, case.for_whom, case.what_happened) == (AgeBand.UNKNOWN, ForWhom.NOT_SAID, [])
    assert (item.place_id, bytes(item.url), item.mandate_active) == (None, b"", False)
    assert {bytes(one.reasons) for one in case.assessments.all()} == {b""}
    assert {bytes(one.words) for one in case.accesses.all()} == {b""}
    with pytest.raises(KeyDestroyedError):
        vault.open_key(case.key_id)
    assert selectors.case_by_code(code, now + DAY) is None
    assert selectors.own_items(case.id) == ()
    erased = Place.objects.get(id=place_id)
    assert (erased.lookup, bytes(erased.canonical)) == (None, b"")
    with pytest.raises(NotFoundError):
        selectors.key_for_machine(case.id)


def test_erasing_twice_changes_nothing(now: datetime) -> None:
    case, _key = open_case(now)
    services.erase_case(case_id=case.id, now=now)
    jobs = Job.objects.filter(kind__startswith="on.cases.CaseErased").count()
    services.erase_case(case_id=case.id, now=now + DAY)
    case.refresh_from_db()
    assert case.state_since == now
    assert Job.objects.filter(kind__startswith="on.cases.CaseErased").count() == jobs


def test_a_place_another_survivor_named_stays_hers(now: datetime) -> None:
    (one, key_one), (two, key_two) = open_case(now), open_case(now)
    first, second = add(one, key_one, now), add(two, key_two, now)
    only_hers = add(one, key_one, now, number=13)
    services.erase_case(case_id=one.id, now=now)
    assert Place.objects.get(id=place_of(second)).erased_at is None
    assert Place.objects.get(id=place_of(only_hers)).erased_at == now
    second.refresh_from_db()
    assert second.place_id == first.place_id
    services.erase_case(case_id=two.id, now=now)
    assert not Place.objects.filter(erased_at=None).exists()


def test_the_place_named_after_it_was_erased_is_a_new_one(now: datetime) -> None:
    one, key = open_case(now)
    first = add(one, key, now)
    services.erase_case(case_id=one.id, now=now)
    two, key_two = open_case(now)
    second = add(two, key_two, now)
    assert second.place_id not in {None, first.place_id}


def test_a_legal_hold_stops_erasing_until_it_ends(now: datetime) -> None:
    case, _key = open_case(now)
    services.set_legal_hold(case_id=case.id, hold=True, actor=actor(), now=now)
    with pytest.raises(LegalHoldError):
        services.erase_case(case_id=case.id, now=now)
    sweep(now + 2 * INACTIVE)
    assert alive(case)
    services.set_legal_hold(case_id=case.id, hold=False, actor=actor(), now=now + 2 * INACTIVE)
    sweep(now + 2 * INACTIVE + DAY)
    assert alive(case)
    sweep(now + 3 * INACTIVE + DAY)
    assert not alive(case)


def test_invariant_16_a_closed_case_is_erased_when_its_time_is_over_and_not_before(now: datetime) -> None:
    case, _key = open_case(now)
    services.move_case(case_id=case.id, to=CaseState.CLOSED, actor=actor(), now=now)
    sweep(now + CLOSED - DAY)
    assert alive(case)
    sweep(now + CLOSED)
    assert not alive(case)


def test_invariant_16_an_inactive_case_is_erased_and_an_active_one_is_not(now: datetime) -> None:
    (idle, _), (visited, _) = open_case(now), open_case(now)
    services.note_activity(case_id=visited.id, now=now + INACTIVE - DAY)
    sweep(now + INACTIVE)
    assert not alive(idle)
    assert alive(visited)


def test_a_case_she_comes_back_to_before_its_date_is_not_erased(now: datetime) -> None:
    case, _key = open_case(now)
    services.note_activity(case_id=case.id, now=now + INACTIVE - timedelta(minutes=1))
    sweep(now + INACTIVE)
    assert alive(case)


def test_who_had_opened_it_is_kept_for_a_year_and_goes(now: datetime) -> None:
    case, _key = open_case(now)
    selectors.access_case(actor=actor(), case_id=case.id, purpose=Purpose.ASSESS, now=now)
    services.erase_case(case_id=case.id, now=now)
    after = RETENTION[Retention.ACCESS_AFTER_ERASURE]
    sweep(now + after - DAY)
    assert Access.objects.count() == 1
    sweep(now + after)
    assert Access.objects.count() == 0


def test_more_cases_than_a_batch_are_all_erased_and_the_next_day_is_planned(now: datetime) -> None:
    for _ in range(7):
        open_case(now)
    assert services.sweep(now=now + INACTIVE, limit=3)
    Job.objects.all().delete()
    sweep(now + INACTIVE)
    assert not Case.objects.exclude(state=CaseState.ERASED).exists()
    assert Job.objects.get(kind="cases.retention").due_at == now + INACTIVE + DAY


def failures(*calls: Callable[[], object]) -> list[object]:
    return [result for result in together(*calls) if isinstance(result, BaseException)]


@pytest.mark.django_db(transaction=True)
def test_erasing_one_while_another_names_the_place_never_leaves_her_without_it(now: datetime) -> None:
    for round_ in range(6):
        (one, key_one), (two, key_two) = open_case(now), open_case(now)
        add(one, key_one, now, number=100 + round_)
        raised = failures(
            lambda case=one: services.erase_case(case_id=case.id, now=now),  # type: ignore[misc]
            lambda case=two, key=key_two, n=100 + round_: add(case, key, now, number=n),  # type: ignore[misc]
        )
        assert raised == []
        item = Item.objects.select_related("place").get(case=two)
        assert item.place is not None
        assert item.place.erased_at is None
        assert item.place.lookup is not None


@pytest.mark.django_db(transaction=True)
def test_two_erased_at_once_leave_no_place_behind(now: datetime) -> None:
    for round_ in range(6):
        (one, key_one), (two, key_two) = open_case(now), open_case(now)
        for case, key in ((one, key_one), (two, key_two)):
            for number in (200 + round_, 300 + round_):
                add(case, key, now, number=number)
        raised = failures(
            lambda case=one: services.erase_case(case_id=case.id, now=now),  # type: ignore[misc]
            lambda case=two: services.erase_case(case_id=case.id, now=now),  # type: ignore[misc]
        )
        assert raised == []
        assert not Place.objects.filter(erased_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_places_added_at_once_get_their_own_numbers(now: datetime) -> None:
    case, key = open_case(now)
    raised = failures(*[lambda n=n: add(case, key, now, number=n) for n in (1, 2, 2, 3)])
    assert raised == []
    assert sorted(Item.objects.filter(case=case).values_list("number", flat=True)) == [1, 2, 3]
