"""Every field of the survivor's pages takes everything: no break, nothing lost, nothing shown raw or logged."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases.models import Case
from recourse.work.hotline.domain import QUESTIONS, Field, Question
from recourse.work.hotline.models import Draft, Report
from tests.hostile.asking import (
    all_entries,
    code_of,
    complaints,
    every,
    send,
    stands_in_field,
    stands_on_page,
)
from tests.hostile.corpus import BODY_LIMIT, MARK, Hostile, beyond_reading
from tests.surfaces.survivor.test_report import code_on
from tests.surfaces.visits import Page, Visitor
from tests.work.notices.making import World, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("quiet")]

FIELDS = [(question, field) for question in QUESTIONS for field in question.fields]
TYPED = [(question, field) for question, field in FIELDS if not field.choices]
CHOSEN = [(question, field) for question, field in FIELDS if field.choices]


def named(value: object) -> str:
    return str(getattr(value, "key", None) or getattr(value, "name", ""))


@pytest.mark.parametrize(("question", "field"), TYPED, ids=named)
def test_a_text_is_taken_or_refused_with_a_sentence_and_never_lost(
    her: Visitor, question: Question, field: Field
) -> None:
    path = f"/report/{question.key}"

    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get(path), entry, field.name)
        found = complaints(page)
        if beyond_reading(entry):
            return found if page.status == 413 and code_of(page) == "too_long" else [*found, "taken whole"]
        if page.status >= 400:
            kept = stands_in_field(page, field.name, entry)
        else:
            kept = stands_in_field(her.get(path), field.name, entry)
        too_long = len(entry.text) > field.max_length
        if (page.status == 413) != (too_long and page.status >= 400):
            found.append(f"status {page.status} for {len(entry.text)} characters")
        return found if kept else [*found, f"lost ({page.status})"]

    every(all_entries(), examine)
    assert Draft.objects.count() <= 1


@pytest.mark.parametrize(("question", "field"), CHOSEN, ids=named)
def test_a_choice_that_was_not_offered_is_refused_by_code(
    her: Visitor, question: Question, field: Field
) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get(f"/report/{question.key}"), entry, field.name)
        code = code_of(page) if page.status >= 400 else "taken"
        wanted = "too_long" if beyond_reading(entry) else "bad_answer"
        return complaints(page) + ([] if code == wanted else [code])

    every(all_entries(), examine)
    assert Draft.objects.count() == 0, "a refused answer begins no draft"


@pytest.mark.parametrize(
    "name", ["then", "marred", "stop", "back", "skip", "nobody_asked", "csrfmiddlewaretoken", "lost", "lang"]
)
def test_the_form_s_other_fields_do_no_harm(her: Visitor, name: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get("/report/words"), entry, name, also={"words": "a harbour at dusk"})
        if name == "csrfmiddlewaretoken" and page.status < 400:
            return ["a forged token was taken"]
        return complaints(page)

    every(all_entries(), examine)


def test_the_field_for_the_case_code_opens_nothing_and_keeps_what_was_typed(her: Visitor) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get("/case"), entry, "code")
        found = complaints(page)
        if beyond_reading(entry):
            return found
        if (page.status, code_of(page)) != (404, "bad_case_code"):
            found.append(f"{page.status} {code_of(page)}")
        kept = stands_in_field(page, "code", entry, limit=200, action="/case")
        return found if kept else [*found, "lost"]

    every(all_entries(), examine)


@pytest.mark.parametrize(
    "path",
    ["/report/", "/", "/case/", "/enrol/", "/static/", "/report/words?then=", "/?", "/?lang=", "/code?next="],
)
def test_addresses_do_no_harm(her: Visitor, path: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        response = her.client.get(path + quote(entry.raw[:1500], safe=""))
        if getattr(response, "streaming", False):
            return ["a file"]
        page = Page(path, response.status_code, response.content.decode(), dict(response.headers.items()))
        return complaints(page) if "html" in response["Content-Type"] else [response["Content-Type"]]

    every(all_entries(), examine)


@pytest.mark.parametrize(
    "cookie", ["__Host-draft", "__Host-case", "__Host-csrf", "__Host-session", "__Host-lang", "stranger"]
)
def test_cookies_do_no_harm(her: Visitor, cookie: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        value = entry.raw[:3000].decode("latin-1").replace("\n", " ").replace("\r", " ")
        found: list[str] = []
        for path in ("/", "/report/words", "/case", "/code"):
            response = her.client.get(path, headers={"cookie": f"{cookie}={value}"}, follow=True)
            page = Page(path, response.status_code, response.content.decode(), dict(response.headers.items()))
            found += complaints(page) + ([] if page.status == 200 else [f"{path}: {page.status}"])
        return found

    every(all_entries(), examine)


def test_what_was_sent_reaches_the_desk_as_it_was_and_as_text(
    officer: Visitor, her: Visitor, world: World, clock: FixedClock
) -> None:
    """Report, worker, desk: every entry that a field takes, in every field that is typed into."""
    taken = [entry for entry in all_entries() if len(entry.text) <= 20_000]
    assert len(taken) > 45
    seen: set[str] = set()

    def examine(entry: Hostile) -> list[str]:
        found: list[str] = []
        for question, field in TYPED:
            sent = entry if len(entry.text) <= field.max_length else Hostile(entry.name, MARK.encode())
            also = {"how": "page_only"} if question.key == "safe_contact" else {}
            page = send(her, her.get(f"/report/{question.key}"), sent, field.name, also=also, press="marred")
            found += complaints(page)
        listed = her.get("/report/check")
        found += complaints(listed) + ([] if stands_on_page(listed, entry) else ["not on the list"])
        shown = her.submit(listed, action="/report/send")
        assert code_on(shown)
        found += complaints(her.submit(shown, action="/code/kept"))
        settle(clock.at)
        case = Case.objects.exclude(number__in=seen).get()
        seen.add(case.number)
        page = officer.get(f"/case/{case.number}")
        page = officer.submit(page, {"purpose": "assess"})
        found += complaints(page)
        return found if stands_on_page(page, entry) else [*found, "not at the desk"]

    every(taken, examine)
    assert Report.objects.exclude(read_at=None).count() == len(taken)


def test_the_bound_of_a_form_is_the_one_that_is_promised(settings: object) -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == BODY_LIMIT  # type: ignore[attr-defined]
