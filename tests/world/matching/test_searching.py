"""The bank in memory: what was added is found by the next search, what was withdrawn is not, and it equals a fresh one."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from recourse.base.core import ids
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from recourse.fingerprints.search import from_hex
from recourse.world.matching import domain, selectors, services
from recourse.world.matching.domain import Because, ReadOf, Shelf
from recourse.world.matching.models import BankRead, Changed, Head
from recourse.world.matching.selectors.searching import Bank, Hashes
from recourse.world.matching.services.reviewing import NoConsentError, NothingToShareError
from tests.wiring import START as NOW
from tests.world.matching.making import digits, image

pytestmark = [pytest.mark.django_db, pytest.mark.db]
Case = tuple[UUID, DataKey]


def a_case(*texts: str) -> Case:
    case = ids.new_id(), vault.create_key(scope=KeyScope.CASE, now=NOW)
    made = [domain.read(text) for text in texts]
    services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=made, now=NOW)
    services.agree(case_id=case[0], agreed=True, now=NOW)
    return case


def of(case: Case) -> list[UUID]:
    return [one.id for one in selectors.fingerprints_of(case[0])]


def flipped(value: str, bits: int) -> str:
    """The hash so many bits away."""
    return f"{int(value, 16) ^ ((1 << bits) - 1):064x}"


def found(shelf: Shelf, value: str) -> set[UUID]:
    return {hit.subject for hit in selectors.near(shelf, [value], now=NOW)[0]}


@pytest.mark.parametrize(("bits", "there"), [(0, True), (31, True), (32, False)])
def test_what_is_within_31_bits_is_found_and_nothing_else(bits: int, there: bool) -> None:
    case = a_case(image("dusk"))
    assert found(Shelf.CASES, flipped(digits(("dusk", 0)), bits)) == (set(of(case)) if there else set())


def test_a_section_is_found_by_us_and_never_on_the_shelf_of_what_is_shared() -> None:
    case = a_case(image("dusk", sections=3))
    services.review(case_id=case[0], only=of(case), now=NOW)
    services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    assert found(Shelf.CASES, digits(("dusk", 3))) == set(of(case))
    assert found(Shelf.SHARED, digits(("dusk", 3))) == set()


def test_many_hashes_are_matched_in_one_look_that_leaves_one_record() -> None:
    case = a_case(image("dusk"))
    services.review(case_id=case[0], only=of(case), now=NOW)
    services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    asked = [flipped(digits(("dusk", 0)), 7), digits("other"), digits(("dusk", 0))]
    first, second, third = selectors.access_near(reader="platform:wire", hashes=asked, now=NOW)
    assert [one.distance for one in (*first, *third)] == [7, 0]
    assert second == ()
    assert first[0].reference not in of(case)
    read = BankRead.objects.get(what=ReadOf.NEAR)
    assert (read.reader, read.hashes) == ("platform:wire", 2)


def test_reading_the_whole_bank_into_memory_is_recorded_once() -> None:
    a_case(image("dusk", sections=3), image("dawn"))
    bank = Bank()
    for _ in range(2):
        bank.search(Shelf.CASES, asked("dusk"), now=NOW)
    a_case(image("later"))
    bank.search(Shelf.CASES, asked("later"), now=NOW)
    read = BankRead.objects.get()
    assert (read.reader, read.what, read.hashes, read.at) == ("process", ReadOf.INDEX, 5, NOW)


def test_added_is_found_and_withdrawn_is_not_from_the_next_search_on() -> None:
    a_case(image("first"))
    assert found(Shelf.CASES, digits(("dusk", 0))) == set()
    case = a_case(image("dusk"))
    assert found(Shelf.CASES, digits(("dusk", 0))) == set(of(case))
    services.withdraw_fingerprints(case_id=case[0], because=Because.PERMISSION, now=NOW)
    assert found(Shelf.CASES, digits(("dusk", 0))) == set()
    services.bring_back(case_id=case[0], now=NOW)
    assert found(Shelf.CASES, digits(("dusk", 0))) == set(of(case))
    services.forget_case(case_id=case[0], now=NOW)
    assert found(Shelf.CASES, digits(("dusk", 0))) == set()


def test_plain_pictures_are_not_matched() -> None:
    a_case(image("plain", quality=49))
    assert found(Shelf.CASES, digits(("plain", 0))) == set()


def test_a_process_that_slept_longer_than_changes_are_kept_reads_everything() -> None:
    case = a_case(image("dusk"))
    bank = Bank()
    assert bank.search(Shelf.CASES, asked("dusk"), now=NOW)[0]
    a_case(image("later"))
    services.withdraw_fingerprints(case_id=case[0], because=Because.TAKEN_OUT, now=NOW)
    Changed.objects.filter(sequence__lt=Head.objects.get().sequence).delete()
    assert not bank.search(Shelf.CASES, asked("dusk"), now=NOW)[0]
    assert bank.search(Shelf.CASES, asked("later"), now=NOW)[0]


def asked(seed: object) -> Hashes:
    return from_hex([digits((seed, 0))])


class Living(RuleBasedStateMachine):
    """One bank lives through everything; after each step it answers as one that has just begun."""

    def __init__(self) -> None:
        super().__init__()
        self.living, self.cases = Bank(), dict[int, Case]()

    @rule(seed=st.integers(0, 4))
    def add(self, seed: int) -> None:
        self.cases.setdefault(seed, a_case())
        case = self.cases[seed]
        made = [domain.read(image(seed))]
        services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=made, now=NOW)

    @rule(
        seed=st.integers(0, 4),
        verb=st.sampled_from(["review", "share", "agree", "disagree", "out", "back", "forget"]),
    )
    def act(self, seed: int, verb: str) -> None:
        case = self.cases.get(seed)
        if case is None:
            return
        case_id, only = case[0], of(case)
        if verb == "review":
            services.review(case_id=case_id, only=only, now=NOW)
        elif verb == "share":
            with suppress(NoConsentError, NothingToShareError):
                services.share(case_id=case_id, key=case[1], only=only, now=NOW)
        elif verb in {"agree", "disagree"}:
            services.agree(case_id=case_id, agreed=verb == "agree", now=NOW)
        elif verb == "out":
            services.withdraw_fingerprints(case_id=case_id, because=Because.PERMISSION, now=NOW)
        elif verb == "back":
            services.bring_back(case_id=case_id, now=NOW)
        else:
            services.forget_case(case_id=case_id, now=NOW)

    @rule()
    def look(self) -> None:
        fresh = Bank()
        for seed in self.cases:
            for shelf in (Shelf.CASES, Shelf.SHARED):
                query = asked(seed)
                lived = self.living.search(shelf, query, now=NOW)[0]
                assert set(lived) == set(fresh.search(shelf, query, now=NOW)[0])


def test_a_bank_that_lived_through_it_answers_as_one_that_has_just_begun() -> None:
    run_state_machine_as_test(
        Living,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
