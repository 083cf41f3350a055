"""A notice at the desk: read as its recipient will, approved under a name, stopped, answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.surfaces.desk.pages.notice import flowed
from recourse.work.cases.models import Access
from recourse.work.notices.domain import CUT
from recourse.work.notices.models import InboundMail, LedgerEntry, Notice, NoticeLine
from tests import cast
from tests.surfaces.survivor.test_report import HOSTILE
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.notices.making import (
    World,
    drafted,
    fresh,
    handed_over,
    letter,
    mail,
    receive,
    reply_address,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def opened(officer: Visitor, notice: Notice) -> Page:
    page = officer.get(f"/notice/{notice.number}")
    return officer.submit(page, {"purpose": "approve_notice"})


def test_a_notice_asks_for_a_purpose_first(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    page = officer.get(f"/notice/{notice.number}")
    assert "Why do you open it?" in page.text
    assert "dusk_harbour" not in page.html
    assert not Access.objects.exists()
    page = officer.submit(page, {"purpose": ""})
    assert page.status == 403
    assert not Access.objects.exists()


def test_the_page_shows_the_letter_its_elements_and_the_checks(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _, notice = drafted(clock.at)
    page = opened(officer, notice)
    assert page.status == 200
    check_page(page)
    letter = page.tree.css_first(".letter")
    assert letter is not None
    assert "https://t.me/dusk_harbour/12" in letter.text()
    assert f"Reference: {notice.number}" in letter.text()
    assert "Elements" in page.text
    assert "Good-faith statement" in page.text
    assert "Before sending" in page.text
    assert "Rules used" in page.text
    assert "Approve and send to Telegram" in page.text
    assert Access.objects.exists()
    assert officer.get(f"/notice/{notice.number}").tree.css_first(".letter") is not None, (
        "taken with the case"
    )


def test_the_letter_is_shown_word_for_word(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = handed_over(clock.at, 12, 13)
    page = opened(officer, notice)
    shown = page.tree.css_first(".letter")
    assert shown is not None
    sent = letter(world).get_body()
    assert sent is not None
    assert " ".join(sent.get_content().split()) in " ".join(shown.text(separator=" ").split())


def test_lines_that_only_the_width_broke_flow_again() -> None:
    full = "x" * 70
    assert flowed(f"{full}\nand on") == f"{full} and on"
    assert flowed("short\nline") == "short\nline"
    assert flowed(f"- {full}\n  and on\n- second") == f"- {full} and on\n- second"
    assert flowed(f"https://t.me/{full}\nhttps://t.me/b") == f"https://t.me/{full}\nhttps://t.me/b"


def test_approving_needs_the_tick_and_keeps_the_remark(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _, notice = drafted(clock.at)
    page = officer.submit(opened(officer, notice), {"remark": "almost"}, action="/approve")
    assert page.status == 400
    assert "Read the letter, then tick the box" in page.text
    assert page.form("/approve")["remark"] == ["almost"]
    assert fresh(notice).state == "ready"
    check_page(page)


def test_an_approved_notice_leaves_under_the_officer_s_name(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _, notice = drafted(clock.at)
    page = officer.submit(opened(officer, notice), {"read": "1"}, action="/approve")
    assert "Approved by Officer 01" in page.text
    settle(clock.at)
    assert len(world.letters) == 1
    page = officer.get(f"/notice/{notice.number}")
    assert "Sent; receipt unproven" in page.text
    assert "No clock runs without proof of receipt." in page.text
    check_page(page)


def test_pressing_approve_twice_sends_once(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    page = opened(officer, notice)
    officer.submit(page, {"read": "1"}, action="/approve")
    settle(clock.at)
    again = officer.submit(page, {"read": "1"}, action="/approve")
    assert again.status == 409
    assert "not possible any more" in again.text
    settle(clock.at)
    assert len(world.letters) == 1


def test_a_letter_that_changed_since_it_was_read_is_not_approved(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _, notice = drafted(clock.at)
    page = opened(officer, notice)
    clock.advance(timedelta(days=1))  # the date at its head
    refused = officer.submit(page, {"read": "1", "remark": "kept"}, action="/approve")
    assert refused.status == 409
    assert "changed since you read it" in refused.text
    assert refused.form("/approve")["remark"] == ["kept"]
    assert "read" not in refused.form("/approve") or not refused.form("/approve")["read"], "read it anew"
    assert fresh(notice).state == "ready"
    check_page(refused)
    officer.submit(refused, {"read": "1"}, action="/approve")
    assert fresh(notice).state == "approved"


def test_sending_back_needs_a_remark_and_shows_it(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    page = officer.submit(opened(officer, notice), press="later", action="/approve")
    assert page.status == 400
    assert "Say in the remark what must change." in page.text
    page = officer.submit(page, {"remark": "Name <b>both</b> places."}, press="later", action="/approve")
    assert "Sent back with a remark: Name <b>both</b> places." in page.text
    check_page(page)
    page = officer.submit(page, press="again", action="/approve")
    assert fresh(notice).state == "ready"


def test_cancelling_stops_it(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    page = officer.submit(opened(officer, notice), press="cancel", action="/approve")
    assert "Cancelled: not sent" in page.text
    assert "Stopped by a person." in page.text
    settle(clock.at)
    assert world.letters == []


def test_what_is_missing_is_named_and_blocks(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at, mandate=False)
    page = opened(officer, notice)
    assert "missing" in page.tree.css_first(".say.late h2").text()  # type: ignore[union-attr]
    assert "A live mandate for every place" in page.text
    assert "Approve and send" not in page.text
    refused = officer.submit(page, {"read": "1"}, action="/approve")
    assert refused.status == 409
    assert fresh(notice).state == "incomplete"
    check_page(page)


def test_an_operator_reads_and_is_offered_no_approval(world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    page = operator.get(f"/notice/{notice.number}")
    assert page.tree.css_first("input[value=approve_notice]") is None
    page = operator.submit(page, {"purpose": "quality_review"})
    assert page.status == 200
    assert page.tree.css_first("form[action$='/approve']") is None


def test_an_unknown_notice_is_not_found(officer: Visitor) -> None:
    assert officer.get("/notice/N-ZZZZZZ").status == 404


# -- answers ------------------------------------------------------------------------------------------------


@pytest.fixture
def answer(world: World, clock: FixedClock) -> InboundMail:
    """A removal claim that came in by the reply address of a sent notice."""
    handed_over(clock.at)
    clock.advance(timedelta(hours=3))
    return receive(mail("Dear team,\n\nThe content has been removed."), reply_address(world), clock.at)


def test_the_list_shows_what_waits_without_opening_it(
    officer: Visitor, answer: InboundMail, world: World
) -> None:
    page = officer.get("/mail")
    check_page(page)
    assert Notice.objects.get(kind="removal").number in page.text
    assert "Another domain" in page.text
    assert "vidra.example" not in page.text, "whose address it is, only the mail says, once it is opened"
    assert "Says removed" in page.text
    assert "Dear team" not in page.html
    assert not Access.objects.exists()
    assert "1 answer to read" in officer.get("/").text


def test_what_was_cut_from_an_answer_is_explained_and_nothing_else_is(
    officer: Visitor, answer: InboundMail, world: World, clock: FixedClock
) -> None:
    assert "stands for what was erased" not in officer.get(f"/mail/{answer.id}").text
    cut = receive(mail(f"We removed {CUT} today."), reply_address(world), clock.at)
    page = officer.get(f"/mail/{cut.id}")
    check_page(page)
    assert f"{CUT} stands for what was erased with a case" in page.text


def test_a_mail_is_plain_text_with_where_it_says_it_is_from(officer: Visitor, answer: InboundMail) -> None:
    page = officer.get(f"/mail/{answer.id}")
    check_page(page)
    assert "The content has been removed." in page.text
    assert "vidra.example" in page.text
    assert "Not signed: anybody can have written it" in page.text
    assert "by our reply address" in page.text
    assert page.form("/record")["kind"] == ["claims_removed"], "our proposal is chosen"
    assert Access.objects.get().purpose == "read_answer"


def test_recording_the_answer_closes_nothing(
    officer: Visitor, answer: InboundMail, clock: FixedClock
) -> None:
    page = officer.submit(officer.get(f"/mail/{answer.id}"), action="/record")
    assert page.path == "/mail"
    assert "No answer is waiting." in page.text
    line = NoticeLine.objects.get(kind="removal")
    assert line.answer == "claims_removed"
    assert line.open
    page = officer.get(f"/mail/{answer.id}")
    assert "Recorded: Says removed." in page.text
    page = officer.submit(page, {"kind": "acknowledged"}, action="/record")
    assert NoticeLine.objects.get(kind="removal").answer == "acknowledged", "and it can be corrected"


def test_the_same_form_sent_twice_is_one_answer(
    officer: Visitor, answer: InboundMail, clock: FixedClock
) -> None:
    of_the_mail = officer.get(f"/mail/{answer.id}")
    assert answer.notice is not None
    of_the_notice = opened(officer, answer.notice)
    for page, action, said in (
        (of_the_mail, "/record", {}),
        (of_the_notice, "/answered", {"kind": "refused"}),
    ):
        for _ in range(2):
            assert officer.submit(page, dict(said), action=action).status == 200
            clock.advance(timedelta(seconds=1))
    assert LedgerEntry.objects.filter(notice=answer.notice, kind="answer").count() == 2, "one of each"


@pytest.mark.parametrize("kind", ["", "gone", "removed"])
def test_an_answer_has_to_be_chosen(officer: Visitor, answer: InboundMail, kind: str) -> None:
    page = officer.submit(officer.get(f"/mail/{answer.id}"), {"kind": kind}, action="/record")
    assert page.status == 400
    assert "Choose what they say." in page.text
    assert NoticeLine.objects.get(kind="removal").answer == "none"
    check_page(page)


def test_a_mail_without_a_notice_is_joined_or_set_aside(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    _, notice = handed_over(clock.at)
    lost = receive(mail("We removed it."), "anything@localhost.test", clock.at)
    junk = receive(mail("Buy a boat."), "anything@localhost.test", clock.at)
    page = officer.get(f"/mail/{lost.id}")
    check_page(page)
    assert "A mail without a notice" in page.text
    refused = officer.submit(page, {"number": "N-ZZZZZZ"}, press="join", action="/record")
    assert refused.status == 400
    assert refused.form("/record")["number"] == ["N-ZZZZZZ"]
    joined = officer.submit(refused, {"number": notice.number}, press="join", action="/record")
    assert f"Answer to {notice.number}" in joined.text
    officer.submit(officer.get(f"/mail/{junk.id}"), press="aside", action="/record")
    assert officer.get(f"/mail/{junk.id}").status == 404


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\u0000" not in text])
def test_hostile_words_of_a_mail_are_only_words(
    officer: Visitor, world: World, clock: FixedClock, text: str
) -> None:
    handed_over(clock.at)
    hostile = receive(mail(text), reply_address(world), clock.at)
    page = officer.get(f"/mail/{hostile.id}")
    assert page.status == 200
    check_page(page)
    assert page.tree.css("script:not([src]), img, [onerror]") == []
    assert page.tree.css(".letter a") == [], "no link to follow"


def test_an_unknown_mail_is_not_found(officer: Visitor) -> None:
    assert officer.get("/mail/00000000-0000-0000-0000-000000000000").status == 404


def test_an_operator_reads_no_mail(answer: InboundMail) -> None:
    operator = visitor(cast.signed_in(cast.staff(Role.OPERATOR)))
    assert operator.get("/mail").status == 403
    assert operator.get(f"/mail/{answer.id}").status == 403
