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
from recourse.work.cases.domain import (
    ENDING_WAITS,
    MOVES,
    CaseOverError,
    CaseState,
    EndingKind,
    LinkSeen,
    Purpose,
)
from recourse.work.cases.models import Access, Assessment, Case, Ending, Item, Mandate
from recourse.world.locations.models import Place
from tests.wiring import START
from tests.work.cases.making import actor, add, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]

SHUT = {CaseState.FROZEN, CaseState.ERASED}


class CasesMachine(RuleBasedStateMachine):
    """Several survivors, few places."""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.codes: dict[UUID, str | None] = {}  # the code that opens it now, or none
        self.dead: dict[UUID, set[str]] = {}
        self.keys: dict[UUID, DataKey] = {}
        self.dates: dict[UUID, datetime] = {}  # of the cases that were seen to be over

    @initialize(target=cases)
    def first(self) -> UUID:
        return self.report()

    @rule(target=cases)
    def another(self) -> UUID:
        return self.report()

    def report(self) -> UUID:
        code = new_case_code()
        case, key = open_case(self.now, code=code)
        self.codes[case.id], self.keys[case.id], self.dead[case.id] = code, key, set()
        return case.id

    def state(self, case_id: UUID) -> CaseState:
        return CaseState(Case.objects.get(id=case_id).state)

    def over(self, case_id: UUID) -> bool:
        """Whether its date of erasure has come, and the job that erases has not run yet."""
        until = Case.objects.get(id=case_id).retain_until
        return until is not None and until <= self.now

    def gone(self, case_id: UUID) -> bool:
        return self.state(case_id) is CaseState.ERASED or self.over(case_id)

    def bury(self, case_id: UUID) -> None:
        code = self.codes[case_id]
        if code is not None:
            self.dead[case_id].add(code)
        self.codes[case_id] = None

    @rule(case_id=cases, number=st.integers(1, 3))
    def name_a_place(self, case_id: UUID, number: int) -> None:
        if self.gone(case_id):
            with pytest.raises(RecourseError):
                add(Case.objects.get(id=case_id), self.keys[case_id], self.now, number=number)
        else:
            add(Case.objects.get(id=case_id), self.keys[case_id], self.now, number=number)

    @rule(case_id=cases, to=st.sampled_from([state for state in CaseState if state != CaseState.ERASED]))
    def move(self, case_id: UUID, to: CaseState) -> None:
        """By hand a frozen case can be closed, and nothing else: only a new code opens it again."""
        before = self.state(case_id)
        legal = to is before or to in MOVES[before]
        legal = legal and (before is not CaseState.FROZEN or to in {CaseState.FROZEN, CaseState.CLOSED})
        legal = legal and not self.gone(case_id)
        try:
            services.move_case(case_id=case_id, to=to, actor=actor(), now=self.now)
        except RecourseError:
            assert not legal
        else:
            assert legal
            if to is CaseState.FROZEN and before is not CaseState.FROZEN:
                self.bury(case_id)

    @rule(case_id=cases)
    def freeze(self, case_id: UUID) -> None:
        try:
            services.freeze_case(case_id=case_id, now=self.now)
        except RecourseError:
            assert self.gone(case_id)
        else:
            self.bury(case_id)
            assert self.state(case_id) is CaseState.FROZEN

    @rule(case_id=cases)
    def new_code(self, case_id: UUID) -> None:
        code, before = new_case_code(), self.state(case_id)
        turn = Case.objects.get(id=case_id).code_turn
        try:
            services.renew_code(case_id=case_id, key=self.keys[case_id], code=code, now=self.now)
        except RecourseError:
            assert self.gone(case_id)
            return
        self.bury(case_id)
        self.codes[case_id] = code
        assert selectors.own_case(case_id, self.keys[case_id], self.now, turn=turn) is None, "open pages end"
        assert self.state(case_id) is (CaseState.OPEN if before is CaseState.FROZEN else before)

    @rule(case_id=cases)
    def withdraw(self, case_id: UUID) -> None:
        try:
            services.withdraw_mandate(case_id=case_id, now=self.now)
        except RecourseError:
            assert self.gone(case_id)
            return
        assert not Item.objects.filter(case_id=case_id, mandate_active=True).exists()

    @rule(case_id=cases, kind=st.sampled_from(EndingKind))
    def ask_ending(self, case_id: UUID, kind: EndingKind) -> None:
        try:
            services.ask_ending(case_id=case_id, kind=kind, now=self.now)
        except RecourseError:
            return
        assert not Item.objects.filter(case_id=case_id, mandate_active=True).exists(), (
            "nothing is sent meanwhile"
        )

    @rule(case_id=cases)
    def take_back(self, case_id: UUID) -> None:
        waits = Ending.objects.filter(case_id=case_id, ended_at=None).first()
        try:
            services.take_back_ending(case_id=case_id, now=self.now)
        except RecourseError:
            assert waits is None or self.codes[case_id] is None or self.gone(case_id)
            return
        assert waits is not None
        live = Mandate.objects.filter(case_id=case_id, withdrawn_at=None).exists()
        assert live or not waits.had_mandate

    @rule(case_id=cases)
    def finish(self, case_id: UUID) -> None:
        ending = Ending.objects.filter(case_id=case_id, ended_at=None).first()
        before = Case.objects.get(id=case_id)
        if ending is None:
            return
        over = services.finish_ending(ending_id=ending.id, now=self.now)
        held = before.legal_hold and ending.kind == EndingKind.CASE
        ripe = ending.final_at <= self.now and before.code_lookup is not None and not held
        ripe = ripe and not (self.over(case_id) and ending.kind == EndingKind.PERMISSION)
        assert over is ripe
        if over:
            wanted = CaseState.ERASED if ending.kind == EndingKind.CASE else CaseState.CLOSED
            assert self.state(case_id) is wanted
            assert ending.asked_at + ENDING_WAITS <= self.now

    @rule(case_id=cases, hold=st.booleans())
    def hold(self, case_id: UUID, hold: bool) -> None:
        before = Case.objects.get(id=case_id)
        services.set_legal_hold(case_id=case_id, hold=hold, actor=actor(), now=self.now)
        if before.legal_hold is not hold:  # a court may ask for what is due and not erased yet
            self.dates.pop(case_id, None)

    @rule(case_id=cases)
    def erase(self, case_id: UUID) -> None:
        held = Case.objects.get(id=case_id).legal_hold and self.state(case_id) is not CaseState.ERASED
        try:
            services.erase_case(case_id=case_id, now=self.now)
        except ConflictError:
            assert held
        else:
            assert not held

    @rule(hours=st.sampled_from([1, 24, 72, 24 * 40, 24 * 400, 24 * 800]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_job_runs(self) -> None:
        while services.sweep(now=self.now):
            pass
        overdue = Case.objects.filter(retain_until__lte=self.now, legal_hold=False)
        assert not overdue.exclude(state=CaseState.ERASED).exists()

    @invariant()
    def places_live_exactly_as_long_as_somebody_holds_them(self) -> None:
        held = set(Item.objects.exclude(place=None).values_list("place_id", flat=True))
        assert held == set(Place.objects.filter(erased_at=None).values_list("id", flat=True))

    @invariant()
    def a_case_that_is_over_opens_to_nobody_and_nothing_prolongs_it(self) -> None:
        for case in Case.objects.filter(id__in=self.dates).exclude(state=CaseState.ERASED):
            assert case.retain_until == self.dates[case.id]
        for case in Case.objects.filter(id__in=self.codes, retain_until__lte=self.now):
            assert case.retain_until is not None
            self.dates[case.id] = case.retain_until
            assert selectors.own_case(case.id, self.keys[case.id], self.now, turn=case.code_turn) is None
            with pytest.raises(CaseOverError):
                selectors.access_case(actor=actor(), case_id=case.id, purpose=Purpose.ASSESS, now=self.now)

    @invariant()
    def the_latest_code_opens_what_is_not_shut_and_no_other_code_opens_anything(self) -> None:
        for case_id, code in self.codes.items():
            shut = self.state(case_id) in SHUT or self.over(case_id)
            if code is not None:
                own = selectors.case_by_code(code, self.now)
                assert (own is None) is shut
                assert own is None or own.key == self.keys[case_id]
            assert all(selectors.case_by_code(dead, self.now) is None for dead in self.dead[case_id])
            assert not shut or selectors.own_case(case_id, self.keys[case_id], self.now, turn=0) is None

    @invariant()
    def nothing_is_sent_without_a_live_mandate(self) -> None:
        items = list(Item.objects.values_list("id", flat=True))
        for item in Item.objects.filter(id__in=selectors.acting_items(items)).select_related("case"):
            assert item.case.state in {CaseState.OPEN, CaseState.WATCHING}
            assert item.case.mandates.filter(withdrawn_at=None).exists()
            assert not item.case.endings.filter(ended_at=None).exists()

    @invariant()
    def erased_means_that_nothing_of_hers_is_left(self) -> None:
        for case in Case.objects.filter(id__in=self.codes, state=CaseState.ERASED):
            with pytest.raises(KeyDestroyedError):
                vault.open_key(case.key_id)
            assert (case.code_lookup, case.retain_until) == (None, None)
            assert not Ending.objects.filter(case=case, ended_at=None).exists()
            for item in Item.objects.filter(case=case):
                assert (item.place_id, bytes(item.url), bytes(item.name)) == (None, b"", b"")
                assert not item.mandate_active
                assert item.link == LinkSeen.NOT_ASKED
            assert not Assessment.objects.filter(case=case).exclude(reasons=b"").exists()
            assert not Access.objects.filter(case=case).exclude(words=b"").exists()

    @invariant()
    def numbers_are_one_to_n(self) -> None:
        for case_id in self.codes:
            numbers = Item.objects.filter(case_id=case_id).order_by("number").values_list("number", flat=True)
            assert list(numbers) == list(range(1, len(numbers) + 1))


def test_whatever_happens_in_whatever_order() -> None:
    run_state_machine_as_test(
        CasesMachine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
