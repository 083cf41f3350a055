"""The way out, without a script: one press, the case closed in this browser, nothing told to the next site."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.vault.domain import new_case_code
from recourse.surfaces.frame.templatetags.frame import EXIT_TARGET
from tests.surfaces.visits import Visitor
from tests.work.cases.making import open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def opened(her: Visitor, now: datetime) -> None:
    code = new_case_code()
    open_case(now, code=code)
    assert her.submit(her.get("/case"), {"code": code}, action="/case").path == "/case"


@pytest.mark.parametrize(("press", "status"), [("get", 302), ("post", 204)])
def test_leaving_closes_the_case_in_this_browser(
    her: Visitor, now: datetime, press: str, status: int
) -> None:
    opened(her, now)
    response = getattr(her.client, press)("/away")
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert response.cookies["__Host-case"]["max-age"] == 0
    assert "Open my case" in her.get("/case").text
    assert response.content == b""


def test_the_link_leads_out_on_every_page_and_tells_no_address(her: Visitor, now: datetime) -> None:
    opened(her, now)
    for path in ("/", "/case", "/report/words", "/nowhere"):
        link = her.get(path).tree.css_first("a.exit")
        assert link is not None, path
        assert link.attributes["href"] == "/away"
        assert link.attributes["data-to"] == EXIT_TARGET
        assert set((link.attributes["rel"] or "").split()) >= {"nofollow", "noreferrer", "noopener"}
    answer = her.client.get("/away")
    assert answer.headers["Location"] == EXIT_TARGET
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_leaving_reads_no_table(her: Visitor, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        her.client.get("/away")


def test_the_page_says_what_the_way_out_cannot_do(her: Visitor) -> None:
    assert "Your browser history still shows that this site was open" in her.get("/").text
