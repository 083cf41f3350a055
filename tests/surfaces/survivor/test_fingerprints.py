"""The pages about fingerprints by forms alone: what is kept, refused, listed, taken out; the way for minors."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.surfaces.frame.headers import PLAYS_CHOSEN_FILES
from recourse.surfaces.survivor.elsewhere import SENTENCES, guides
from recourse.surfaces.survivor.lines import STATES
from recourse.work.cases.domain import AgeBand
from recourse.work.cases.models import CaseStep
from recourse.work.hotline.models import Draft
from recourse.world.matching.domain import FingerprintState
from recourse.world.matching.models import Fingerprint
from recourse.world.rules.load import rules
from tests.surfaces.survivor.inside import inside
from tests.surfaces.visits import Page, Visitor, check_page
from tests.world.matching.making import image, video

pytestmark = [pytest.mark.django_db, pytest.mark.db]
STEP, HERS = "/report/fingerprints", "/case/fingerprints"


def adult(her: Visitor) -> Page:
    her.submit(her.get("/report/age_in_picture"), {"age_in_picture": "18_or_over"})
    return her.get(STEP)


def sent(page: Page) -> list[str]:
    return page.form("fingerprints").get("fingerprint", [])


def test_the_step_comes_after_the_questions_and_needs_nothing(her: Visitor) -> None:
    adult(her)
    page = her.submit(her.get("/report/words"), press="skip")
    assert page.path == STEP
    check_page(page)
    assert "needs JavaScript" in page.text
    assert "call us" in page.text
    listed = her.submit(page)
    assert listed.path == "/report/check"
    assert "Fingerprints None" in listed.text


def test_what_was_made_is_kept_listed_word_for_word_and_sent_with_the_report(her: Visitor) -> None:
    made = [image("dusk"), video("dusk")]
    listed = her.submit(adult(her), {"fingerprint": made})
    assert "2 pictures or videos" in listed.text
    again = her.get(STEP)
    assert sent(again) == made
    for text in made:
        assert text in again.text
    check_page(again)
    her.submit(again, {"fingerprint": made[:1]})
    assert sent(her.get(STEP)) == made[:1], "the list replaces the one before"
    her.submit(her.get("/report/check"), action="/report/send")
    assert Fingerprint.objects.get().kind == "image"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([image(1), "image.0-87-zz"], "bad_fingerprint"),
        ([image(seed) for seed in range(51)], "too_many_fingerprints"),
    ],
)
def test_a_refused_sending_stands_on_the_page_whole(her: Visitor, given: list[str], code: str) -> None:
    page = her.submit(adult(her), {"fingerprint": given})
    assert page.status == 400
    assert page.tree.css_first(f"[data-code={code}]") is not None
    assert sent(page) == given
    assert Draft.objects.count() == 1


def test_a_stale_token_loses_nothing(her: Visitor) -> None:
    page = her.submit(adult(her), {"fingerprint": [image(1)], "csrfmiddlewaretoken": "x" * 64})
    assert page.status == 403
    assert sent(page) == [image(1)]
    assert her.submit(page, action=STEP).path == "/report/check"


def test_without_a_draft_the_report_begins(her: Visitor) -> None:
    assert her.get(STEP).path == "/report/what_happened"


@pytest.mark.parametrize("age", ["under_18", "unknown", None])
def test_invariant_12_on_the_minor_path_nothing_can_be_chosen_and_take_it_down_is_shown(
    her: Visitor, age: str | None
) -> None:
    page = her.get("/report/age_in_picture")
    her.submit(page, {"age_in_picture": age}) if age else her.submit(page, press="skip")
    step = her.get(STEP)
    check_page(step)
    assert step.tree.css("input[type=file], script[type=module], #device") == []
    assert "takeitdown.ncmec.org" in step.html
    assert "stopncii" not in step.html.lower()
    refused = her.submit(step, {"fingerprint": [image(1)]})
    assert refused.status == 403
    assert "nothing_of_minors" in refused.html
    listed = her.submit(her.get(STEP))
    assert listed.path == "/report/check"
    assert "Of this picture we take none" in listed.text
    her.submit(listed, action="/report/send")
    assert Fingerprint.objects.count() == 0


def test_a_language_button_keeps_what_was_made(her: Visitor) -> None:
    page = her.submit(adult(her), {"fingerprint": [image(1)], "lang": "ko"})
    assert page.path.startswith(STEP)
    assert sent(page) == [image(1)]


def test_only_these_pages_may_play_a_chosen_file(her: Visitor) -> None:
    assert adult(her).headers["Content-Security-Policy"] == PLAYS_CHOSEN_FILES
    for path in ("/", "/report/words", "/report/check", "/case"):
        assert "media-src" not in her.get(path).headers["Content-Security-Policy"]


def test_she_adds_by_her_code_sees_what_is_held_and_takes_one_out(her: Visitor, clock: FixedClock) -> None:
    inside(clock.at).enter(her)
    page = her.get(HERS)
    check_page(page)
    assert "What your case holds" not in page.text
    held = her.submit(page, {"fingerprint": [image(1), video(1)]}, action=HERS)
    assert held.path == HERS
    check_page(held)
    assert held.text.count("With us alone") == 2
    assert sent(held) == []
    after = her.submit(held, action="/fingerprint/out")
    assert after.text.count("With us alone") == 1
    assert her.submit(held, action="/fingerprint/out").status == 200, "pressed twice, it is out once"
    assert Fingerprint.objects.count() == 1
    record = her.get("/case/done").text
    assert "Fingerprints of pictures or videos added" in record
    assert "A fingerprint taken out" in record


def test_an_empty_sending_is_refused_with_a_sentence(her: Visitor, clock: FixedClock) -> None:
    inside(clock.at).enter(her)
    page = her.submit(her.get(HERS), action=HERS)
    assert page.status == 400
    assert page.tree.css_first("[data-code]") is not None


def test_a_page_that_closed_itself_meanwhile_loses_nothing(her: Visitor, clock: FixedClock) -> None:
    made = inside(clock.at)
    made.enter(her)
    page = her.get(HERS)
    del her.client.cookies["__Host-case"]
    again = her.submit(page, {"fingerprint": [image(1), image(2)]}, action=HERS)
    assert again.form()["fingerprint"] == [image(1), image(2)]
    assert her.submit(again, {"reopen": made.code}).path == HERS
    assert Fingerprint.objects.count() == 2


def test_her_copy_holds_them(her: Visitor, clock: FixedClock) -> None:
    inside(clock.at).enter(her)
    her.submit(her.get(HERS), {"fingerprint": [video(1)]}, action=HERS)
    for press in ("page", "machine"):
        assert video(1) in her.submit(her.get("/case/copy"), press=press, action="/case/copy").html


def test_every_state_that_she_can_see_has_words() -> None:
    assert set(STATES) == set(FingerprintState) - {FingerprintState.WITHDRAWN}


def test_every_fact_of_a_tool_has_a_sentence_and_no_sentence_is_left_over() -> None:
    told = {fact.key for tool in rules().tools.values() for fact in tool.facts}
    assert told == set(SENTENCES)
    assert {tool.for_age for tool in rules().tools.values()} == {"adult", "minor"}


def test_what_is_not_verified_or_past_its_review_says_so() -> None:
    (adults,) = guides(minor_path=False, today=date(2026, 12, 1))
    assert any(fact.unverified for fact in adults.cannot)
    assert not adults.past_review
    (later,) = guides(minor_path=False, today=adults.checked_on + timedelta(days=400))
    assert later.past_review


@pytest.mark.parametrize(
    ("band", "tool", "other"),
    [(AgeBand.ADULT, "stopncii", "take_it_down"), (AgeBand.MINOR, "take_it_down", "stopncii")],
)
def test_what_she_says_she_did_is_noted_once(
    her: Visitor, clock: FixedClock, band: AgeBand, tool: str, other: str
) -> None:
    made = inside(clock.at, age_band=band)
    made.enter(her)
    page = her.get("/case/elsewhere")
    check_page(page)
    assert "not verified by us" in page.text
    token = page.form("elsewhere")["csrfmiddlewaretoken"]
    assert her.post("/case/elsewhere", {"csrfmiddlewaretoken": token, "used": other}).status == 404
    for _ in range(2):
        done = her.post("/case/elsewhere", {"csrfmiddlewaretoken": token, "used": tool})
    assert "You told us that you used" in done.text
    assert list(CaseStep.objects.filter(case=made.case).values_list("what", flat=True)) == [f"used_{tool}"]


def test_she_agrees_that_companies_look_and_ends_it(her: Visitor, clock: FixedClock) -> None:
    made = inside(clock.at)
    made.enter(her)
    held = her.submit(her.get(HERS), {"fingerprint": [image(1)]}, action=HERS)
    page = her.submit(held, action="/companies", press="agreed")
    check_page(page)
    assert "You said yes on" in page.text
    page = her.submit(page, {"agreed": "0"}, action="/companies")
    assert "May companies look for copies?" in page.text
    assert "You said yes on" not in page.text
    done = set(CaseStep.objects.filter(case=made.case).values_list("what", flat=True))
    assert {"sharing_agreed", "sharing_ended"} <= done
