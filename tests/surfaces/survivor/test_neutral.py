"""What stays behind in a browser, a history, a log of addresses: nothing that says what this is about."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import URLPattern

from recourse.base.vault.domain import new_case_code
from recourse.config.sections import Web
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.urls import urlpatterns
from tests.surfaces.survivor.test_report import ANSWERS, code_on, fill
from tests.surfaces.visits import Visitor
from tests.work.cases.making import add, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]

TITLES = {"Start", "Your notes", "Note"}
TELLING = re.compile(
    r"sex|nude|porn|fake|intimate|abuse|victim|survivor|removal|takedown|police|recourse", re.IGNORECASE
)
ARGUMENTS = {"key": "words", "number": 1, "kind": "permission"}


def paths() -> list[str]:
    """An address for every route."""
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        found.append("/" + re.sub(r"<\w+:(\w+)>", lambda match: str(ARGUMENTS[match[1]]), route))
    return found


@pytest.fixture
def code(now: datetime) -> str:
    made = new_case_code()
    case, key = open_case(now, code=made)
    add(case, key, now)
    return made


@pytest.mark.parametrize("path", paths())
def test_every_route_is_neutral_and_kept_by_nobody(her: Visitor, code: str, path: str) -> None:
    her.submit(her.get("/case"), {"code": code}, action="/case")
    for client in (her.client, type(her.client)(headers={"host": "localhost"})):
        response = client.get(path)
        assert response.headers["Cache-Control"] == "no-store", path
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert not TELLING.search(path)
        assert code.replace("-", "") not in str(response.headers).replace("-", "")
        if "text/html" in response.headers.get("Content-Type", "") and response.content:
            page = response.content.decode()
            title = re.search(r"<title>(.*?)</title>", page)
            assert title is not None
            assert title[1] in TITLES, path
            icons = re.findall(r'<link rel="icon" href="([^"]+)"', page)
            assert len(icons) == 1
            assert not TELLING.search(icons[0])
            assert not re.search(r'<meta (?:name|property)="(?:description|og:|application)', page)


def test_the_host_says_nothing() -> None:
    assert not TELLING.search(Web().survivor_host)


def test_a_code_stands_in_no_address_and_no_header_from_first_to_last(her: Visitor) -> None:
    shown = her.submit(fill(her, ANSWERS), action="/report/send")
    code = code_on(shown)
    her.submit(shown, action="/code/kept")
    her.client.cookies.clear()
    her.submit(her.get("/case"), {"code": code}, action="/case")
    bare = code.replace("-", "")
    for page in her.seen:
        assert bare not in page.path.replace("-", "")
        assert bare not in str(page.headers).replace("-", "")


def test_an_open_case_closes_itself_after_fifteen_minutes(
    her: Visitor, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    her.submit(her.get("/case"), {"code": code}, action="/case")
    begun = cookies._real_now()
    given = her.client.cookies["__Host-case"]
    assert given["max-age"] == 15 * 60
    for attribute in ("secure", "httponly"):
        assert given[attribute]
    assert given["samesite"] == "Strict"
    monkeypatch.setattr(cookies, "_real_now", lambda: begun + timedelta(minutes=14))
    assert "Place by place" in her.get("/case").text  # and the quarter of an hour begins anew
    monkeypatch.setattr(cookies, "_real_now", lambda: begun + timedelta(minutes=30))
    assert "Open my case" in her.get("/case").text
