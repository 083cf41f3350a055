"""Every field of the desk's pages takes everything: no break, nothing lost, nothing shown raw or logged."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Staff
from recourse.work.cases.models import Assessment, Case
from recourse.work.notices.models import InboundMail, Notice, NoticeLine
from recourse.world.exchange.models import PlatformKey
from tests import cast
from tests.hostile.asking import (
    all_entries,
    code_of,
    complaints,
    every,
    send,
    stands_in_field,
    stands_on_page,
)
from tests.hostile.corpus import MARK, Hostile, beyond_reading
from tests.surfaces.survivor.test_report import ANSWERS, fill
from tests.surfaces.visits import Page, Visitor, visitor
from tests.work.cases.making import open_case
from tests.work.notices.making import World, drafted, fresh, handed_over, mail, receive, reply_address, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("quiet")]

LONGEST_WORDS = 20_000


@pytest.fixture
def case(clock: FixedClock, world: World) -> Case:
    """A reported case with one place and one line for a person."""
    her = visitor(cast.survivor())
    her.submit(fill(her, ANSWERS), action="/report/send")
    settle(clock.at)
    return Case.objects.get()


def opened(officer: Visitor, case: Case) -> Page:
    return officer.submit(officer.get(f"/case/{case.number}"), {"purpose": "assess"})


def refused_or_kept(page: Page, entry: Hostile, field: str, *, action: str, codes: set[str]) -> list[str]:
    """What is wrong with a refusal: its code, or the loss of what was typed."""
    found = complaints(page)
    if page.status < 400:
        return [*found, f"taken: {page.status}"]
    if beyond_reading(entry):
        return found if code_of(page) == "too_long" else [*found, code_of(page)]
    if code_of(page) not in codes:
        found.append(code_of(page))
    return found if stands_in_field(page, field, entry, action=action) else [*found, "lost"]


def test_the_reason_for_opening_a_case(officer: Visitor, case: Case) -> None:
    def examine(entry: Hostile) -> list[str]:
        asked = officer.get(f"/case/{case.number}")
        page = send(officer, asked, entry, "words", also={"purpose": "other"})
        if page.status < 400:
            return complaints(page) + ([] if len(entry.text) <= 600 else ["taken whole"])
        return refused_or_kept(page, entry, "words", action="", codes={"too_long"})

    every(all_entries(), examine)


def test_a_purpose_that_was_not_offered(officer: Visitor, case: Case) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(
            officer, officer.get(f"/case/{case.number}"), entry, "purpose", also={"words": "a harbour"}
        )
        wanted = "too_long" if beyond_reading(entry) else "purpose_needed"
        return complaints(page) + ([] if code_of(page) == wanted else [code_of(page)])

    every(all_entries(), examine)


def test_the_reasons_of_a_decision(officer: Visitor, case: Case) -> None:
    form = opened(officer, case)

    def examine(entry: Hostile) -> list[str]:
        page = send(
            officer, form, entry, "reasons", action="/assess", also={"in_scope": "no", "basis": "statement"}
        )
        if page.status >= 400:
            return refused_or_kept(page, entry, "reasons", action="/assess", codes={"too_long"})
        return complaints(page) + ([] if stands_on_page(page, entry) else ["not shown"])

    every(all_entries(), examine)
    assert Assessment.objects.count() == len([e for e in all_entries() if len(e.text) <= LONGEST_WORDS])


@pytest.mark.parametrize("field", ["item", "in_scope", "basis", "grounds", "of_items"])
def test_the_choices_of_a_decision(officer: Visitor, case: Case, field: str) -> None:
    form = opened(officer, case)
    also: dict[str, str | list[str]] = {"basis": "statement", "reasons": "As she says."}
    also |= (
        {"in_scope": "yes", "grounds": ["synthetic_sexual"]} if field != "grounds" else {"in_scope": "yes"}
    )

    def examine(entry: Hostile) -> list[str]:
        before = Assessment.objects.count()
        page = send(officer, form, entry, field, action="/assess", also=also)
        found = complaints(page)
        if field == "of_items":
            return found
        if page.status < 400 or Assessment.objects.count() != before:
            return [*found, f"taken: {page.status}"]
        kept = beyond_reading(entry) or page.form("/assess")["reasons"] == ["As she says."]
        return found if kept else [*found, "reasons lost"]

    every(all_entries(), examine)


def test_a_place_typed_for_words(officer: Visitor, case: Case) -> None:
    form = opened(officer, case)
    action = next(
        node.attributes.get("action") or ""
        for node in form.tree.css("form")
        if "/mention/" in (node.attributes.get("action") or "")
    )

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "text", action=action)
        return refused_or_kept(page, entry, "text", action=action, codes={"not_a_place", "too_long"})

    every(all_entries(), examine)


def test_the_remark_of_a_notice(officer: Visitor, world: World, clock: FixedClock) -> None:
    _, notice = drafted(clock.at)
    form = officer.submit(officer.get(f"/notice/{notice.number}"), {"purpose": "approve_notice"})

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "remark", action="/approve", press="later")
        if page.status >= 400:
            return refused_or_kept(page, entry, "remark", action="/approve", codes={"too_long"})
        found = complaints(page) + ([] if stands_on_page(page, entry) else ["not shown"])
        officer.submit(page, press="again", action="/approve")
        return found if fresh(notice).state == "ready" else [*found, fresh(notice).state]

    every(all_entries(), examine)
    settle(clock.at)
    assert world.letters == [], "a remark sends nothing"


@pytest.fixture
def lost(officer: Visitor, world: World, clock: FixedClock) -> InboundMail:
    """A mail that carries no token, beside a notice that was sent."""
    handed_over(clock.at)
    return receive(mail("We removed it."), "anything@localhost.test", clock.at)


def test_the_number_that_joins_a_mail(officer: Visitor, lost: InboundMail) -> None:
    form = officer.get(f"/mail/{lost.id}")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "number", action="/record", press="join")
        found = complaints(page)
        if beyond_reading(entry):
            return found
        if code_of(page) != "no_such_notice":
            found.append(code_of(page))
        return (
            found if stands_in_field(page, "number", entry, limit=40, action="/record") else [*found, "lost"]
        )

    every(all_entries(), examine)


def test_an_answer_that_was_not_offered(officer: Visitor, world: World, clock: FixedClock) -> None:
    handed_over(clock.at)
    clock.advance(timedelta(hours=3))
    answer = receive(mail("The content has been removed."), reply_address(world), clock.at)
    form = officer.get(f"/mail/{answer.id}")

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "kind", action="/record")
        wanted = "too_long" if beyond_reading(entry) else "answer_needed"
        return complaints(page) + ([] if code_of(page) == wanted else [code_of(page)])

    every(all_entries(), examine)
    assert NoticeLine.objects.get(kind="removal").answer == "none"


def test_a_reason_of_a_refusal_that_was_not_offered(
    officer: Visitor, world: World, clock: FixedClock
) -> None:
    handed_over(clock.at)
    clock.advance(timedelta(hours=3))
    answer = receive(mail("We cannot remove this."), reply_address(world), clock.at)
    form = officer.get(f"/mail/{answer.id}")

    def examine(entry: Hostile) -> list[str]:
        return complaints(send(officer, form, entry, "reason", action="/record"))

    every(all_entries(), examine)
    assert NoticeLine.objects.get(kind="removal").refused_because == ""


def test_a_mail_of_hostile_words(officer: Visitor, world: World, clock: FixedClock) -> None:
    """As the text of a mail, whatever charset it claims; and what the desk shows of it."""
    handed_over(clock.at)

    def examine(entry: Hostile) -> list[str]:
        raw = (
            b"From: support@vidra.example\r\nSubject: " + entry.raw[:900].replace(b"\r", b"").replace(b"\n", b"\r\n ")
            + b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + entry.raw
        )  # fmt: skip
        answer = receive(raw, reply_address(world), clock.at)
        page = officer.get(f"/mail/{answer.id}")
        found = complaints(page) + ([] if page.status == 200 else [f"{page.status}"])
        found += [] if page.tree.css(".letter a") == [] else ["a link"]
        return found if MARK in page.text else [*found, "not shown"]

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["label", "username", "role"])
def test_an_invitation(field: str) -> None:
    supervisor = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    new = {"role": "officer", "username": "officer-07", "label": "Officer 07"}

    def examine(entry: Hostile) -> list[str]:
        page = send(supervisor, supervisor.get("/staff"), entry, field, action="/invite", also=new)
        found = complaints(page)
        if page.status == 200:
            return found + complaints(supervisor.get("/staff")) + ([] if field == "label" else ["taken"])
        if beyond_reading(entry) or field == "role":
            return found
        kept = stands_in_field(page, field, entry, limit=200, action="/invite")
        return found if kept else [*found, "lost"]

    every(all_entries(), examine)
    assert Staff.objects.count() <= 2


def test_sign_in_and_enrolment(clock: FixedClock) -> None:
    stranger = visitor(cast.stranger())
    token = accounts.invite(
        role=Role.OFFICER, username="officer-03", label="Officer 03", by=None, now=clock.at
    )

    def examine(entry: Hostile) -> list[str]:
        door = stranger.get("/sign-in?" + urlencode({"next": entry.raw[:2000]}))
        found = complaints(door)
        found += complaints(send(stranger, door, entry, "credential"))
        found += complaints(send(stranger, door, entry, "next"))
        link = stranger.get(f"/enrol/{token}")
        for field in ("credential", "name"):
            page = send(stranger, link, entry, field)
            found += complaints(page) + ([] if page.status >= 400 else [f"{field} taken"])
        return found

    every(all_entries(), examine)
    assert Staff.objects.get().enrolled_at is None


@pytest.mark.parametrize(
    "path", ["/case/", "/notice/", "/mail/", "/staff/", "/enrol/", "/?from=", "/case/C-", "/sign-in?"]
)
def test_addresses_of_the_desk_do_no_harm(officer: Visitor, case: Case, path: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        response = officer.client.get(path + quote(entry.raw[:1500], safe=""))
        page = Page(path, response.status_code, response.content.decode(), dict(response.headers.items()))
        return complaints(page)

    every(all_entries(), examine)
    assert Notice.objects.filter(kind="removal").count() == 0


def test_a_hostile_case_has_a_quiet_queue(officer: Visitor, clock: FixedClock) -> None:
    for _ in range(3):
        open_case(clock.at)
    assert complaints(officer.get("/")) == []


def test_the_tick_of_the_minor_path_takes_nothing_but_a_tick(officer: Visitor, case: Case) -> None:
    form = opened(officer, case)

    def examine(entry: Hostile) -> list[str]:
        page = send(officer, form, entry, "words", action="/minor")
        found = complaints(page)
        return found if code_of(page) in {"not_ticked", "too_long"} else [*found, code_of(page)]

    every(all_entries(), examine)
    assert Case.objects.get(id=case.id).age_band == case.age_band


def test_the_name_of_a_platform_that_gets_keys() -> None:
    supervisor = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    form = supervisor.get("/platforms")

    def examine(entry: Hostile) -> list[str]:
        page = send(supervisor, form, entry, "name", action="/platforms/create")
        found = complaints(page)
        if beyond_reading(entry):
            return found if code_of(page) == "too_long" else [*found, code_of(page)]
        return found if page.status == 400 and code_of(page) == "bad_key_name" else [*found, code_of(page)]

    every(all_entries(), examine)
    assert not PlatformKey.objects.exists()
