"""Invariant 16 between a case's date and the daily job: it opens to nobody, and nobody adds to it or prolongs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.errors import NotFoundError
from recourse.base.vault.domain import DataKey, new_case_code
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import (
    RETENTION,
    AgeBand,
    CaseOverError,
    CaseShutError,
    CaseState,
    EndingKind,
    Facts,
    LinkSeen,
    Purpose,
    Retention,
    StepKind,
)
from recourse.work.cases.models import Case
from recourse.work.cases.services import FoundBy
from recourse.world.locations.domain import resolve_line
from tests.work.cases.making import actor, add, open_case, place

pytestmark = [pytest.mark.django_db, pytest.mark.db]
INACTIVE = RETENTION[Retention.INACTIVE]
MINUTE = timedelta(minutes=1)
OFFICER = actor()


class Hers:
    """A case with a public and a private place, and the code that opens it."""

    def __init__(self, now: datetime) -> None:
        self.code = new_case_code()
        self.case, self.key = open_case(now, code=self.code, age_band=AgeBand.UNKNOWN)
        add(self.case, self.key, now)
        private = resolve_line("https://t.me/+AbCdEfGhIjKlMnOp")
        assert private is not None
        services.add_item(case_id=self.case.id, key=self.key, resolved=private, now=now)
        services.ask_choice(case_id=self.case.id, channel_id="dusk", reasons=["tells_poster"], now=now)


@pytest.fixture
def hers(now: datetime) -> Hers:
    return Hers(now)


Verb = Callable[[UUID, DataKey, datetime], object]
HERS: dict[str, Verb] = {
    "writes": lambda case, _key, at: services.hear(case_id=case, now=at),
    "names a place": lambda case, key, at: services.name_item(
        case_id=case, key=key, number=1, name="blue", now=at
    ),
    "answers about a link": lambda case, _key, at: services.answer_link(
        case_id=case, number=2, seen=LinkSeen.PUBLIC, now=at
    ),
    "chooses": lambda case, key, at: services.make_choice(
        case_id=case, channel_id="dusk", choice="go_on", key=key, now=at
    ),
    "ends": lambda case, _key, at: services.ask_ending(case_id=case, kind=EndingKind.PERMISSION, now=at),
    "takes a copy": lambda case, _key, at: services.note(case_id=case, what=StepKind.EXPORTED, now=at),
}
BOTH: dict[str, Verb] = {
    "freezes": lambda case, _key, at: services.freeze_case(case_id=case, now=at),
    "renews the code": lambda case, key, at: services.renew_code(
        case_id=case, key=key, code=new_case_code(), now=at
    ),
}
OURS: dict[str, Verb] = {
    "opens it": lambda case, _key, at: selectors.access_case(
        actor=OFFICER, case_id=case, purpose=Purpose.ASSESS, now=at
    ),
    "claims it": lambda case, _key, at: services.claim(
        case_id=case, actor=OFFICER, purpose=Purpose.ASSESS, now=at
    ),
    "works on what belongs to it": lambda case, _key, at: services.require_free(
        case_id=case, actor=OFFICER, now=at
    ),
    "decides": lambda case, _key, at: services.assess(
        case_id=case, item_ids=[], in_scope=False, basis="statement", grounds=[], reasons="", actor=OFFICER, now=at
    ),
    "moves it": lambda case, _key, at: services.move_case(
        case_id=case, to=CaseState.CLOSED, actor=OFFICER, now=at
    ),
    "adds a place": lambda case, key, at: services.add_item(
        case_id=case, key=key, resolved=place(99), now=at
    ),
    "answers for her": lambda case, _key, at: services.answer_link(
        case_id=case, number=2, seen=LinkSeen.PUBLIC, actor=OFFICER, now=at
    ),
    "goes on without her": lambda case, _key, at: services.override_choice(
        case_id=case, channel_id="dusk", rule="minor", words="dusk", actor=OFFICER, now=at
    ),
    "hands it over": lambda case, _key, at: services.record_hand_over(
        case_id=case, body="harbour office", their_reference="", actor=OFFICER, now=at
    ),
    "records facts": lambda case, _key, at: services.record_facts(
        case_id=case, facts=Facts(item_id=None), actor=OFFICER, now=at
    ),
    "notes": lambda case, _key, at: services.note(
        case_id=case, what=StepKind.NEW_CODE_ASKED, actor=OFFICER, now=at
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", [*HERS.values(), *BOTH.values(), *OURS.values()], ids=[*HERS, *BOTH, *OURS])
def test_nobody_does_anything_to_a_case_that_is_over(hers: Hers, now: datetime, verb: Verb) -> None:
    at = now + INACTIVE
    before = Case.objects.filter(id=hers.case.id).values()[0]
    with pytest.raises(CaseOverError):
        verb(hers.case.id, hers.key, at)
    assert Case.objects.filter(id=hers.case.id).values()[0] == before
    verb(hers.case.id, hers.key, at - MINUTE)


def test_a_code_opens_a_case_until_its_date_and_not_after(hers: Hers, now: datetime) -> None:
    assert selectors.case_by_code(hers.code, now + INACTIVE - MINUTE) is not None
    assert selectors.case_by_code(hers.code, now + INACTIVE) is None
    operator = actor(Role.OPERATOR)
    found = services.look_up(actor=operator, text=hers.code, now=now + INACTIVE)
    assert (found.by, found.cases) == (FoundBy.CODE, ())
    assert selectors.steps_of(hers.case.id) == (), "nothing is written down in it either"


def test_what_our_checks_see_and_what_she_ended_prolongs_nothing(hers: Hers, now: datetime) -> None:
    services.move_case(case_id=hers.case.id, to=CaseState.CLOSED, actor=OFFICER, now=now)
    at = now + RETENTION[Retention.CLOSED]
    assert not services.follow_availability(case_id=hers.case.id, all_resolved=False, came_back=True, now=at)
    services.open_again(case_id=hers.case.id, since=now + MINUTE, now=at)
    services.note_activity(case_id=hers.case.id, now=at)
    hers.case.refresh_from_db()
    assert (hers.case.state, hers.case.retain_until) == (CaseState.CLOSED, at)
    services.open_again(case_id=hers.case.id, since=now + MINUTE, now=at - MINUTE)
    hers.case.refresh_from_db()
    assert hers.case.state == CaseState.OPEN


def test_a_permission_that_ends_late_does_not_keep_the_case_longer(hers: Hers, now: datetime) -> None:
    ending = services.ask_ending(case_id=hers.case.id, kind=EndingKind.PERMISSION, now=now)
    assert not services.finish_ending(ending_id=ending, now=now + INACTIVE)
    services.sweep(now=now + INACTIVE)
    assert services.finish_ending(ending_id=ending, now=now + INACTIVE)
    hers.case.refresh_from_db()
    assert hers.case.state == CaseState.ERASED


def test_an_order_keeps_what_is_due_and_not_erased_yet(hers: Hers, now: datetime) -> None:
    supervisor = actor(Role.SUPERVISOR)
    services.set_legal_hold(case_id=hers.case.id, hold=False, actor=supervisor, now=now + INACTIVE)
    hers.case.refresh_from_db()
    assert hers.case.retain_until == now + INACTIVE, "saying again that there is none prolongs nothing"
    services.set_legal_hold(case_id=hers.case.id, hold=True, actor=supervisor, now=now + INACTIVE)
    services.sweep(now=now + INACTIVE)
    assert selectors.case_by_code(hers.code, now + INACTIVE) is not None


@pytest.mark.parametrize("verb", HERS.values(), ids=HERS)
def test_what_her_page_does_is_refused_once_the_code_is_stopped(
    hers: Hers, now: datetime, verb: Verb
) -> None:
    services.freeze_case(case_id=hers.case.id, now=now)
    with pytest.raises(CaseShutError):
        verb(hers.case.id, hers.key, now)
    services.move_case(case_id=hers.case.id, to=CaseState.CLOSED, actor=OFFICER, now=now)
    with pytest.raises(CaseShutError):
        verb(hers.case.id, hers.key, now)
    services.erase_case(case_id=hers.case.id, now=now)
    with pytest.raises(NotFoundError):
        verb(hers.case.id, hers.key, now)
