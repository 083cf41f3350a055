"""The forms of the desk's daily work take everything: facts, search, what is kept, choosing and taking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.ledger.ports import LedgerFolder
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Autosave
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, ChannelReason
from recourse.work.cases.models import Case, ItemFacts
from recourse.work.notices.models import Notice
from recourse.world.matching import services as matching
from recourse.world.matching.domain import read
from recourse.world.matching.models import Source
from recourse.world.matching.selectors import agreed_since
from tests import cast
from tests.hostile.asking import all_entries, code_of, complaints, every, send, stands_in_field
from tests.hostile.corpus import Hostile, beyond_reading
from tests.surfaces.desk.test_work import SITE, Outside, on_the_sheet, told
from tests.surfaces.visits import Page, Visitor, fields, visitor
from tests.work.cases.making import add, open_case
from tests.work.hotline.reaching import BY_PHONE, Her, her
from tests.work.notices.making import World, drafted, handed_over
from tests.world.matching.making import image

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


# -- Reaching her, submitting by hand, asking further


@pytest.fixture
def hers(clock: FixedClock, world: World) -> Her:
    return her(clock.at, BY_PHONE)


@pytest.fixture
def sheet(clock: FixedClock, outside: World) -> Notice:
    """A notice at a form for people."""
    return on_the_sheet(clock)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[World]:
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), Outside().around() as around:
        yield around


def kept_or_taken(page: Page, entry: Hostile, field: str, *, action: str, codes: set[str]) -> list[str]:
    """Taken, or refused with one of these codes and everything still in the field."""
    found = complaints(page)
    if page.status < 400:
        return found
    if beyond_reading(entry):
        return found if code_of(page) == "too_long" else [*found, code_of(page)]
    found += [] if code_of(page) in codes else [code_of(page)]
    return found if stands_in_field(page, field, entry, action=action) else [*found, "lost"]


def test_a_message_to_her(officer: Visitor, hers: Her) -> None:
    number = Case.objects.get(id=hers.case_id).number
    form = opened(officer, f"/case/{number}/her")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "message", action="/message")
        return kept_or_taken(page, entry, "message", action="/message", codes={"too_long", "nothing_written"})

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["rule", "why", "channel"])
def test_going_on_without_her_choice(officer: Visitor, hers: Her, clock: FixedClock, field: str) -> None:
    cases.ask_choice(
        case_id=hers.case_id, channel_id="tg-abuse", reasons=[ChannelReason.TELLS_POSTER], now=clock.at
    )
    number = Case.objects.get(id=hers.case_id).number
    form = opened(officer, f"/case/{number}/her")
    also: dict[str, str | list[str]] = {
        "rule": "minor",
        "why": "He named a day.",
    }  # the minor rule never holds here

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/override", also=also)
        return complaints(page) + ([] if page.status >= 400 else ["taken"])

    every(all_entries(), examine)


@pytest.mark.parametrize("verb", ["reached", "confirm-code", "link", "publish"])
def test_verbs_about_her_with_anything_in_them(officer: Visitor, hers: Her, verb: str) -> None:
    number = Case.objects.get(id=hers.case_id).number
    node = opened(officer, f"/case/{number}/her").form_node("/message")
    html = (node.html or "").replace("/her/message", f"/her/{verb}")
    form = Page("/her", 200, f"<main>{html}</main>", {})

    def examine(entry: Hostile) -> list[str]:
        found: list[str] = []
        for field in ("telling", "outcome", "how", "number", "seen", "purpose"):
            page = send(officer, form, entry, field, action=f"/{verb}")
            found += complaints(page) + ([] if page.status >= 400 else [f"{field} taken"])
        return found

    every(list(all_entries())[::3], examine)


@pytest.mark.parametrize("field", ["their_reference", "confirmation", "day", "hour"])
def test_what_is_recorded_of_a_submission(officer: Visitor, sheet: Notice, field: str) -> None:
    form = officer.submit(officer.get(f"/notice/{sheet.number}"), {"purpose": "approve_notice"})

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/submitted")
        codes = {"too_long", "not_a_time", "submitted_when", "check_again", "when_needed"}
        if page.status >= 400:
            return kept_or_taken(page, entry, field, action="/submitted", codes=codes)
        found = complaints(page)
        undone = officer.submit(page, action="/unsubmit")
        return found + complaints(undone)

    every(list(all_entries())[::2], examine)


@pytest.mark.parametrize("field", ["own_reasons", "addition"])
def test_a_paragraph_of_ones_own(officer: Visitor, world: World, clock: FixedClock, field: str) -> None:
    _case, notice = drafted(clock.at)
    form = officer.submit(officer.get(f"/notice/{notice.number}"), {"purpose": "approve_notice"})

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/write-into")
        return kept_or_taken(page, entry, field, action="/write-into", codes={"too_long", "personal_words"})

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["way", "new_facts"])
def test_asking_further(officer: Visitor, world: World, clock: FixedClock, field: str) -> None:
    case, notice = handed_over(clock.at)
    form = opened(officer, f"/case/{case.number}/item/1")
    also: dict[str, str | list[str]] = {"way": f"removal {notice.channel_id}"} if field == "new_facts" else {}

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/ask", also=also)
        return complaints(page) + ([] if page.status >= 400 else [f"taken: {page.status}"])

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["address", "found_by"])
def test_the_contact_of_a_site(officer: Visitor, outside: World, clock: FixedClock, field: str) -> None:
    case = told(SITE, clock)
    form = opened(officer, f"/case/{case.number}/item/1")
    also: dict[str, str | list[str]] = {"address": "abuse@harbour.example", "found_by": "rdap"}
    also.pop(field)

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/host", also=also)
        if field == "found_by":
            return complaints(page) + ([] if page.status >= 400 else ["taken"])
        return kept_or_taken(page, entry, field, action="/host", codes={"bad_address", "too_long"})

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["body", "their_reference"])
def test_a_hand_over(officer: Visitor, clock: FixedClock, field: str) -> None:
    case, _ = open_case(clock.at, age_band=AgeBand.MINOR)
    form = opened(officer, f"/case/{case.number}")
    also: dict[str, str | list[str]] = {} if field == "body" else {"body": "The hotline"}

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, field, action="/hand-over", also=also)
        return kept_or_taken(page, entry, field, action="/hand-over", codes={"too_long", "body_needed"})

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["kind", "reason", "day", "hour", "line", "of_lines"])
def test_an_answer_on_their_page(officer: Visitor, world: World, clock: FixedClock, field: str) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    form = officer.submit(officer.get(f"/notice/{notice.number}"), {"purpose": "approve_notice"})

    def examine(entry: Hostile) -> list[str]:
        page = send(
            officer,
            form,
            entry,
            field,
            action="/answered",
            also={"kind": "refused"} if field != "kind" else {},
        )
        found = complaints(page)
        harmless = field in {
            "reason",
            "of_lines",
        }  # an unknown reason is no reason; the mark says only that lines were offered
        return found if page.status >= 400 or harmless else [*found, "taken"]

    every(list(all_entries())[::3], examine)


@pytest.mark.parametrize("field", ["name", "right", "dated", "of", "list"])
def test_a_list_of_others(field: str) -> None:
    supervisor = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    form = supervisor.get("/lists")
    also: dict[str, str | list[str]] = {
        "name": "Harbour list",
        "right": "agreement",
        "dated": "2026-11-01",
        "of": "sought",
        "list": "f8",  # so that nothing comes in
    }
    also.pop(field)

    def examine(entry: Hostile) -> list[str]:
        page = send(supervisor, form, entry, field, action="/lists/bring", also=also)
        found = complaints(page)
        if page.status < 400:
            return [*found, "taken"]
        if field == "of" or beyond_reading(entry):
            return found
        return found if stands_in_field(page, field, entry, action="/bring") else [*found, "lost"]

    every(all_entries(), examine)
    assert not Source.objects.exists()


@pytest.mark.parametrize("field", ["hash", "address", "match", "hers", "agreed", "told"])
def test_matches_and_agreement(officer: Visitor, clock: FixedClock, field: str) -> None:
    case, key = open_case(clock.at)
    matching.add_fingerprints(case_id=case.id, key=key, fingerprints=[read(image("dusk"))], now=clock.at)
    form = opened(officer, f"/case/{case.number}/fingerprints")
    verb = "compare" if field in {"hash", "address"} else "agree"
    also: dict[str, str | list[str]] = {"hash": "f8"} if field == "address" else {}
    path = f"/case/{case.number}/fingerprints"

    def examine(entry: Hostile) -> list[str]:
        if field in {"match", "hers"}:
            body = urlencode(
                {**fields(form.form_node("/agree")), "hers": "1"}
                if field == "match"
                else fields(form.form_node("/agree")),
                doseq=True,
            )
            page = officer.post(f"{path}/match", body.encode() + f"&{field}={entry.encoded}".encode())
        else:
            page = send(
                officer,
                form,
                entry,
                field,
                action=f"/{verb}",
                press="agreed" if field == "told" else "",
                also=also,
            )
        found = complaints(page)
        if page.status < 400:
            return [*found, "taken"]
        if verb != "compare" or beyond_reading(entry):
            return found
        return found if stands_in_field(page, field, entry, action="/compare") else [*found, "lost"]

    every(all_entries(), examine)
    assert agreed_since(case.id) is None
