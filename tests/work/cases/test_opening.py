"""Opening a case and putting places into it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs.models import Job
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyNotHeldError, new_case_code
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import AgeBand, CaseState, ForWhom
from recourse.work.cases.models import Case, Item
from recourse.world.locations.domain import Resolved
from recourse.world.locations.models import Place
from tests.work.cases.making import add, open_case, place, web_process

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_web_process_opens_a_case_and_her_own_view_of_it(now: datetime, home: Path) -> None:
    code = new_case_code()
    with web_process(home):
        case, key = open_case(now, code=code)
        own = selectors.case_by_code(code, now)
        assert own is not None
        assert (own.case_id, own.key, own.opened_at) == (case.id, key, now)
        again = selectors.own_case(case_id=case.id, key=own.key, now=now, turn=0)
        assert again == own
        with pytest.raises(KeyNotHeldError):
            vault.open_key(case.key_id)


def test_numbers_are_random_short_and_found_again(now: datetime) -> None:
    numbers = [open_case(now)[0].number for _ in range(20)]
    assert len(set(numbers)) == 20
    assert all(len(number) == 8 and number.startswith("C-") for number in numbers)
    assert numbers != sorted(numbers)
    assert Case.objects.get(number=numbers[3]).id == selectors.id_of(f" {numbers[3].lower()} ")


def test_an_unknown_number_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        selectors.id_of("C-000000")


def test_without_permission_there_is_no_mandate_and_no_item_is_covered(now: datetime) -> None:
    case, key = open_case(now, for_whom=ForWhom.SOMEONE_ELSE, mandate=False)
    item = add(case, key, now)
    assert not item.mandate_active
    assert selectors.live_mandates([item.id]) == frozenset()
    services.give_mandate(case_id=case.id, now=now)
    assert selectors.live_mandates([item.id]) == {item.id}


def test_a_place_told_twice_is_one_item_with_its_first_number(now: datetime) -> None:
    case, key = open_case(now)
    first, second = add(case, key, now), add(case, key, now, number=13)
    again = add(case, key, now + timedelta(hours=1))
    assert (first.number, second.number, again.id) == (1, 2, first.id)
    assert Item.objects.filter(case=case).count() == 2


def test_two_cases_share_a_place_and_nothing_else(now: datetime) -> None:
    (one, key_one), (two, key_two) = open_case(now), open_case(now)
    first, second = add(one, key_one, now), add(two, key_two, now)
    assert first.place_id == second.place_id
    assert Place.objects.count() == 1
    assert first.id != second.id
    assert first.url != second.url
    assert {first.case_id, second.case_id} == set(selectors.cases_at(first.place_id or one.id))


def test_a_public_place_is_looked_at_at_once(now: datetime) -> None:
    case, key = open_case(now)
    add(case, key, now)
    assert Job.objects.filter(kind="checks.probe", due_at=now).count() == 1


def test_a_link_that_may_be_hers_alone_is_never_fetched_unasked(now: datetime) -> None:
    case, key = open_case(now)
    private = Resolved(
        platform="telegram",
        kind="invite",
        canonical="https://t.me/+AbCdEfGhIjKlMnOp",
        verbatim="https://t.me/+AbCdEfGhIjKlMnOp",
        private=True,
    )
    item = services.add_item(case_id=case.id, key=key, resolved=private, now=now)
    assert item.place_id is not None
    assert not Job.objects.filter(kind__startswith="checks.").exists()


def test_an_erased_case_takes_no_place(now: datetime) -> None:
    case, key = open_case(now)
    services.erase_case(case_id=case.id, now=now)
    with pytest.raises(NotFoundError):
        services.add_item(case_id=case.id, key=key, resolved=place(), now=now)


def test_facts_for_machines_hold_no_words(now: datetime) -> None:
    case, _key = open_case(now, age_band=AgeBand.UNKNOWN)
    facts = selectors.case_facts(case.id)
    assert (facts.number, facts.state, facts.minor_path) == (case.number, CaseState.OPEN, True)
    assert facts.mandate_since == now
    with pytest.raises(NotFoundError):
        selectors.case_facts(case.key_id)
