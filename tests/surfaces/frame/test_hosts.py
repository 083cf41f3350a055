"""Which surface answers is decided by the exact host name; every answer carries the headers."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from recourse.surfaces.frame import headers
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]

STRANGE_HOSTS = [
    "elsewhere.example",
    "desk.localhost.elsewhere.example",
    "xdesk.localhost",
    "localhost.",
    "desk",
    "127.0.0.2",
    "127.0.0.2:8000",
    "127.1",
    "[::1]",
    "[::1]:8000",
    "desk.localhost@elsewhere.example",
    "desk.localhost/..",
    "localhost, desk.localhost",
    "localhost:8000:8000",
    "localhost:port",
    "",
    "é.localhost",
]


@pytest.mark.parametrize("host", STRANGE_HOSTS)
@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/frame/tokens.css", "/nothing"])
def test_an_unknown_host_is_refused_before_the_path_is_looked_at(host: str, path: str) -> None:
    answer = Client().get(path, HTTP_HOST=host)
    assert answer.status_code == 400
    assert "elsewhere" not in answer.content.decode()
    _carries_the_headers(answer)


@pytest.mark.parametrize("name", ["HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_HOST"])
def test_no_other_header_changes_the_host(name: str) -> None:
    answer = Client().get("/sign-in", HTTP_HOST=cast.SURVIVORS, **{name: cast.DESK})
    assert answer.status_code == 404


@pytest.mark.parametrize("host", [cast.DESK, cast.DESK.upper(), cast.DESK + ":8000"])
def test_the_desk_answers_under_its_name(host: str) -> None:
    assert Client().get("/sign-in", HTTP_HOST=host).status_code == 200


def test_no_surface_has_the_others_pages() -> None:
    assert cast.survivor().get("/sign-in").status_code == 404
    assert cast.survivor().get("/staff").status_code == 404
    assert cast.stranger().get("/report").status_code == 404


def test_what_allauth_offers_beyond_is_not_routed() -> None:
    browser = cast.stranger()
    for path in (
        "/accounts/login/",
        "/accounts/signup/",
        "/login/",
        "/signup/",
        "/password/reset/",
        "/2fa/",
        "/admin/",
    ):
        assert browser.get(path).status_code == 404


def _carries_the_headers(answer: object) -> None:
    got = answer.headers  # type: ignore[attr-defined]
    for name, value in headers.ALWAYS.items():
        assert got[name] == value
    assert "unsafe" not in got["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (cast.SURVIVORS, "/", 200),
        (cast.SURVIVORS, "/nothing", 404),
        (cast.SURVIVORS, "/healthz", 200),
        (cast.DESK, "/sign-in", 200),
        (cast.DESK, "/", 302),
        (cast.DESK, "/enrol/nothing", 404),
        ("elsewhere.example", "/", 400),
    ],
)
def test_every_answer_carries_the_headers_and_is_kept_nowhere(host: str, path: str, status: int) -> None:
    answer = Client().get(path, HTTP_HOST=host)
    assert answer.status_code == status
    _carries_the_headers(answer)
    assert answer["Cache-Control"] == "no-store"


def test_static_files_may_be_kept() -> None:
    answer = Client().get("/static/frame/tokens.css", HTTP_HOST=cast.DESK)
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    _carries_the_headers(answer)
    answer.close()


@pytest.mark.parametrize("host", [cast.SURVIVORS, cast.DESK])
def test_no_page_sets_a_cookie_that_others_could_read(host: str) -> None:
    path = "/sign-in" if host == cast.DESK else "/"
    cookies = Client().get(path, HTTP_HOST=host).cookies
    for cookie in cookies.values():
        assert cookie.key.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


def test_software_gets_a_problem_document() -> None:
    answer = Client().get("/nothing", HTTP_HOST=cast.DESK, HTTP_ACCEPT="application/json")
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert document["status"] == answer.status_code == 404
    assert document["code"] == "not_found"
    assert "nothing" not in json.dumps({**document, "title": ""})
