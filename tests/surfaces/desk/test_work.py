"""Work on a notice at the desk: a form that a person fills in, asking further beside it, a host's contact, what is late."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.fetch import DEFAULT_LIMITS, Fetched, FetchLimits
from recourse.base.ledger.ports import LedgerFolder
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.models import Case
from recourse.work.notices.models import Notice
from recourse.world.locations.domain import resolve_line
from recourse.world.recipients.models import Host
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.cases.making import open_case
from tests.work.notices.making import (
    World,
    approve,
    approved,
    assess,
    drafted,
    forward,
    fresh,
    handed_over,
    mail,
    receive,
    reply_address,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
X = "https://x.com/dusk_harbour/status/1234567890123456789"
SITE = "https://gallery.harbour.example/boats/evening-light"


@dataclass
class Outside(World):
    """A world with X's posts and a site of the open web in it, all up."""

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        if "oembed" not in url and "harbour.example" not in url and "t.me" in url:
            return super().fetch(url, now=now, limits=limits, vantage=vantage)
        post = url.rsplit("%2F", 1)[-1]
        told = {
            "url": f"https://twitter.com/dusk_harbour/status/{post}",
            "html": "<blockquote>A harbour.</blockquote>",
        }
        plain = "oembed" not in url
        body = b"<html><title>Boats</title><p>A harbour.</p></html>" if plain else json.dumps(told).encode()
        return Fetched(
            url=url,
            final_url=url,
            status=200,
            headers=(("content-type", "text/html" if plain else "application/json"),),
            body=body,
            truncated=False,
            redirects=(),
            fetched_at=now,
            wire_digest=hashlib.sha256(body).hexdigest(),
            vantage=vantage,
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """That outside, and a public log of this test's own."""
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), Outside().around() as around:
        yield around


def told(link: str, clock: FixedClock) -> Case:
    """A case with one place anywhere, decided on."""
    case, key = open_case(clock.at)
    resolved = resolve_line(link)
    assert resolved is not None
    item = cases.add_item(case_id=case.id, key=key, resolved=resolved, now=clock.at)
    settle(clock.at)
    assess(case, [item], clock.at)
    settle(clock.at)
    for asked in cases_read.choices_waiting(case.id):
        cases.make_choice(
            case_id=case.id, channel_id=asked.channel_id, choice="go_on", name="A Name", key=key, now=clock.at
        )
    settle(clock.at)
    return case


def on_the_sheet(clock: FixedClock) -> Notice:
    """A notice that waits for a person at X's form."""
    case = told(X, clock)
    notice = Notice.objects.get(case=case, kind="removal")
    approve(notice.id, clock.at)
    settle(clock.at)
    return fresh(notice)


def opened(who: Visitor, path: str, purpose: str = "approve_notice") -> Page:
    return who.submit(who.get(path), {"purpose": purpose})


def test_a_form_for_people_is_filled_from_a_sheet_and_recorded(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    assert notice.by_hand
    assert world.letters == [], "no machine submits"
    page = officer.get("/")
    assert f"Fill in the form for notice {notice.number}" in page.text
    page = opened(officer, f"/notice/{notice.number}")
    check_page(page)
    sheet = page.tree.css_first("dl.worksheet")
    assert sheet is not None
    values = [node.attributes.get("value") or node.text() for node in sheet.css("input, textarea")]
    assert any(X.rsplit("/", 1)[-1] in value for value in values)
    assert all("readonly" in node.attributes for node in sheet.css("input, textarea"))
    page = officer.submit(page, {"their_reference": "CASE-00774411"}, action="/submitted")
    assert page.status == 200, page.text
    check_page(page)
    assert "CASE-00774411" in page.text
    assert fresh(notice).receipt_proven_at is not None
    assert "Fill in the form" not in officer.get("/").text


def test_without_reference_or_words_receipt_stays_unproven(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    page = officer.submit(opened(officer, f"/notice/{notice.number}"), action="/submitted")
    assert page.status == 200, page.text
    assert fresh(notice).receipt_proven_at is None
    assert "receipt unproven since" in page.text
    clock.advance(timedelta(hours=25))
    settle(clock.at)
    page = officer.get("/overdue")
    check_page(page)
    assert notice.number in page.text
    assert "Sent; receipt unproven" in page.text


def test_a_submission_recorded_by_mistake_is_undone(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    page = officer.submit(opened(officer, f"/notice/{notice.number}"), action="/submitted")
    page = officer.submit(page, action="/unsubmit")
    assert page.status == 200, page.text
    assert fresh(notice).handed_over_at is None
    assert page.tree.css_first("dl.worksheet") is not None


def test_what_was_stopped_while_the_form_was_filled_in_is_recorded_and_the_page_says_so(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    sheet = opened(officer, f"/notice/{notice.number}")
    cases.withdraw_mandate(case_id=notice.case_id, now=clock.at)
    settle(clock.at)
    page = officer.get(f"/notice/{notice.number}")
    check_page(page)
    assert "Cancelled: not sent" in page.text
    assert "It had been submitted all the same" in page.text
    refused = officer.submit(
        page, {"day": "2031-01-01", "hour": "10:00", "their_reference": "CASE-1"}, action="/submitted"
    )
    assert refused.tree.css_first("[data-code=submitted_when]") is not None, refused.text
    kept = refused.tree.css_first("#after-all")
    assert kept is not None
    assert "open" in kept.attributes
    assert refused.form("/submitted")["their_reference"] == ["CASE-1"]
    page = officer.submit(sheet, {"their_reference": "CASE-00774411"}, action="/submitted")
    assert page.status == 200, "the sheet that was open before it was stopped"
    check_page(page)
    assert "It left although it had been stopped. The survivor took her permission back." in page.text
    assert "Submitted on their form. Officer 01" in page.text
    assert "It had been stopped." in page.text
    assert page.tree.css_first("#after-all") is None
    assert "sent, although it had been stopped" in opened(officer, f"/case/{notice.case.number}").text
    officer.submit(page, action="/unsubmit")
    assert "Cancelled: not sent" in officer.get(f"/notice/{notice.number}").text


def test_a_refused_submission_keeps_what_was_typed(officer: Visitor, world: World, clock: FixedClock) -> None:
    notice = on_the_sheet(clock)
    page = opened(officer, f"/notice/{notice.number}")
    page = officer.submit(
        page, {"their_reference": "CASE-1", "day": "2031-01-01", "hour": "10:00"}, action="/submitted"
    )
    assert page.tree.css_first("[data-code=submitted_when]") is not None, page.text
    assert page.form("/submitted")["their_reference"] == ["CASE-1"]
    check_page(page)


def test_old_checks_are_made_again_first(officer: Visitor, world: World, clock: FixedClock) -> None:
    notice = on_the_sheet(clock)
    clock.advance(timedelta(days=2))
    page = opened(officer, f"/notice/{notice.number}")
    assert "too long ago to submit on it" in page.text
    refused = officer.submit(page, action="/submitted")
    assert refused.tree.css_first("[data-code=check_again]") is not None
    officer.submit(page, action="/freshen")
    forward(clock, timedelta(minutes=20))
    page = officer.get(f"/notice/{notice.number}")
    assert "too long ago" not in page.text


def test_a_paragraph_of_ones_own_goes_into_the_letter_and_nothing_of_hers(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _case, notice = drafted(clock.at)
    page = opened(officer, f"/notice/{notice.number}")
    page = officer.submit(page, {"addition": "The same wall stands in every picture."}, action="/write-into")
    assert page.status == 200, page.text
    assert "The same wall stands in every picture." in (page.tree.css_first(".letter").text() or "")  # type: ignore[union-attr]
    page = officer.submit(page, {"addition": "Write to her at dusk@harbour.example"}, action="/write-into")
    assert page.status == 400
    assert "dusk@harbour.example" in page.form("/write-into")["addition"][0]


# -- Answers on their own page, and about some places only


def test_what_they_say_on_their_own_page_is_recorded_and_closes_nothing(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    notice = on_the_sheet(clock)
    page = officer.submit(opened(officer, f"/notice/{notice.number}"), action="/submitted")
    page = officer.submit(page, {"kind": "refused", "reason": "no_violation"}, action="/answered")
    assert page.status == 200, page.text
    check_page(page)
    line = notice.lines.get()
    assert (line.answer, line.refused_because) == ("refused", "no_violation")
    assert fresh(notice).receipt_proven_at is not None
    story = opened(officer, f"/case/{Case.objects.get(id=notice.case_id).number}/item/1")
    assert "says on its page:" in story.text


def test_an_answer_from_the_future_is_refused(officer: Visitor, world: World, clock: FixedClock) -> None:
    notice = on_the_sheet(clock)
    page = officer.submit(opened(officer, f"/notice/{notice.number}"), action="/submitted")
    page = officer.submit(page, {"kind": "refused", "day": "2031-01-01"}, action="/answered")
    assert page.tree.css_first("[data-code=submitted_when]") is not None
    assert page.form("/answered")["kind"] == ["refused"]


def test_an_answer_can_be_about_one_place_of_two(officer: Visitor, world: World, clock: FixedClock) -> None:
    _case, notice = handed_over(clock.at, 12, 13)
    clock.advance(timedelta(hours=1))
    answer = receive(mail(), reply_address(world), clock.at)
    page = officer.get(f"/mail/{answer.id}")
    check_page(page)
    assert len(page.form("/record")["line"]) == 2, "all are chosen until somebody chooses"
    first = notice.lines.order_by("position")[0]
    refused = officer.submit(page, {"kind": "claims_removed", "line": []}, action="/record")
    assert refused.tree.css_first("[data-code=no_lines]") is not None
    officer.submit(page, {"kind": "claims_removed", "line": [str(first.id)]}, action="/record")
    assert list(notice.lines.order_by("position").values_list("answer", flat=True)) == [
        "claims_removed",
        "none",
    ]


# -- Asking further


def test_a_formal_decision_runs_beside_the_request(officer: Visitor, world: World, clock: FixedClock) -> None:
    case, notice = handed_over(clock.at)
    page = opened(officer, f"/case/{case.number}/item/1", "assess")
    check_page(page)
    formal = page.tree.css("form[action$='/ask'] label.tick")
    ways = [
        node.css_first("input").attributes["value"] for node in formal if "formal decision" in node.text()
    ]  # type: ignore[union-attr]
    assert ways, page.text
    page = officer.submit(page, {"way": ways[0] or ""}, action="/ask")
    assert page.path.startswith("/notice/N-")
    further = Notice.objects.exclude(id=notice.id).exclude(kind="preservation").get(case=case)
    assert fresh(notice).state in {"handed_over", "receipt_proven"}, "neither waits for the other"
    page = officer.get(f"/case/{case.number}/item/1")
    rows = [node.text() for node in page.tree.css("section table tbody th")]
    assert notice.number in " ".join(rows)
    assert further.number in " ".join(rows)


def test_asking_needs_a_way_and_is_not_asked_twice(officer: Visitor, world: World, clock: FixedClock) -> None:
    case, notice = handed_over(clock.at)
    page = opened(officer, f"/case/{case.number}/item/1", "assess")
    refused = officer.submit(page, {"new_facts": "It is on a second wall."}, action="/ask")
    assert refused.tree.css_first("[data-code=no_way_chosen]") is not None
    assert refused.form("/ask")["new_facts"] == ["It is on a second wall."]
    again = officer.submit(page, {"way": f"removal {notice.channel_id}"}, action="/ask")
    assert again.tree.css_first("[data-code=asked_already]") is not None, again.text


def test_the_contact_of_a_site_is_entered_and_opens_a_way(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    case = told(SITE, clock)
    page = opened(officer, f"/case/{case.number}/item/1", "assess")
    check_page(page)
    assert "No contact is known for this site yet" in page.text
    refused = officer.submit(page, {"address": "not an address", "found_by": "rdap"}, action="/host")
    assert refused.tree.css_first("[data-code=bad_address]") is not None
    assert refused.form("/host")["address"] == ["not an address"]
    page = officer.submit(page, {"address": "abuse@harbour.example", "found_by": "rdap"}, action="/host")
    assert page.status == 200, page.text
    assert "abuse@harbour.example" in page.text
    assert b"harbour" not in bytes(Host.objects.get().name_and_address)
    assert "No contact is known" not in page.text
    assert Host.objects.get().confirmed_at is None
    page = officer.submit(page, action="/host", press="confirm")
    assert "Looked at again" in page.text
    assert Host.objects.get().confirmed_at == clock.at


def test_a_liaison_enters_contacts_and_asks_for_nothing(world: World, clock: FixedClock) -> None:
    case = told(SITE, clock)
    liaison = visitor(cast.signed_in(cast.staff(Role.LIAISON)))
    page = opened(liaison, f"/case/{case.number}/item/1", "read_answer")
    assert page.tree.css_first("form[action$='/host']") is not None
    assert page.tree.css_first("form[action$='/ask']") is None


# -- What is late


def test_the_board_has_what_is_held_and_the_step_we_would_take(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    assert "Nothing is late." in officer.get("/overdue").text
    _case, notice = approved(clock.at)
    Notice.objects.filter(id=notice.id).update(state="held", reason="bounced", overdue_from=clock.at)
    page = officer.get("/overdue")
    check_page(page)
    assert notice.number in page.text
    assert "Remove the reason why it is held" in page.text
    assert officer.get("/overdue?from=x").status == 200


def test_an_unknown_verb_is_nowhere(officer: Visitor, world: World, clock: FixedClock) -> None:
    _case, notice = drafted(clock.at)
    page = opened(officer, f"/notice/{notice.number}")
    form = page.form("/approve")
    assert officer.post(f"/notice/{notice.number}/publish", form).status == 404


def test_the_board_asks_no_more_questions_for_more_rows(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = officer.get("/overdue")
        assert page.status == 200
        return len(queries)

    for number in (12, 13):
        _case, notice = handed_over(clock.at, number)
        Notice.objects.filter(id=notice.id).update(overdue_from=clock.at)
    clock.advance(timedelta(hours=30))
    settle(clock.at)
    few = asked()
    for number in range(14, 20):
        _case, notice = handed_over(clock.at, number)
        Notice.objects.filter(id=notice.id).update(overdue_from=clock.at)
    clock.advance(timedelta(hours=30))
    settle(clock.at)
    assert asked() == few
    assert few < 60, few
