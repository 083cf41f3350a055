"""Search at the desk: found by what somebody holds in her hand, opened by nobody, written into no address."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from recourse.base.core.clock import FixedClock
from recourse.base.vault.domain import new_case_code
from recourse.people.accounts.domain import Role
from recourse.surfaces.survivor.record import record_of
from recourse.work.cases import selectors as cases_read
from recourse.work.cases.models import Access, Case, CaseStep
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import add, open_case
from tests.work.notices.making import World, drafted

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def seek(who: Visitor, text: str) -> Page:
    return who.submit(who.get("/search"), {"sought": text}, action="/search")


def numbers(page: Page) -> list[str]:
    return [node.text().strip() for node in page.tree.css("tbody th")]


@pytest.mark.parametrize(
    "text", ["https://t.me/dusk_harbour/12", "t.me/dusk_harbour/12", "@dusk_harbour", "Dusk_Harbour"]
)
def test_a_link_or_a_name_finds_every_case_that_names_the_place(
    officer: Visitor, clock: FixedClock, text: str
) -> None:
    cases = []
    for number in (12, 12):
        case, key = open_case(clock.at)
        add(case, key, clock.at, number=number)
        cases.append(case.number)
    other, key = open_case(clock.at)
    add(other, key, clock.at, number=4, channel="pier_nine")
    page = seek(officer, text)
    check_page(page)
    assert sorted(numbers(page)) == sorted(cases)
    assert "dusk_harbour" not in (page.tree.css_first("table").html or "")  # type: ignore[union-attr]
    found = Access.objects.filter(case__number__in=cases)
    told = [(one.label, one.purpose, bytes(one.words)) for one in found]
    assert told == [("Officer 01", "find", b"")] * 2, "each case says who found it, and never by which words"
    assert Access.objects.count() == 2


def test_a_case_that_was_found_by_a_place_says_so_on_her_page(officer: Visitor, clock: FixedClock) -> None:
    code = new_case_code()
    case, key = open_case(clock.at, code=code)
    add(case, key, clock.at)
    page = seek(officer, "@dusk_harbour")
    assert "This is recorded in each case, and she can see it." in page.text
    own = cases_read.case_by_code(code, clock.at)
    assert own is not None
    told = [(entry.label, entry.words) for entry in record_of(own)]
    assert told == [("Officer 01", "to find the cases that a link or a name stands in")]


def test_finding_is_no_reason_to_open(officer: Visitor, clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    page = officer.get(f"/case/{case.number}")
    assert page.tree.css_first("input[value=find]") is None
    page = officer.submit(page, {"purpose": "find", "words": "a harbour"})
    assert page.tree.css_first("[data-code=purpose_needed]") is not None
    assert not Access.objects.exists()


def test_what_was_sought_in_vain_is_logged_without_its_words(officer: Visitor, clock: FixedClock) -> None:
    with capture_logs() as lines:
        seek(officer, "@nobody_at_all")
    (told,) = [line for line in lines if line["event"] == "case_sought"]
    assert (told["by"], told["found"]) == ("nothing", 0)
    assert "nobody" not in str(lines)


def test_numbers_are_found_in_any_spelling(officer: Visitor, world: World, clock: FixedClock) -> None:
    case, notice = drafted(clock.at)
    assert numbers(seek(officer, f" {case.number.lower()} ")) == [case.number]
    page = seek(officer, notice.number.lower())
    assert numbers(page) == [notice.number]
    assert f"/notice/{notice.number}" in page.links()


def test_her_code_finds_her_case_and_the_search_is_recorded(officer: Visitor, clock: FixedClock) -> None:
    code = new_case_code()
    case, _ = open_case(clock.at, code=code)
    open_case(clock.at)
    page = seek(officer, code.lower().replace("-", " "))
    assert numbers(page) == [case.number]
    assert "This is recorded, and she can see it." in page.text
    assert code[:9] not in page.html
    step = CaseStep.objects.get()
    assert (step.case_id, step.what, step.label) == (case.id, "found_by_code", "Officer 01")
    assert numbers(seek(officer, new_case_code())) == []
    assert CaseStep.objects.count() == 1


def test_what_is_sought_is_in_no_address(officer: Visitor, clock: FixedClock) -> None:
    case, _ = open_case(clock.at)
    page = seek(officer, case.number)
    assert page.path == "/search"
    assert not any("sought" in link for link in page.links())
    assert numbers(officer.get(f"/search?sought={case.number}")) == []


def test_nothing_found_says_so_and_keeps_what_was_typed(officer: Visitor, clock: FixedClock) -> None:
    page = seek(officer, "a lighthouse")
    check_page(page)
    assert "Nothing is found." in page.text
    assert page.form("/search")["sought"] == ["a lighthouse"]
    page = seek(officer, "x" * 2001)
    assert page.tree.css_first("[data-code=too_long]") is not None


def test_an_erased_case_is_found_no_more(officer: Visitor, clock: FixedClock) -> None:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    Case.objects.filter(id=case.id).update(state="erased", queue_at=None)
    assert numbers(seek(officer, "https://t.me/dusk_harbour/12")) == []
    assert numbers(seek(officer, case.number)) == []


def test_a_role_that_opens_no_case_searches_none() -> None:
    administrator = visitor(cast.signed_in(cast.staff(Role.ADMINISTRATOR)))
    assert administrator.get("/search").status == 403


def test_the_keys_are_listed(officer: Visitor) -> None:
    page = officer.get("/keys")
    check_page(page)
    assert "Take the next one" in page.text
