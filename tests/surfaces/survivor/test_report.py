"""The report by forms alone: every question, every way out, every way in which an answer can be refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases.models import Case
from recourse.work.hotline.domain import QUESTIONS
from recourse.work.hotline.models import Draft, Report
from tests.surfaces.visits import Page, Visitor, check_page

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "what_happened": {"what_happened": ["found_online", "afraid_of_it"]},
    "for_whom": {"for_whom": "me"},
    "age_in_picture": {"age_in_picture": "18_or_over"},
    "places": {"places": "https://t.me/dusk_harbour/12\na group my neighbour named"},
    "safe_contact": {"how": "phone", "address": "0000 1234", "window": "after 16:00", "leave_message": "no"},
    "words": {"words": "A harbour at dusk.\nNothing more."},
}
NEUTRAL = {"Start", "Your notes", "Note"}


def fill(her: Visitor, answers: dict[str, dict[str, str | list[str]]]) -> Page:
    """Answer what is asked and skip the rest; return the page that lists the answers."""
    page = her.get("/report")
    for _ in QUESTIONS:
        key = page.path.rpartition("/")[2]
        page = her.submit(page, answers[key]) if key in answers else her.submit(page, press="skip")
    assert page.path == "/report/fingerprints", page.text
    page = her.submit(page)
    assert page.path == "/report/check", page.text
    return page


def code_on(page: Page) -> str:
    field = page.tree.css_first("#whole")
    assert field is not None, page.text
    return field.attributes["value"] or ""


def test_the_first_page_needs_no_cookie_but_the_form_s_own(her: Visitor) -> None:
    page = her.get("/")
    assert page.status == 200
    assert set(her.client.cookies) <= {"__Host-csrf"}
    check_page(page)


def test_the_whole_report_by_forms(her: Visitor) -> None:
    listed = fill(her, ANSWERS)
    for words in ("It is online", "A harbour at dusk.", "https://t.me/dusk_harbour/12", "after 16:00"):
        assert words in listed.text
    shown = her.submit(listed, action="/report/send")
    assert shown.path == "/code"
    code = code_on(shown)
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert len(shown.tree.css(".code li")) == 6
    assert her.get("/code").status == 200, "shown until it is acknowledged"
    case = her.submit(shown, action="/code/kept")
    assert case.path == "/case"
    assert "Your report is stored." in case.text
    assert her.get("/code").path == "/case", "and never again"
    assert Draft.objects.count() == 0
    for page in her.seen:
        check_page(page)
        assert page.title in NEUTRAL, page.path
        assert code not in page.path


def test_every_question_can_be_skipped(her: Visitor) -> None:
    shown = her.submit(fill(her, {}), action="/report/send")
    assert code_on(shown)
    assert Report.objects.count() == 1


def test_every_page_says_why_and_what_was_told(her: Visitor) -> None:
    page = her.get("/report")
    for question in QUESTIONS:
        assert "Why we ask" in page.text
        assert "saved at" in page.text or question is QUESTIONS[0]
        if question.key == "age_in_picture":
            assert "You already told us" in page.text
            assert "Change" in page.text
        page = her.submit(page, ANSWERS[question.key])


def test_back_by_button_keeps_what_is_typed(her: Visitor) -> None:
    her.submit(her.get("/report/what_happened"), ANSWERS["what_happened"])
    before = her.submit(her.get("/report/for_whom"), {"for_whom": "me"}, press="back")
    assert before.path == "/report/what_happened"
    assert before.form()["what_happened"] == ["found_online", "afraid_of_it"]
    assert her.get("/report/for_whom").form()["for_whom"] == ["me"]


def test_going_back_with_the_browser_and_sending_again_replaces_the_answer(her: Visitor) -> None:
    old = her.get("/report/for_whom")
    her.submit(old, {"for_whom": "me"})
    her.submit(old, {"for_whom": "child_in_my_care"})
    assert her.get("/report/for_whom").form()["for_whom"] == ["child_in_my_care"]
    assert Draft.objects.count() == 1


def test_a_change_from_the_list_returns_to_the_list(her: Visitor) -> None:
    fill(her, ANSWERS)
    page = her.get("/report/words?then=check")
    listed = her.submit(page, {"words": "Changed."})
    assert listed.path == "/report/check"
    assert "Changed." in listed.text
    assert "A harbour at dusk." not in listed.text


def test_a_change_on_the_way_returns_to_where_she_was(her: Visitor) -> None:
    page = her.get("/report")
    for key in ("what_happened", "for_whom", "age_in_picture"):
        page = her.submit(page, ANSWERS[key])
    assert page.path == "/report/places"
    link = next(href for href in page.links() if href.startswith("/report/for_whom"))
    changed = her.submit(her.get(link), {"for_whom": "child_in_my_care"})
    assert changed.path == "/report/places"
    assert "A child in my care" in changed.text


def test_skipping_takes_an_answer_back(her: Visitor) -> None:
    fill(her, ANSWERS)
    listed = her.submit(her.get("/report/words?then=check"), press="skip")
    assert "A harbour at dusk." not in listed.text


def test_stopping_saves_and_says_where_and_how_long(her: Visitor) -> None:
    page = her.submit(her.get("/report/words"), {"words": "half a sentence"}, press="stop")
    assert page.path == "/report/saved"
    assert "24 hours" in page.text
    assert "half a sentence" in her.get("/report/words").html
    assert "Go on with your report" in her.get("/").text
    check_page(page)


def test_deleting_the_draft_deletes_it(her: Visitor) -> None:
    page = her.submit(her.get("/report/words"), {"words": "half a sentence"}, press="stop")
    after = her.submit(page, action="/report/drop")
    assert after.path == "/"
    assert Draft.objects.count() == 0
    assert "half a sentence" not in her.get("/report/words").html


def test_a_draft_that_was_sent_cannot_be_deleted_with_its_code(her: Visitor) -> None:
    her.submit(her.get("/report/words"), {"words": "x"}, press="stop")
    drop = her.get("/report/saved")
    her.submit(her.get("/report/check"), action="/report/send")
    assert her.submit(drop, action="/report/drop").path == "/code"
    assert code_on(her.get("/code"))


def test_after_a_day_the_last_answer_is_kept_and_she_is_told(her: Visitor, clock: FixedClock) -> None:
    her.submit(her.get("/report/for_whom"), {"for_whom": "me"})
    page = her.get("/report/places")
    clock.advance(timedelta(hours=25))
    after = her.submit(page, {"places": "a harbour"})
    assert "more than a day old" in after.text
    assert "a harbour" in her.get("/report/places").html
    assert "for_whom" not in her.get("/report/for_whom").form()


def test_sending_twice_stores_once_and_shows_the_same_code(her: Visitor) -> None:
    listed = fill(her, ANSWERS)
    first = code_on(her.submit(listed, action="/report/send"))
    assert code_on(her.submit(listed, action="/report/send")) == first
    assert Case.objects.count() == 1
    assert Report.objects.count() == 1


def test_sending_again_after_the_code_was_kept_leads_to_the_case(her: Visitor) -> None:
    listed = fill(her, {})
    her.submit(her.submit(listed, action="/report/send"), action="/code/kept")
    assert her.submit(listed, action="/report/send").path == "/case"
    assert Case.objects.count() == 1


def test_sending_without_a_draft_is_a_clear_sentence(her: Visitor) -> None:
    listed = fill(her, {})
    del her.client.cookies["__Host-draft"]
    page = her.submit(listed, action="/report/send")
    assert page.status == 404
    assert "no report being written here" in page.text
    assert "no_draft" in page.text


def test_a_sent_draft_takes_no_more_answers(her: Visitor) -> None:
    her.submit(fill(her, ANSWERS), action="/report/send")
    assert her.get("/report/words").path == "/code"
    page = her.get("/case")
    token = page.form()["csrfmiddlewaretoken"][0]
    assert her.post("/report/words", {"words": "more", "csrfmiddlewaretoken": token}).path == "/code"


def test_reporting_for_somebody_who_does_not_know_promises_no_request(her: Visitor) -> None:
    listed = fill(her, {"for_whom": {"for_whom": "someone_else"}})
    assert "ask nobody to remove anything before that person agrees" in listed.text
    mine = her.submit(her.get("/report/for_whom?then=check"), {"for_whom": "me"})
    assert "you allow us to ask each place" in mine.text


# -- what is refused, and that it stands in its field again ---------------------------------------------------


def test_a_text_of_64_kb_is_refused_by_field_and_stays(her: Visitor) -> None:
    text = "dusk " * 13_000
    page = her.submit(her.get("/report/words"), {"words": text})
    assert page.status == 413
    assert "This is longer than we can take." in page.text
    assert "20000 fit" in page.text or "20,000 fit" in page.text
    assert page.form()["words"] == [text]
    assert page.tree.css_first("textarea[aria-invalid=true]") is not None
    assert set(her.client.cookies) <= {"__Host-csrf"}, "no draft for an answer that was refused"


def test_a_line_that_is_too_long_is_named(her: Visitor) -> None:
    page = her.submit(her.get("/report/safe_contact"), {"how": "phone", "address": "0" * 400})
    assert page.status == 413
    assert page.tree.css_first("#f-address[aria-invalid=true]") is not None
    assert page.form()["how"] == ["phone"]
    assert page.tree.css_first('a[href="#f-address"]') is not None


def test_a_body_of_two_megabytes_is_refused_whole(her: Visitor) -> None:
    her.submit(her.get("/report/for_whom"), {"for_whom": "me"})
    page = her.submit(her.get("/report/words"), {"words": "d" * 2_000_000})
    assert page.status == 413
    assert "longer than we can take" in page.text
    assert her.get("/report/for_whom").form()["for_whom"] == ["me"], "what was told before is kept"


def test_a_choice_that_was_not_offered_is_refused(her: Visitor) -> None:
    page = her.submit(her.get("/report/for_whom"), {"for_whom": "the neighbour"})
    assert page.status == 400
    assert "not on the list" in page.text


MISTAKEN: dict[str, str | list[str]] = {
    "how": "phone", "address": "dusk@harbour.example", "window": "after 16:00", "leave_message": "no",
}  # fmt: skip


def test_a_mailbox_given_as_a_number_is_told_and_kept(her: Visitor) -> None:
    page = her.submit(her.get("/report/safe_contact"), MISTAKEN)
    check_page(page)
    assert (page.status, page.path) == (400, "/report/safe_contact")
    assert page.tree.css_first('.say[data-code="mailbox_as_phone"]') is not None
    assert page.tree.css_first("#f-address").attributes["aria-invalid"] == "true"  # type: ignore[union-attr]
    assert page.form()["address"] == ["dusk@harbour.example"]
    assert page.form()["window"] == ["after 16:00"]
    assert "mailbox_as_phone" in her.get("/report/safe_contact").html, "it is said again when she comes back"
    page = her.submit(page, {"how": "email"})
    assert page.path == "/report/words"


@pytest.mark.parametrize(("press", "leads_to"), [("stop", "/report/saved"), ("back", "/report/places")])
def test_whoever_stops_or_goes_back_is_not_held_up_by_a_mistake_which_is_kept(
    her: Visitor, press: str, leads_to: str
) -> None:
    page = her.submit(her.get("/report/safe_contact"), MISTAKEN, press=press)
    assert (page.status, page.path) == (200, leads_to)
    assert her.get("/report/safe_contact").form()["address"] == ["dusk@harbour.example"]


def test_a_report_with_a_mistaken_contact_is_not_sent_before_she_mends_it(her: Visitor) -> None:
    fill(her, ANSWERS)
    her.submit(her.get("/report/safe_contact?then=check"), MISTAKEN, press="stop")
    page = her.submit(her.get("/report/check"), action="/report/send")
    assert page.path == "/report/safe_contact?then=check"
    assert page.tree.css_first('.say[data-code="mailbox_as_phone"]') is not None
    assert not Case.objects.exists()
    page = her.submit(page, {"address": "0000 1234"})
    assert page.path == "/report/check"
    assert her.submit(page, action="/report/send").path == "/code"
    assert Case.objects.count() == 1


def test_broken_utf8_is_told_and_kept(her: Visitor) -> None:
    page = her.get("/report/words")
    token = page.form()["csrfmiddlewaretoken"][0].encode()
    refused = her.post("/report/words", b"csrfmiddlewaretoken=" + token + b"&words=harbour+%ff%fe+dusk")
    assert refused.status == 400
    assert "could not be read" in refused.text
    assert "harbour" in refused.form()["words"][0]
    assert "dusk" in her.get("/report/words").form()["words"][0], "saved as it stands"
    assert her.submit(refused).path == "/report/fingerprints", "and going on is possible"


def test_raw_broken_bytes_are_no_server_error(her: Visitor) -> None:
    token = her.get("/report/words").form()["csrfmiddlewaretoken"][0].encode()
    page = her.post("/report/words", b"csrfmiddlewaretoken=" + token + b"&words=harbour \xff\xfe dusk")
    assert page.status < 500
    assert "harbour" in her.get("/report/words").form()["words"][0]


@pytest.mark.parametrize("break_it", ["cookie", "field"])
def test_a_stale_token_does_not_cost_her_the_text(her: Visitor, break_it: str) -> None:
    page = her.get("/report/words")
    if break_it == "cookie":
        del her.client.cookies["__Host-csrf"]
        refused = her.submit(page, {"words": "a harbour at dusk"})
    else:
        refused = her.submit(page, {"words": "a harbour at dusk", "csrfmiddlewaretoken": "x" * 64})
    assert refused.status == 403
    assert refused.form()["words"] == ["a harbour at dusk"]
    assert her.submit(refused).path == "/report/fingerprints", "pressing once more sends it"


def test_a_file_is_refused_before_it_is_kept(her: Visitor) -> None:
    page = her.get("/report/words")
    token = page.form()["csrfmiddlewaretoken"][0]
    body = (
        "--edge\r\n"
        f'Content-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="words"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\nJFIF\r\n--edge--\r\n"
    ).encode()
    response = her.client.post("/report/words", body, content_type="multipart/form-data; boundary=edge")
    assert response.status_code in {400, 413, 415}
    assert b"pictures or files" in response.content
    assert Draft.objects.count() == 0


def test_an_unknown_question_is_not_found(her: Visitor) -> None:
    assert her.get("/report/name").status == 404


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ 7|add:'7' }}{% csrf_token %}",
    "\u202eeksud\u202c \u200b\u0000",
    "'; DROP TABLE cases_case; --",
    "\U0001d525\U0001d51e\U0001d52f \U0001f30a \u0647\u0627\u0631\u0628\u0631 \u6e2f",
    "javascript:alert(1)",
    "line\r\n\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words(her: Visitor, text: str) -> None:
    answers = {
        **ANSWERS,
        "places": {"places": text},
        "words": {"words": text},
        "safe_contact": {"how": "phone", "address": f"000 {text}", "window": text},
    }
    listed = fill(her, answers)
    her.submit(her.submit(listed, action="/report/send"), action="/code/kept")
    for page in her.seen:
        check_page(page)
        assert page.tree.css("script:not([src]), img, [onerror]") == []
        assert "Set-Cookie: a=b" not in str(page.headers)


def test_cookies_are_for_this_host_only_and_out_of_reach(her: Visitor) -> None:
    her.submit(fill(her, ANSWERS), action="/report/send")
    draft = her.client.cookies["__Host-draft"]
    her.submit(her.get("/code"), action="/code/kept")
    case = her.client.cookies["__Host-case"]
    for cookie in (draft, case):
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
    assert int(case["max-age"]) == 15 * 60
    assert set(her.client.cookies) == {"__Host-csrf", "__Host-draft", "__Host-case"}
    assert her.client.cookies["__Host-draft"].value == "", "taken away with the draft"


def test_no_page_is_kept_by_a_browser(her: Visitor) -> None:
    her.submit(her.submit(fill(her, ANSWERS), action="/report/send"), action="/code/kept")
    for page in her.seen:
        assert "no-store" in page.headers["Cache-Control"], page.path
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
