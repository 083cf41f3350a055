"""The main path in a language nobody speaks: no text on any page of it came past gettext."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.notices.models import Notice
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


def test_every_text_of_the_main_path_can_be_translated(clock: FixedClock) -> None:
    her, officer = (
        reader(visitor(cast.survivor())),
        reader(visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))),
    )
    officer.get("/")
    for path in ("/", "/case", "/nothing-here"):
        her.get(path)
    page = fill(her, ANSWERS)
    her.get("/report/saved")
    her.submit(page, action="/report/send")
    settle(clock.at)
    decide(officer)
    settle(clock.at)
    officer.submit(
        officer.get(f"/notice/{Notice.objects.get(kind='removal').number}"), {"read": "1"}, action="/approve"
    )
    forward(clock, timedelta(minutes=30))
    for path in (
        "/",
        "/mail",
        "/staff",
        f"/case/{Case.objects.get().number}",
        f"/notice/{Notice.objects.get(kind='removal').number}",
    ):
        officer.get(path)
    assert findings([*her.seen, *officer.seen]) == set()


def findings(pages: list[Page]) -> set[str]:
    return {f"{page.path}: {text}" for page in pages for text in pseudo.untranslated(page.html)}
