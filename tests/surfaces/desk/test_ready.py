"""Approving many at once: chosen, read side by side, confirmed once, and told of each what became of it."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Purpose
from recourse.work.cases.models import Access
from recourse.work.notices import services
from recourse.work.notices.models import Notice
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import actor
from tests.work.notices.making import OFFICER, World, drafted, fresh, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def three(world: World, clock: FixedClock) -> list[Notice]:
    """Three notices to one recipient, of three cases."""
    return [drafted(clock.at, number)[1] for number in (12, 13, 14)]


def chosen(officer: Visitor, notices: list[Notice]) -> Page:
    return officer.submit(officer.get("/ready"), {"notice": [one.number for one in notices]}, action="/read")


def outcome(page: Page, notice: Notice) -> tuple[str, str]:
    for row in page.tree.css("tbody tr"):
        if notice.number in row.text():
            return row.attributes.get("data-code") or "", " ".join(row.text(separator=" ").split())
    raise AssertionError(f"{notice.number} is not told of: {page.text}")


def test_the_list_is_by_recipient_and_kind(officer: Visitor, three: list[Notice]) -> None:
    page = officer.get("/ready")
    check_page(page)
    assert "notice" not in page.form("/read"), "nothing is chosen for anybody"
    assert "Telegram, Removal 3" in page.text
    page = officer.get(f"/ready?to={three[0].recipient_id}&kind=removal")
    assert set(page.form("/read")["notice"]) == {one.number for one in three}
    assert len(page.tree.css("tbody tr")) == 3
    assert "No notice waits for an approval." in officer.get("/ready?to=nobody&kind=blocking").text


def test_the_summary_shows_one_letter_and_what_differs(officer: Visitor, three: list[Notice]) -> None:
    page = chosen(officer, three)
    check_page(page)
    assert "3 letters to approve" in page.text
    assert page.html.count("What differs from the letter above:") == 2
    for number in (12, 13, 14):
        assert f"https://t.me/dusk_harbour/{number}" in page.text
    assert Access.objects.filter(purpose="approve_notice").count() == 3, "each reading is recorded"
    assert Notice.objects.filter(state="ready").count() == 3, "reading approves nothing"


def test_one_confirmation_sends_them_all(
    officer: Visitor, three: list[Notice], world: World, clock: FixedClock
) -> None:
    page = officer.submit(chosen(officer, three), {"read": "1"}, action="/approve")
    check_page(page)
    assert [outcome(page, one)[0] for one in three] == ["", "", ""]
    settle(clock.at)
    assert len(world.letters) == 3
    assert {fresh(one).approved_label for one in three} == {"Officer 01"}


def test_nothing_is_approved_unread(officer: Visitor, three: list[Notice]) -> None:
    page = officer.submit(chosen(officer, three), action="/approve")
    assert page.tree.css_first("[data-code=not_read_together]") is not None
    assert len(page.form("/approve")["notice"]) == 3
    assert Notice.objects.filter(state="ready").count() == 3


def test_each_that_could_not_be_approved_says_why(
    officer: Visitor, three: list[Notice], world: World, clock: FixedClock
) -> None:
    """Held by somebody, changed meanwhile, decided meanwhile: told, one by one; the rest goes."""
    first, second, third = three
    fourth = drafted(clock.at, 15)[1]
    page = chosen(officer, [*three, fourth])
    cases.claim(case_id=first.case_id, actor=actor(Role.OFFICER, 9), now=clock.at, purpose=Purpose.ASSESS)
    services.cancel(notice_id=second.id, actor=OFFICER, now=clock.at)
    form = page.form("/approve")
    form["notice"] = [f"{third.number} {'0' * 64}" if third.number in one else one for one in form["notice"]]
    page = officer.post("/ready/approve", {**form, "read": "1"})
    assert outcome(page, first)[0] == "held_by_someone"
    assert outcome(page, second)[0] == "illegal_move"
    assert outcome(page, third)[0] == "letter_changed"
    assert outcome(page, fourth)[0] == ""
    assert [fresh(one).state for one in (first, third, fourth)] == ["ready", "ready", "approved"]


def test_none_and_too_many_are_refused(officer: Visitor, three: list[Notice]) -> None:
    page = officer.submit(officer.get("/ready"), action="/read")
    assert page.tree.css_first("[data-code=none_chosen]") is not None
    page = officer.submit(officer.get("/ready"), {"notice": [f"N-{n}" for n in range(21)]}, action="/read")
    assert page.tree.css_first("[data-code=too_many_chosen]") is not None


def test_only_who_may_approve_sees_it(clock: FixedClock) -> None:
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    assert operator.get("/ready").status == 403
