"""The forms of the desk's daily work take everything: facts, search, what is kept, choosing and taking."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.models import Autosave
from recourse.work.cases.models import Case, ItemFacts
from tests.hostile.asking import all_entries, code_of, complaints, every, send, stands_in_field
from tests.hostile.corpus import Hostile, beyond_reading
from tests.surfaces.visits import Page, Visitor
from tests.work.cases.making import add, open_case
from tests.work.notices.making import World, drafted

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("quiet")]


@pytest.fixture
def case(clock: FixedClock) -> Case:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    return case


def opened(officer: Visitor, path: str) -> Page:
    return officer.submit(officer.get(path), {"purpose": "assess"})


@pytest.mark.parametrize("field", ["position", "words_of_facts"])
def test_words_of_facts(officer: Visitor, case: Case, field: str) -> None:
    form = opened(officer, f"/case/{case.number}/item/1")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/facts")
        found = complaints(page)
        if beyond_reading(entry):
            return found if code_of(page) == "too_long" else [*found, code_of(page)]
        if page.status >= 400:
            found += [] if code_of(page) == "too_long" else [code_of(page)]
        return found if stands_in_field(page, field, entry, action="/facts") else [*found, "lost"]

    every(all_entries(), examine)
    assert ItemFacts.objects.count() <= 1


@pytest.mark.parametrize(
    "field", ["depicted", "nature", "names_visible", "relation", "threat", "threat_day", "threat_hour"]
)
def test_choices_and_times_of_facts(officer: Visitor, case: Case, field: str) -> None:
    form = opened(officer, f"/case/{case.number}/item/1")
    also: dict[str, str | list[str]] = {"words_of_facts": "A harbour.", "threat": "blackmail"}
    also |= {"threat_day": "2026-11-28"} if field == "threat_hour" else {}
    also = {name: value for name, value in also.items() if name != field}

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/facts", also=also)
        found = complaints(page)
        if page.status < 400:
            return [*found, f"taken: {page.status}"]
        kept = beyond_reading(entry) or page.form("/facts")["words_of_facts"] == ["A harbour."]
        return found if kept else [*found, "words lost"]

    every(all_entries(), examine)
    assert not ItemFacts.objects.exists()


def test_the_search(officer: Visitor, case: Case) -> None:
    form = officer.get("/search")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "sought", action="/search")
        found = complaints(page)
        if page.status >= 400:
            return found if code_of(page) == "too_long" else [*found, code_of(page)]
        return found if stands_in_field(page, "sought", entry, action="/search") else [*found, "lost"]

    every(all_entries(), examine)


def test_what_is_kept_comes_back_as_it_was(officer: Visitor, case: Case) -> None:
    form = opened(officer, f"/case/{case.number}")
    node = form.form_node("/assess")
    keep = Page("/keep", 200, (node.html or "").replace(f"/case/{case.number}/assess", "/keep"), {})

    def examine(entry: Hostile) -> list[str]:
        page = send(
            officer, Page("/keep", 200, f"<main>{keep.html}</main>", {}), entry, "reasons", action="/keep"
        )
        found = complaints(page)
        if page.status >= 400:
            return found if code_of(page) == "too_long" else [*found, code_of(page)]
        return found if stands_in_field(page, "reasons", entry, action="/assess") else [*found, "lost"]

    every(all_entries(), examine)
    assert Autosave.objects.count() == 1


def test_the_name_of_a_form_to_keep(officer: Visitor, case: Case) -> None:
    form = opened(officer, f"/case/{case.number}")
    node = (form.form_node("/assess").html or "").replace(f"/case/{case.number}/assess", "/keep")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, Page("/keep", 200, f"<main>{node}</main>", {}), entry, "form", action="/keep")
        return complaints(page) + ([] if page.status >= 400 else ["taken"])

    every(all_entries(), examine)
    assert not Autosave.objects.exists()


@pytest.mark.parametrize("way", ["read", "approve"])
def test_chosen_notices(officer: Visitor, world: World, clock: FixedClock, way: str) -> None:
    _case, notice = drafted(clock.at)
    form = officer.get("/ready")
    if way == "approve":
        form = officer.submit(form, {"notice": [notice.number]}, action="/read")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "notice", action=f"/{way}", also={"read": "1"})
        found = complaints(page)
        return found if page.status >= 400 else [*found, f"taken: {page.status}"]

    every(all_entries(), examine)
    notice.refresh_from_db()
    assert notice.state == "ready"


@pytest.mark.parametrize(
    "path",
    ["/?show=", "/?after=", "/ready?to=", "/ready?kind=", "/case/C-A/item/", "/search?sought=", "/keys?"],
)
def test_addresses_do_no_harm(officer: Visitor, case: Case, path: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        response = officer.client.get(path + quote(entry.raw[:1500], safe=""))
        page = Page(path, response.status_code, response.content.decode(), dict(response.headers.items()))
        return complaints(page)

    every(all_entries(), examine)
