"""A Hypothesis machine over cases that share places: whatever happens in whatever order, the promises hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from recourse.base.core.errors import ConflictError, RecourseError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyDestroyedError, new_case_code
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import MOVES, CaseState
from recourse.work.cases.models import Case, Item
from recourse.world.locations.models import Place
from tests.wiring import START
from tests.work.cases.making import actor, add, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]


class CasesMachine(RuleBasedStateMachine):
    """Several survivors, few places."""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.codes: dict[UUID, str] = {}
        self.keys: dict[UUID, DataKey] = {}

    @initialize(target=cases)
    def first(self) -> UUID:
        return self.report()

    @rule(target=cases)
    def another(self) -> UUID:
        return self.report()

    def report(self) -> UUID:
        code = new_case_code()
        case, key = open_case(self.now, code=code)
        self.codes[case.id], self.keys[case.id] = code, key
        return case.id

    @rule(case_id=cases, number=st.integers(1, 3))
    def name_a_place(self, case_id: UUID, number: int) -> None:
        case = Case.objects.get(id=case_id)
        if case.state == CaseState.ERASED:
            with pytest.raises(RecourseError):
                add(case, self.keys[case_id], self.now, number=number)
        else:
            add(case, self.keys[case_id], self.now, number=number)

    @rule(case_id=cases, to=st.sampled_from([state for state in CaseState if state != CaseState.ERASED]))
    def move(self, case_id: UUID, to: CaseState) -> None:
        before = CaseState(Case.objects.get(id=case_id).state)
        legal = to is before or to in MOVES[before]
        try:
            services.move_case(case_id=case_id, to=to, actor=actor(), now=self.now)
        except ConflictError:
            assert not legal
        else:
            assert legal

    @rule(case_id=cases)
    def withdraw(self, case_id: UUID) -> None:
        services.withdraw_mandate(case_id=case_id, now=self.now)
        assert not Item.objects.filter(case_id=case_id, mandate_active=True).exists()

    @rule(case_id=cases)
    def erase(self, case_id: UUID) -> None:
        services.erase_case(case_id=case_id, now=self.now)

    @rule(days=st.integers(0, 400))
    def time_goes_by(self, days: int) -> None:
        self.now += timedelta(days=days)
        while services.sweep(now=self.now):
            pass
        assert not Case.objects.filter(retain_until__lte=self.now).exclude(state=CaseState.ERASED).exists()

    @invariant()
    def places_live_exactly_as_long_as_somebody_holds_them(self) -> None:
        held = set(Item.objects.exclude(place=None).values_list("place_id", flat=True))
        assert held == set(Place.objects.filter(erased_at=None).values_list("id", flat=True))

    @invariant()
    def a_code_opens_what_is_neither_frozen_nor_erased(self) -> None:
        for case_id, code in self.codes.items():
            state = Case.objects.get(id=case_id).state
            own = selectors.case_by_code(code)
            assert (own is None) is (state in {CaseState.FROZEN, CaseState.ERASED})
            assert own is None or own.key == self.keys[case_id]

    @invariant()
    def erased_means_the_key_is_gone(self) -> None:
        for case in Case.objects.filter(id__in=self.codes, state=CaseState.ERASED):
            with pytest.raises(KeyDestroyedError):
                vault.open_key(case.key_id)
            assert (case.code_lookup, case.retain_until) == (None, None)

    @invariant()
    def numbers_are_one_to_n(self) -> None:
        for case_id in self.codes:
            numbers = Item.objects.filter(case_id=case_id).order_by("number").values_list("number", flat=True)
            assert list(numbers) == list(range(1, len(numbers) + 1))


def test_whatever_happens_in_whatever_order() -> None:
    run_state_machine_as_test(
        CasesMachine,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
