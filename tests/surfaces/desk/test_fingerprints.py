"""A person's review of fingerprints: facts and no hash; given to companies only after review, with her consent."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.surfaces.desk.words_fingerprints import KINDS, MATCHES, STATES, WAITS
from recourse.surfaces.survivor.record import record_of
from recourse.work.cases import selectors as cases_read
from recourse.work.cases.domain import AgeBand, OwnCase
from recourse.work.cases.models import Case, CaseStep, Item
from recourse.work.hotline import services
from recourse.world.matching import selectors as matching_read
from recourse.world.matching import services as matching
from recourse.world.matching.domain import (
    MOST_UNSEEN,
    About,
    FingerprintState,
    Kind,
    MatchState,
    Verdict,
    Waits,
    read_list,
)
from recourse.world.matching.models import Fingerprint, Listing
from tests import cast
from tests.surfaces.survivor.inside import inside
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.notices.making import World, settle
from tests.world.matching.making import digits, image, video

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def own(clock: FixedClock) -> OwnCase:
    own = cases_read.case_by_code(inside(clock.at, age_band=AgeBand.ADULT).code, clock.at)
    assert own is not None
    return own


def sent(own: OwnCase, *texts: str, now: datetime, agreed: bool = True) -> str:
    """Fingerprints that she made, and her consent; returns the path of the page about them."""
    services.add_fingerprints(case=own, texts=texts, now=now)
    services.agree_to_sharing(case=own, agreed=agreed, now=now)
    return f"/case/{Case.objects.get(id=own.case_id).number}/fingerprints"


def opened(who: Visitor, path: str) -> Page:
    return who.submit(who.get(path), {"purpose": "assess"})


def chosen(own: OwnCase) -> dict[str, list[str]]:
    return {"which": [str(one.id) for one in matching_read.fingerprints_of(own.case_id)]}


def give(who: Visitor, page: Page, own: OwnCase) -> Page:
    """Press the other button of the form."""
    values = page.form("/fingerprints/review") | chosen(own)
    return who.post(f"{page.path.partition('/fingerprints')[0]}/fingerprints/share", values)


def told(now: datetime) -> list[tuple[str, str]]:
    return [
        (one.hash, one.state)
        for one in matching_read.access_changes(reader="platform:wire", since=0, limit=9, now=now)
    ]


def test_a_person_reviews_and_gives_a_picture_and_the_video_stays(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    path = sent(own, image("dusk", sections=3), video("dusk"), now=clock.at)
    assert "Review fingerprints" in officer.get("/").text
    page = opened(officer, path)
    check_page(page)
    assert "Too plain" not in page.text
    assert digits(("dusk", 0)) not in page.html
    assert "Give these to companies" not in page.text, "nothing is reviewed yet"
    page = officer.submit(page, chosen(own), action="/review")
    assert page.text.count("Reviewed, with us alone") == 2
    page = give(officer, page, own)
    check_page(page)
    assert "Given to companies" in page.text
    assert told(clock.at) == [(digits(("dusk", 0)), "active")]
    done = list(CaseStep.objects.values_list("what", flat=True))
    assert {"sharing_agreed", "fingerprints_reviewed", "fingerprints_shared"} <= set(done)
    assert "Review fingerprints" not in officer.get("/").text


def test_without_her_consent_nothing_can_be_given(officer: Visitor, own: OwnCase, clock: FixedClock) -> None:
    path = sent(own, image("dusk"), now=clock.at, agreed=False)
    page = officer.submit(opened(officer, path), chosen(own), action="/review")
    assert "She has not agreed" in page.text
    assert "Give these to companies" not in page.text
    form = page.form("/review") | chosen(own)
    refused = officer.post(f"{path}/share", form)
    assert (refused.status, told(clock.at)) == (409, [])
    check_page(refused)
    assert "no_consent_to_share" in refused.html


def test_a_verb_on_none_is_refused_and_what_was_ticked_stands_again(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    page = opened(officer, sent(own, image("dusk"), now=clock.at))
    refused = officer.submit(page, action="/review")
    assert "no_fingerprint_chosen" in refused.html
    assert refused.status == 400


def test_what_waits_says_why_and_a_person_lets_it_in(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    services.add_fingerprints(case=own, texts=[image(n) for n in range(MOST_UNSEEN)], now=clock.at)
    path = sent(own, image("more"), now=clock.at)
    page = opened(officer, path)
    assert "1 waits and does not count" in page.text
    assert "It came after the first 50." in page.text
    page = officer.submit(page, action="/let-in")
    assert "does not count" not in page.text


def test_two_companies_that_say_lawful_bring_it_back_to_a_person(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    path = sent(own, image("dusk"), now=clock.at)
    matching.review(case_id=own.case_id, only=Fingerprint.objects.values_list("id", flat=True), now=clock.at)
    matching.share(
        case_id=own.case_id, key=own.key, only=Fingerprint.objects.values_list("id", flat=True), now=clock.at
    )
    for platform in ("wire", "other"):
        matching.heard_of(
            platform=platform, hash=digits(("dusk", 0)), verdict=Verdict.NOT_BLOCKED, now=clock.at
        )
    settle(clock.at)
    assert "Look why fingerprints wait" in officer.get("/").text
    assert "Two companies say that it fits something lawful." in opened(officer, path).text
    assert told(clock.at) == [(digits(("dusk", 0)), "withdrawn")]


def test_invariant_12_what_became_a_minors_case_is_never_given(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    path = sent(own, image("dusk"), now=clock.at)
    page = officer.submit(opened(officer, path), chosen(own), action="/review")
    Case.objects.filter(id=own.case_id).update(age_band=AgeBand.UNKNOWN, minor_path=True)
    refused = give(officer, page, own)
    assert "nothing_of_minors" in refused.html
    assert not Listing.objects.exists()
    assert "no fingerprint of this case ever goes to companies" in refused.text


def test_who_may_not_decide_sees_and_does_nothing(own: OwnCase, clock: FixedClock) -> None:
    analyst = visitor(cast.signed_in(cast.staff(Role.ANALYST)))
    path = sent(own, image("dusk"), now=clock.at)
    page = analyst.submit(analyst.get(path), {"purpose": "answer_survivor"})
    assert "Reviewed: keep" not in page.text
    assert analyst.post(f"{path}/review", chosen(own)).status == 403


def test_a_case_without_any_says_so(officer: Visitor, own: OwnCase) -> None:
    page = opened(officer, f"/case/{Case.objects.get(id=own.case_id).number}/fingerprints")
    check_page(page)
    assert "There are no fingerprints." in page.text


def test_everything_that_can_stand_on_the_page_has_words() -> None:
    assert set(KINDS) == set(Kind)
    assert set(STATES) == set(FingerprintState) - {FingerprintState.WITHDRAWN}
    assert set(WAITS) == set(Waits)
    assert set(MATCHES) == set(MatchState)


def test_a_picture_come_across_is_a_lead_until_a_person_confirms_it(
    officer: Visitor, own: OwnCase, clock: FixedClock, world: World
) -> None:
    path = sent(own, image("dusk"), now=clock.at, agreed=False)
    before = Item.objects.filter(case=own.case_id).count()
    where = "https://harbour.example/p/7"
    page = opened(officer, path)
    near = f"{int(digits(('dusk', 0)), 16) ^ 0b11111:064x}"
    page = officer.submit(page, {"hash": near, "address": where}, action="/compare")
    check_page(page)
    assert "5 of 256 bits differ" in page.text
    assert "Decide on a match" in officer.get("/").text
    assert Item.objects.filter(case=own.case_id).count() == before, "nothing follows from a lead"
    page = officer.submit(page, {"hers": "1"}, action="/match", press="hers")
    assert "A lead: decide" not in page.text
    assert Item.objects.filter(case=own.case_id).count() == before + 1
    assert "Decide on a match" not in officer.get("/").text


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"hash": "f8", "address": "https://harbour.example/p/7"}, "bad_hash"),
        ({"hash": digits("x"), "address": "no place"}, "not_a_place"),
        ({"hash": digits("x"), "address": "https://harbour.example/p/7"}, "nothing_near"),
    ],
)
def test_a_comparison_that_is_refused_keeps_what_was_typed(
    officer: Visitor, own: OwnCase, clock: FixedClock, typed: dict[str, str], code: str
) -> None:
    page = opened(officer, sent(own, image("dusk"), now=clock.at))
    refused = officer.submit(page, {**typed}, action="/compare")
    assert code in refused.html
    assert {name: refused.form("/compare")[name] for name in typed} == {k: [v] for k, v in typed.items()}
    check_page(refused)


def test_a_list_makes_a_lead_in_the_queue_and_says_how_often_it_was_right(
    officer: Visitor, own: OwnCase, clock: FixedClock, world: World
) -> None:
    path = sent(own, image("dusk"), image("dawn"), now=clock.at, agreed=False)
    whose = About("Harbour list", "agreement of 1 March", clock.at.date())
    listed = read_list(f"{digits(('dusk', 0))}\n{digits(('dawn', 0))}")
    matching.import_list(about=whose, lawful=False, read=listed, label="Officer 01", now=clock.at)
    settle(clock.at)
    assert "Decide on a match" in officer.get("/").text
    page = opened(officer, path)
    assert "Nobody has decided on a match of it yet." in page.text
    items = Item.objects.filter(case=own.case_id).count()
    page = officer.submit(page, {"hers": "1"}, action="/match", press="hers")
    assert "Right in 1 of 1 matches that a person decided on: 100 %." in page.text
    check_page(page)
    assert Item.objects.filter(case=own.case_id).count() == items, "a list names no place"


def test_a_list_of_lawful_pictures_brings_fingerprints_back_to_a_person(
    officer: Visitor, own: OwnCase, clock: FixedClock, world: World
) -> None:
    path = sent(own, image("dusk"), now=clock.at)
    whose = About("Harbour at noon", "our own pictures", clock.at.date())
    matching.import_list(
        about=whose, lawful=True, read=read_list(digits(("dusk", 0))), label="Officer 01", now=clock.at
    )
    settle(clock.at)
    assert "Look why fingerprints wait" in officer.get("/").text
    assert "It is near a picture of a list of lawful ones." in opened(officer, path).text


def test_an_operator_records_that_she_agreed_by_phone_and_she_can_see_who_did(
    own: OwnCase, clock: FixedClock
) -> None:
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    path = sent(own, image("dusk"), now=clock.at, agreed=False)
    page = operator.submit(operator.get(path), {"purpose": "answer_survivor"})
    refused = operator.submit(page, action="/agree", press="agreed")
    assert "not_told" in refused.html
    check_page(refused)
    assert matching_read.agreed_since(own.case_id) is None
    page = operator.submit(refused, {"told": "1"}, action="/agree", press="agreed")
    assert matching_read.agreed_since(own.case_id) == clock.at
    assert ("Operator 01", "wrote down that you agreed that companies get your fingerprints") in {
        (entry.label, entry.words) for entry in record_of(own)
    }
    operator.submit(page, {"agreed": "0"}, action="/agree")
    assert matching_read.agreed_since(own.case_id) is None


def test_invariant_12_nobody_records_an_agreement_on_the_minor_path(
    officer: Visitor, own: OwnCase, clock: FixedClock
) -> None:
    path = sent(own, image("dusk"), now=clock.at, agreed=False)
    page = opened(officer, path)
    Case.objects.filter(id=own.case_id).update(age_band=AgeBand.UNKNOWN, minor_path=True)
    refused = officer.submit(page, {"told": "1"}, action="/agree", press="agreed")
    assert "nothing_of_minors" in refused.html
    assert "Record that she agreed" not in refused.text
    assert matching_read.agreed_since(own.case_id) is None
