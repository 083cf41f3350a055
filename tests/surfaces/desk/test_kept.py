"""What was typed into one form of a page stays, whatever becomes of another form of the same page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.ledger.ports import LedgerFolder
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Autosave
from recourse.work.cases import services as cases
from recourse.work.cases.domain import ChannelReason
from recourse.work.cases.models import Case
from recourse.work.hotline import services as hotline
from tests import cast
from tests.surfaces.desk.test_work import SITE, Outside, on_the_sheet, told
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import add, open_case
from tests.work.hotline.reaching import BY_PHONE, her
from tests.work.notices.making import World, drafted, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.db]
KEPT = "This is what you wrote, kept"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[World]:
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), Outside().around() as around:
        yield around


def opened(who: Visitor, path: str, purpose: str = "approve_notice") -> Page:
    return who.submit(who.get(path), {"purpose": purpose})


def keep(who: Visitor, page: Page, action: str, written: dict[str, str | list[str]]) -> Page:
    """Press "Keep this for later" of one form and come back to the page it leads to."""
    return who.post("/keep", page.form(action) | written)


def test_a_refused_approval_leaves_what_stands_in_the_letter(
    officer: Visitor, outside: World, clock: FixedClock
) -> None:
    """Else the next press on "Write it into the letter" would take it out again."""
    _case, notice = drafted(clock.at)
    page = opened(officer, f"/notice/{notice.number}")
    own = {"own_reasons": "The wall is hers.", "addition": "The same wall stands in every picture."}
    page = officer.submit(page, {**own}, action="/write-into")
    refused = officer.submit(page, action="/approve")
    assert refused.tree.css_first("[data-code=not_read]") is not None
    for name, words in own.items():
        assert refused.form("/write-into")[name] == [words]


def test_what_is_kept_of_a_notices_forms_stands_when_another_of_them_is_refused(
    officer: Visitor, outside: World, clock: FixedClock
) -> None:
    _case, notice = drafted(clock.at)
    page = opened(officer, f"/notice/{notice.number}")
    keep(officer, page, "/approve", {"remark": "The second address is wrong."})
    page = keep(officer, page, "/write-into", {"addition": "Half a paragraph."})
    assert page.path == f"/notice/{notice.number}"
    assert page.text.count(KEPT) == 2, "each form says that it is not sent yet"
    check_page(page)
    refused = officer.submit(page, {"addition": "dusk@harbour.example"}, action="/write-into")
    assert refused.form("/approve")["remark"] == ["The second address is wrong."]
    assert refused.form("/write-into")["addition"] == ["dusk@harbour.example"]
    refused = officer.submit(page, {"remark": ""}, action="/approve", press="later")
    assert refused.form("/write-into")["addition"] == ["Half a paragraph."]
    check_page(refused)


def test_what_is_kept_of_a_submission_says_so(officer: Visitor, outside: World, clock: FixedClock) -> None:
    notice = on_the_sheet(clock)
    page = opened(officer, f"/notice/{notice.number}")
    page = keep(officer, page, "/submitted", {"confirmation": "Thank you, half copied."})
    assert KEPT in page.text
    assert page.form("/submitted")["confirmation"] == ["Thank you, half copied."]
    officer.post("/keep", page.form("/submitted") | {"forget": "1"})
    assert not Autosave.objects.exists()


def test_a_refused_answer_of_theirs_fills_its_own_form_alone(
    officer: Visitor, outside: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    page = opened(officer, f"/notice/{notice.number}")
    officer.submit(page, {"their_reference": "X-1"}, action="/submitted")
    page = officer.get(f"/notice/{notice.number}")
    refused = officer.submit(
        page,
        {"kind": "refused", "reason": "not_found", "day": "2099-01-01", "hour": "10:00"},
        action="/answered",
    )
    assert refused.status == 400
    form = refused.form("/answered")
    assert (form["kind"], form["reason"], form["day"]) == (["refused"], ["not_found"], ["2099-01-01"])


def test_a_refused_answer_keeps_which_places_were_chosen(
    officer: Visitor, outside: World, clock: FixedClock
) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    first = notice.lines.order_by("position")[0]
    page = opened(officer, f"/notice/{notice.number}")
    answer = {"kind": "accepted", "day": "2099-01-01", "hour": "10:00", "line": [str(first.id)]}
    refused = officer.submit(page, answer, action="/answered")
    assert refused.status == 400
    assert refused.form("/answered")["line"] == [str(first.id)]


def test_a_message_that_is_kept_stands_when_another_form_is_refused(
    outside: World, clock: FixedClock
) -> None:
    hers = her(clock.at, BY_PHONE)
    cases.ask_choice(
        case_id=hers.case_id, channel_id="tg-abuse", reasons=[ChannelReason.TELLS_POSTER], now=clock.at
    )
    who = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    path = f"/case/{Case.objects.get(id=hers.case_id).number}/her"
    page = opened(who, path, "answer_survivor")
    page = keep(who, page, "/message", {"message": "Half a sentence"})
    assert page.path == path, "back to the page of the form"
    refused = who.submit(page, {"rule": "minor", "why": "He writes to her school."}, action="/override")
    assert refused.tree.css_first("[data-code]") is not None
    assert refused.form("/message")["message"] == ["Half a sentence"]
    override = refused.form("/override")
    assert (override["rule"], override["why"]) == (["minor"], ["He writes to her school."])
    check_page(refused)


def test_why_we_go_on_without_her_outlasts_the_session(outside: World, clock: FixedClock) -> None:
    hers = her(clock.at, BY_PHONE)
    for channel in ("tg-abuse", "x-ncii"):
        cases.ask_choice(
            case_id=hers.case_id, channel_id=channel, reasons=[ChannelReason.TELLS_POSTER], now=clock.at
        )
    who = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    path = f"/case/{Case.objects.get(id=hers.case_id).number}/her"
    page = opened(who, path, "answer_survivor")
    form = next(
        node for node in page.tree.css("form") if "/override" in (node.attributes.get("action") or "")
        and node.css_first("input[value=tg-abuse]") is not None
    )  # fmt: skip
    assert form.attributes.get("data-keep") == "/keep"
    name = form.css_first("input[name=form]")
    assert name is not None
    token = page.form("/message")["csrfmiddlewaretoken"]
    page = who.post(
        "/keep",
        {
            "csrfmiddlewaretoken": token,
            "form": name.attributes.get("value") or "",
            "channel": "tg-abuse",
            "rule": "danger",
            "why": "He knows the street.",
        },
    )
    texts = [node.text().strip() for node in page.tree.css("textarea[name=why]")]
    assert sorted(texts) == ["", "He knows the street."], "in the form of that channel alone"


def test_what_is_new_outlasts_the_session(officer: Visitor, outside: World, clock: FixedClock) -> None:
    case = told(SITE, clock)
    page = opened(officer, f"/case/{case.number}/item/1", "assess")
    page = keep(
        officer, page, "/ask", {"new_facts": "The court has decided.", "way": "blocking kmcsc-portal"}
    )
    assert page.path == f"/case/{case.number}/item/1"
    form = page.form("/ask")
    assert (form["new_facts"], form["way"]) == (["The court has decided."], ["blocking kmcsc-portal"])
    page = officer.submit(page, action="/facts")
    assert page.form("/ask")["new_facts"] == ["The court has decided."]
    officer.submit(page, action="/ask")
    assert not Autosave.objects.exists(), "sent is not kept"


def test_a_message_begun_beside_hers_outlasts_that_hers_needs_no_answer(
    outside: World, clock: FixedClock
) -> None:
    hers = her(clock.at, BY_PHONE)
    hotline.write_to_us(case=hers.own, text="It is gone, thank you.", now=clock.at)
    who = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    path = f"/case/{Case.objects.get(id=hers.case_id).number}/her"
    page = opened(who, path, "answer_survivor")
    page = who.post(f"{path}/read", page.form("/message") | {"message": "We are glad"})
    assert page.form("/message")["message"] == ["We are glad"]


def test_words_beside_a_purpose_of_work_are_recorded_too(officer: Visitor, clock: FixedClock) -> None:
    case, key = open_case(clock.at)
    add(case, key, clock.at)
    page = officer.submit(
        officer.get(f"/case/{case.number}"), {"purpose": "assess", "words": "She rang a minute ago."}
    )
    assert page.status == 200
    case.refresh_from_db()
    assert case.claimed_label == "Officer 01"
    access = case.accesses.get()
    assert access.purpose == "assess"
    assert access.words
