"""Invariant 12, "hashes never enter the adult exchange": asked of the real addresses, in whichever way a case is a minor's.

Every test shows too that the same hash of an adult's case does come out, so that none of them can pass for nothing.
"""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts import selectors as accounts
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Staff
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, OwnCase
from recourse.work.cases.models import Case, CaseStep
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import NothingOfMinorsError
from recourse.world.exchange.domain.keys import Function
from recourse.world.exchange.domain.records import CANARIES
from recourse.world.matching import domain
from recourse.world.matching import selectors as bank
from recourse.world.matching import services as banking
from recourse.world.matching.models import Fingerprint
from tests import cast
from tests.surfaces.exchange.conftest import Software
from tests.surfaces.survivor.inside import inside
from tests.surfaces.visits import Page, Visitor, visitor
from tests.work.notices.making import settle
from tests.world.matching.making import digits, image

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HERS = digits(("dusk", 0))
ON_THE_PATH = [AgeBand.MINOR, AgeBand.UNKNOWN]


@pytest.fixture
def officer() -> Visitor:
    """An officer's browser, signed in at the desk."""
    return visitor(cast.signed_in(cast.staff(Role.OFFICER)))


def case_of(clock: FixedClock, age_band: AgeBand = AgeBand.ADULT) -> OwnCase:
    own = cases_read.case_by_code(inside(clock.at, age_band=age_band).code, clock.at)
    assert own is not None
    return own


def number(own: OwnCase) -> str:
    return Case.objects.get(id=own.case_id).number


def opened(officer: Visitor, own: OwnCase, page: str = "") -> Page:
    return officer.submit(officer.get(f"/case/{number(own)}{page}"), {"purpose": "assess"})


def give(officer: Visitor, own: OwnCase) -> Page:
    """Press the buttons of the desk: reviewed, and given to companies."""
    form = opened(officer, own, "/fingerprints").form("/fingerprints/review")
    chosen = {"which": [str(one.id) for one in bank.fingerprints_of(own.case_id)]}
    officer.post(f"/case/{number(own)}/fingerprints/review", form | chosen)
    return officer.post(f"/case/{number(own)}/fingerprints/share", form | chosen)


def listed(software: Software) -> dict[str, str]:
    """What the list tells a platform beside the canaries: each hash and its status."""
    trials = {one.hash for one in CANARIES.values()}
    records = software.fetch()["hashRecords"]
    return {one["hashValue"]: one["hashStatus"] for one in records if one["hashValue"] not in trials}


def matched(software: Software) -> bool:
    (found,) = software.send(Function.MATCH, {"hashes": [HERS]})["results"]
    return bool(found["matched"])


def shared(officer: Visitor, clock: FixedClock) -> OwnCase:
    """An adult's case whose picture companies hold, shown at both addresses by the tests that take it."""
    own = case_of(clock)
    hotline.add_fingerprints(case=own, texts=[image("dusk")], now=clock.at)
    hotline.agree_to_sharing(case=own, agreed=True, now=clock.at)
    assert give(officer, own).status == 200
    return own


@pytest.mark.parametrize("band", ON_THE_PATH)
def test_invariant_12_no_hash_of_a_minors_case_comes_out(
    officer: Visitor, murmur: Software, clock: FixedClock, band: AgeBand
) -> None:
    own = case_of(clock, band)
    with pytest.raises(NothingOfMinorsError):
        hotline.add_fingerprints(case=own, texts=[image("dusk")], now=clock.at)
    with pytest.raises(NothingOfMinorsError):
        hotline.agree_to_sharing(case=own, agreed=True, now=clock.at)
    # Even if a hash and a yes stood in the tables, the desk would not give it.
    told = [domain.read(image("dusk"))]
    banking.add_fingerprints(case_id=own.case_id, key=own.key, fingerprints=told, now=clock.at)
    banking.agree(case_id=own.case_id, agreed=True, now=clock.at)
    refused = give(officer, own)
    assert (refused.status, "nothing_of_minors" in refused.html) == (403, True)
    assert (listed(murmur), matched(murmur)) == ({}, False)
    shared(officer, clock)
    assert (listed(murmur), matched(murmur)) == ({HERS: "Active"}, True), "an adult's comes out by this way"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ANALYST, Role.OFFICER, Role.SUPERVISOR])
def test_invariant_12_a_case_that_becomes_a_minors_is_withdrawn_at_once(
    officer: Visitor, murmur: Software, clock: FixedClock, role: Role
) -> None:
    own = shared(officer, clock)
    hotline.add_fingerprints(case=own, texts=[image("never given")], now=clock.at)
    assert (listed(murmur), matched(murmur)) == ({HERS: "Active"}, True)
    cases.release(case_id=own.case_id, actor=accounts.actor_of(Staff.objects.get(username="officer-01")))
    learnt = officer if role is Role.OFFICER else visitor(cast.signed_in(cast.staff(role, 2)))
    page = learnt.submit(opened(learnt, own), {"sure": "1"}, action="/minor")
    # No job has run in between.
    assert (listed(murmur), matched(murmur)) == ({HERS: "Withdrawn"}, False)
    assert "Minor path: nobody looks" in page.text
    assert page.tree.css_first("form[action$='/minor']") is None
    assert Fingerprint.objects.get().state == "withdrawn", "what nobody was given is gone"
    assert bank.agreed_since(own.case_id) is None
    assert CaseStep.objects.filter(what="marked_minor").count() == 1
    clock.advance(domain.HEARD_WITHIN)
    settle(clock.at)
    assert (listed(murmur), Fingerprint.objects.count()) == ({}, 0)


def test_invariant_12_nothing_of_it_comes_back_with_a_permission(
    officer: Visitor, murmur: Software, clock: FixedClock
) -> None:
    own = shared(officer, clock)
    for permitted in (False, True):
        move = cases.give_mandate if permitted else cases.withdraw_mandate
        move(case_id=own.case_id, now=clock.at)
        settle(clock.at)
    assert {one.state for one in bank.fingerprints_of(own.case_id)} == {domain.FingerprintState.INTERNAL}
    cases.withdraw_mandate(case_id=own.case_id, now=clock.at)
    settle(clock.at)
    officer.submit(opened(officer, own), {"sure": "1"}, action="/minor")
    cases.give_mandate(case_id=own.case_id, now=clock.at)
    settle(clock.at)
    assert set(Fingerprint.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert (listed(murmur), matched(murmur)) == ({HERS: "Withdrawn"}, False)


def test_another_survivor_who_is_of_age_keeps_what_she_shares(
    officer: Visitor, murmur: Software, clock: FixedClock
) -> None:
    first = shared(officer, clock)
    shared(officer, clock)
    officer.submit(opened(officer, first), {"sure": "1"}, action="/minor")
    assert (listed(murmur), matched(murmur)) == ({HERS: "Active"}, True)


def test_without_the_tick_nothing_changes(officer: Visitor, murmur: Software, clock: FixedClock) -> None:
    own = shared(officer, clock)
    refused = officer.submit(opened(officer, own), action="/minor")
    assert (refused.status, "not_ticked" in refused.html) == (400, True)
    assert refused.tree.css_first("details#under[open]") is not None
    assert (listed(murmur), matched(murmur)) == ({HERS: "Active"}, True)
