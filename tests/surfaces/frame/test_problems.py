"""Errors become pages in plain words; what they say inside stays inside."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.http import require_POST

from recourse.base.core.errors import ConflictError, MisconfiguredError, TooLongError
from recourse.base.core.logs import RedactingFormatter
from recourse.config.urls import handler400, handler403, handler404, handler500
from tests import cast
from tests.surfaces.visits import HTMLParser, Visitor

SECRET = "a harbour at dusk"
HOST = "problems.localhost"


def _raising(error: Exception) -> object:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def _read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.POST)))


routes = ModuleType("tests.surfaces.frame.routes")
routes.urlpatterns = [  # type: ignore[attr-defined]
    path("conflict", _raising(ConflictError(SECRET))),  # type: ignore[arg-type]
    path("long", _raising(TooLongError(SECRET))),  # type: ignore[arg-type]
    path("wrong", _raising(MisconfiguredError(SECRET))),  # type: ignore[arg-type]
    path("denied", _raising(PermissionDenied(SECRET))),  # type: ignore[arg-type]
    path("broken", _raising(RuntimeError(SECRET))),  # type: ignore[arg-type]
    path("away", _raising(OperationalError(SECRET))),  # type: ignore[arg-type]
    path("closed", _raising(InterfaceError(SECRET))),  # type: ignore[arg-type]
    path("read", _read),
    path("form", require_POST(_read)),
]
for _name, _handler in (("400", handler400), ("403", handler403), ("404", handler404), ("500", handler500)):
    setattr(routes, f"handler{_name}", _handler)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A browser at a surface whose pages fail."""
    monkeypatch.setitem(sys.modules, routes.__name__, routes)
    with override_settings(SURFACES={HOST: routes.__name__}, ALLOWED_HOSTS=[HOST]):
        yield Client(raise_request_exception=False, headers={"host": HOST})


@pytest.mark.parametrize(
    ("page", "status", "code"),
    [
        ("/conflict", 409, "conflict"),
        ("/long", 413, "too_long"),
        ("/wrong", 500, "misconfigured"),
        ("/denied", 403, "not_allowed"),
        ("/broken", 500, "internal"),
        ("/away", 503, "unavailable"),
        ("/closed", 503, "unavailable"),
        ("/nothing", 404, "not_found"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/problem+json"])
def test_an_error_is_told_by_code_and_sentence_alone(
    browser: Client, page: str, status: int, code: str, accept: str
) -> None:
    answer = browser.get(page, HTTP_ACCEPT=accept)
    text = answer.content.decode()
    assert answer.status_code == status
    assert code in text
    assert SECRET not in text
    assert "Traceback" not in text
    assert answer["Content-Type"].startswith(accept)
    assert answer["Cache-Control"] == "no-store"


def test_a_break_is_logged_with_its_traceback(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="django.request"):
        browser.get("/broken")
    lines = [
        RedactingFormatter().format(record) for record in caplog.records if record.name == "django.request"
    ]
    assert [line for line in lines if "RuntimeError" in line and "test_problems" in line]
    assert SECRET not in "".join(lines)


def test_a_page_that_cannot_be_made_still_answers(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> str:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("recourse.surfaces.frame.problems.render_to_string", fail)
    answer = browser.get("/broken")
    assert answer.status_code == 500
    assert b"internal" in answer.content
    assert SECRET.encode() not in answer.content


def test_a_file_in_a_form_is_refused_and_kept_nowhere(browser: Client) -> None:
    answer = browser.post("/read", {"picture": SimpleUploadedFile("dusk.png", b"x" * 5000)})
    assert answer.status_code == 400
    assert b"files_refused" in answer.content


def test_a_form_beyond_all_bounds_is_told_so(browser: Client) -> None:
    many = browser.post("/read", {f"field{number}": "x" for number in range(500)})
    assert (many.status_code, b"too_long" in many.content) == (413, True)
    large = browser.post("/read", {"words": "x" * 2_000_000})
    assert (large.status_code, b"too_long" in large.content) == (413, True)


@pytest.mark.django_db
@pytest.mark.db
def test_a_form_without_its_token_is_told_in_plain_words() -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": cast.DESK})
    answer = browser.post("/sign-out")
    assert answer.status_code == 403
    assert b"form_expired" in answer.content
    assert b"CSRF" not in answer.content


TYPED = {
    "csrfmiddlewaretoken": "a b",
    "item": "0198f3b2-7c1e-7aa0-9c7e-0123456789ab",
    "in_scope": "yes",
    "reasons": "A harbour at dusk.\nShe <b>wrote</b> so.",
    "code": "7KM4 7KM4",
    "pickup": "7KM4 7KM4",
    "reopen": "7KM4 7KM4",
}


def typed_on(answer: HttpResponse) -> list[str]:
    return [
        node.text().removeprefix("\n")
        for node in HTMLParser(answer.content.decode()).css("textarea[readonly]")
    ]


@pytest.mark.parametrize("page", ["/conflict", "/denied", "/broken"])
def test_what_a_refused_form_brought_stands_on_the_page_that_refuses_it(browser: Client, page: str) -> None:
    answer = browser.post(page, TYPED)
    assert typed_on(answer) == [TYPED["reasons"]]
    assert b"It was not sent" in answer.content
    assert b"<b>wrote" not in answer.content


def test_a_page_that_was_asked_for_repeats_nothing(browser: Client) -> None:
    answer = browser.get("/conflict", {"reasons": "A harbour at dusk."})
    assert typed_on(answer) == []
    assert b"It was not sent" not in answer.content


def test_an_address_that_takes_a_form_alone_is_told_as_a_page(browser: Client) -> None:
    answer = browser.get("/form")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert b"no_page_here" in answer.content
    assert b"Go back" in answer.content


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.parametrize(
    ("headers", "stands"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": f"http://{cast.DESK}"}, True),
        ({"sec-fetch-site": "cross-site", "origin": f"http://{cast.DESK}"}, False),
        ({"origin": "https://elsewhere.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_stale_form_loses_nothing_and_another_site_puts_no_words_on_our_page(
    headers: dict[str, str], stands: bool
) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": cast.DESK})
    answer = browser.post("/keep", TYPED, headers=headers)
    assert answer.status_code == 403
    assert typed_on(answer) == ([TYPED["reasons"]] if stands else [])


# -- a database that is away for a minute -----------------------------------------------------------------------

WORDS = 'Boats at the quay,\r\ntwo "blue" ones & a <white> one'
LONG_FORM = {"words": [WORDS], "what": ["found", "shared"], "skip": ["1"], "csrfmiddlewaretoken": ["a"]}


def _own(client: Client) -> Visitor:
    """A visitor whose browser says that the form came from our own page."""
    client.defaults["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return Visitor(client)


def test_a_form_that_met_a_database_away_is_sent_again_by_a_button(browser: Client) -> None:
    page = _own(browser).post("/away", {name: list(values) for name, values in LONG_FORM.items()})
    assert page.status == 503
    # A browser reads line ends as \n and sends them as \r\n again.
    assert page.form() == {**LONG_FORM, "words": [WORDS.replace("\r\n", "\n")]}
    form = page.form_node()
    assert (form.attributes.get("method"), form.attributes.get("action")) == ("post", None)


def test_what_broke_may_be_stored_already_and_is_not_sent_again(browser: Client) -> None:
    assert not _own(browser).post("/broken", {"words": WORDS}).tree.css("main form")


def test_another_sites_form_is_not_sent_again(browser: Client) -> None:
    browser.defaults["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert not Visitor(browser).post("/away", {"words": WORDS}).tree.css("main form")


def test_a_database_that_is_away_tells_software_when_to_come_again(browser: Client) -> None:
    answer = browser.get("/away", HTTP_ACCEPT="application/json")
    assert (answer["Retry-After"], answer.json()["retryable"]) == ("60", True)


def test_a_database_that_fails_before_the_view_is_away_too(browser: Client) -> None:
    def middleware(_get_response: object) -> object:
        def called(_request: HttpRequest) -> HttpResponse:
            raise OperationalError(SECRET)

        return called

    sys.modules[routes.__name__].middleware = middleware  # type: ignore[attr-defined]
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE[:3], f"{routes.__name__}.middleware"]):
        page = _own(browser).post("/read", {"words": WORDS})
    assert page.status == 503
    assert page.form()["words"]
