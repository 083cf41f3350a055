"""The main path in a language nobody speaks: no text on any page of it came past gettext."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.notices.models import Notice
from recourse.work.statistics import services as figures
from tests import cast, pseudo
from tests.surfaces.survivor.test_report import ANSWERS, fill
from tests.surfaces.test_main_path import decide
from tests.surfaces.visits import Page, Visitor, visitor
from tests.work.notices.making import World, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def offered() -> Iterator[None]:
    with pseudo.offered(), World().around():
        yield


def reader(browser: Visitor) -> Visitor:
    browser.client.defaults["HTTP_ACCEPT_LANGUAGE"] = pseudo.CODE
    return browser


def test_what_did_not_go_through_gettext_is_found() -> None:
    page = f'<title>Notes</title><p title="A">{pseudo.pseudo("Said <b>%(n)s</b>.")} Bare</p><p>⟦cut</p><p>Next</p>'
    assert pseudo.untranslated(page) == ["Notes", "Bare", "Next"]
    assert pseudo.pseudo("Said <b>%(n)s</b>.") == "⟦Såîd <b>%(n)s</b>. ~~~⟧"


HERS = (
    "questions",
    "messages",
    "add",
    "fingerprints",
    "elsewhere",
    "done",
    "yours",
    "freeze",
    "copy",
    "place/1",
    "end/permission",
    "end/case",
)
DESK = ("/", "/mail", "/staff", "/overdue", "/rules", "/keys", "/search", "/ready")
PUBLIC = (
    "/",
    "/synthetic/",
    "/synthetic/scorecard",
    "/synthetic/scorecard/murmur",
    "/methods",
    "/corrections",
    "/verify",
)


def test_every_text_of_the_main_path_can_be_translated(clock: FixedClock) -> None:
    her, officer = (
        reader(visitor(cast.survivor())),
        reader(visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))),
    )
    officer.get("/")
    for path in ("/", "/case", "/code/new", "/nothing-here"):
        her.get(path)
    page = fill(her, ANSWERS)
    her.get("/report/saved")
    her.submit(her.submit(page, action="/report/send"), action="/code/kept")
    settle(clock.at)
    decide(officer)
    settle(clock.at)
    for path in ("", *HERS):
        her.get(f"/case/{path}".rstrip("/"))
    case, notice = Case.objects.get().number, Notice.objects.get(kind="removal").number
    for path in (*DESK, f"/case/{case}", f"/case/{case}/item/1", f"/case/{case}/her", f"/notice/{notice}"):
        officer.get(path)
    forward(clock, timedelta(minutes=30))
    assert findings([*her.seen, *officer.seen]) == set()


def test_every_text_of_the_public_pages_can_be_translated(clock: FixedClock) -> None:
    anybody = reader(visitor(Client(headers={"host": cast.PUBLIC})))
    anybody.get("/")
    figures.load_synthetic(now=clock.at)
    for path in PUBLIC:
        assert anybody.get(path).status == 200
    assert findings(anybody.seen) == set()


def findings(pages: list[Page]) -> set[str]:
    assert {page.path for page in pages if f'<html lang="{pseudo.CODE}"' not in page.html} == set()
    assert {page.path for page in pages if page.status != 200} <= {"/nothing-here"}
    return {f"{page.path}: {text}" for page in pages for text in pseudo.untranslated(page.html)}
