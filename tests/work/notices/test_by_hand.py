"""Forms that only a person may fill in: the same approval and checks, a work-sheet, a record, and its undoing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import IllegalMoveError, NotAllowedError
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as case_selectors
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Purpose
from recourse.work.cases.models import Case
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import (
    AnswerKind,
    CheckFirst,
    Late,
    MailState,
    NextStep,
    NoticeState,
    OpenNotice,
    Reason,
    Todo,
    TokenFound,
    worksheet_fields,
)
from recourse.work.notices.models import LedgerEntry, Notice
from recourse.work.notices.selectors.letters import opened as unseal
from recourse.work.notices.selectors.rows import notice_row
from recourse.work.notices.services.by_hand import CheckAgainError, SubmittedWhenError
from recourse.world.rules.contacts import FilledBy, FormField
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    assess,
    choose,
    forward,
    fresh,
    mail,
    person,
    receive,
    report,
    settle,
)
from tests.work.notices.test_letter import FACTS

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FORM = "tg-eu-dsa"


def on_worksheet(
    now: datetime, number: int = 12, *, kind: str = "information", channel: str = FORM
) -> tuple[Case, Notice]:
    """A request by a form, the platform's own unless told, approved and ready to be filled in."""
    case, items = report(now, number)
    assess(case, items, now)
    settle(now)
    choose(case, case_selectors.key_for_machine(case.id), now, channel=channel)
    for letter in Notice.objects.filter(case=case, kind="removal") if kind == "removal" else ():
        services.cancel(notice_id=letter.id, actor=OFFICER, now=now)  # the same is not asked on two channels
    [notice_id] = services.draft_further(
        case_id=case.id,
        place_ids=[item.place_id for item in items if item.place_id],
        kind=kind,
        channel_id=channel,
        actor=OFFICER,
        now=now,
    )
    approve(notice_id, now)
    settle(now)
    return case, Notice.objects.get(id=notice_id)


def shown(notice: Notice, now: datetime) -> OpenNotice:
    return selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )


def submit(notice: Notice, now: datetime, **given: str) -> None:
    services.record_submission(notice_id=notice.id, actor=OFFICER, now=now, submitted_at=now, **given)


def test_an_approved_form_waits_for_a_person_and_nothing_leaves(now: datetime, world: World) -> None:
    case, notice = on_worksheet(now)
    assert (notice.state, notice.by_hand, notice.outbox_id) == (NoticeState.QUEUED, True, None)
    assert not world.letters
    assert notice.ledger_entry, "its leaf is in the record before anything leaves"
    todo = [one.todo for one in selectors.waiting_for([case.id])[case.id] if one.notice_id == notice.id]
    assert todo == [Todo.SUBMIT_FORM]
    [row] = [row for row in selectors.overdue(now=now) if row.notice.id == notice.id]
    assert (row.what, row.next_step) == (Late.TO_SUBMIT, NextStep.SUBMIT)


def test_the_work_sheet_has_everything_ready_to_copy(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    sheet = shown(notice, now).worksheet
    assert sheet is not None
    assert sheet.url.startswith("https://")
    assert sheet.fresh
    assert not sheet.reminder
    assert CheckFirst.NO_PICTURE in sheet.check_first
    assert "https" not in repr(sheet.fields)


def test_each_field_is_filled_by_what_its_rule_names() -> None:
    fields = [
        FormField(
            key=source.value,
            label=source.value,
            filled_by=source,
            choose="The second" if source in {FilledBy.CHOICE, FilledBy.JURISDICTION} else None,
        )
        for source in FilledBy
    ]
    made = worksheet_fields(FACTS, fields, contact="r-token@agency.example", name="A Name")
    values = {field.key: field.value for field in made}
    assert values["addresses"] == "https://t.me/dusk_harbour/12"
    assert values["contact"] == "r-token@agency.example"
    assert values["name"] == "A Name"
    assert values["signature"] == "Officer 01"
    assert values["choice"] == "The second"
    assert values["agency"] == "Harbour Line"
    assert "given no later than 2026-03-01" in values["capacity"]
    assert "2026-03-02, 08:30 UTC" in values["presence"]
    assert "https://t.me/dusk_harbour/12" in values["explanation"]
    assert values["person"] == ""
    assert all(values[key] for key in set(values) - {"person"})
    assert {field.key for field in made if field.by_person} == {"person"}
    assert sum("A Name" in value for value in values.values()) == 1, "her name stands in its one field"


def test_a_reference_is_proof_of_receipt(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    submit(notice, now, their_reference="HB-112")
    notice = fresh(notice)
    assert notice.state == NoticeState.RECEIPT_PROVEN
    assert notice.handed_over_at == notice.receipt_proven_at == now
    opened = shown(notice, now)
    assert (opened.their_reference, opened.submitted_by, opened.worksheet) == ("HB-112", OFFICER.label, None)
    assert b"HB-112" not in bytes(notice.their_reference)
    kinds = LedgerEntry.objects.filter(notice=notice).order_by("at", "id").values_list("kind", flat=True)
    assert sorted(kinds) == ["notice", "receipt"]


def test_what_names_their_reference_joins_the_form_it_was_given_for(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    submit(notice, now, their_reference="hb-112")
    found = receive(mail("About your report, reference HB-112: it was removed."), "desk@localhost.test", now)
    assert (found.notice_id, found.found_by) == (notice.id, TokenFound.NUMBER)
    assert found.state == MailState.WAITING_FOR_PERSON


def test_words_of_theirs_prove_receipt_too(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    submit(notice, now, confirmation="We have received your report.")
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN


def test_without_either_it_is_sent_and_receipt_unproven(clock: FixedClock, world: World) -> None:
    """Invariant 5: no clock starts, and it is never scored as silence."""
    _case, notice = on_worksheet(clock.at)
    submitted = clock.at
    submit(notice, submitted)
    notice = fresh(notice)
    assert (notice.state, notice.due_at) == (NoticeState.HANDED_OVER, None)
    assert notice_row(notice).unproven_since == submitted
    forward(clock, timedelta(days=40))
    notice = fresh(notice)
    assert (notice.due_at, notice.silent_since) == (None, None)
    late = {row.notice.id: row.what for row in selectors.overdue(now=clock.at)}
    assert late[notice.id] is Late.RECEIPT_UNPROVEN


def test_an_answer_finds_it_by_the_contact_address_of_the_form(clock: FixedClock, world: World) -> None:
    _case, notice = on_worksheet(clock.at)
    opened = shown(notice, clock.at)
    assert opened.worksheet is not None
    contact = unseal(notice, "reply_address")
    submit(notice, clock.at)
    later = clock.advance(timedelta(minutes=5))
    found = receive(mail("We received your report.", Auto_Submitted="auto-replied"), contact, later)
    assert found.notice_id == notice.id
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN


def test_a_mail_that_was_faster_than_the_record_proves_receipt(clock: FixedClock, world: World) -> None:
    _case, notice = on_worksheet(clock.at)
    submitted = clock.at
    later = clock.advance(timedelta(minutes=5))
    contact = unseal(notice, "reply_address")
    receive(mail("We received your report.", Auto_Submitted="auto-replied"), contact, later)
    assert fresh(notice).state == NoticeState.QUEUED
    services.record_submission(notice_id=notice.id, actor=OFFICER, now=later, submitted_at=submitted)
    assert fresh(notice).receipt_proven_at == later


def test_old_checks_are_made_again_before_a_submission(clock: FixedClock, world: World) -> None:
    _case, notice = on_worksheet(clock.at)
    clock.advance(timedelta(hours=2))
    sheet = shown(notice, clock.at).worksheet
    assert sheet is not None
    assert not sheet.fresh
    with pytest.raises(CheckAgainError):
        submit(notice, clock.at)
    services.check_again(notice_id=notice.id, now=clock.at)
    forward(clock, timedelta(minutes=2))
    sheet = shown(notice, clock.at).worksheet
    assert sheet is not None
    assert sheet.fresh
    submit(notice, clock.at)
    assert fresh(notice).state == NoticeState.HANDED_OVER


def test_what_was_submitted_already_is_recorded_however_old_the_checks(
    clock: FixedClock, world: World
) -> None:
    _case, notice = on_worksheet(clock.at)
    clock.advance(timedelta(hours=5))
    services.record_submission(
        notice_id=notice.id, actor=OFFICER, now=clock.at, submitted_at=clock.at, already=True
    )
    assert fresh(notice).state == NoticeState.HANDED_OVER


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_time_that_cannot_be_is_refused(now: datetime, world: World, minutes: int) -> None:
    _case, notice = on_worksheet(now)
    with pytest.raises(SubmittedWhenError):
        services.record_submission(
            notice_id=notice.id,
            actor=OFFICER,
            now=now,
            submitted_at=now + timedelta(minutes=minutes),
        )
    assert fresh(notice).state == NoticeState.QUEUED


def test_a_wrong_record_is_undone_and_the_log_says_so(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    submit(notice, now, their_reference="HB-112")
    services.undo_submission(notice_id=notice.id, actor=OFFICER, now=now)
    notice = fresh(notice)
    assert notice.state == NoticeState.QUEUED
    assert not any([notice.handed_over_at, notice.receipt_proven_at, notice.their_reference])
    kinds = list(LedgerEntry.objects.filter(notice=notice).values_list("kind", flat=True))
    assert kinds.count("correction") == 1
    submit(notice, now, their_reference="HB-113")
    assert shown(notice, now).their_reference == "HB-113"
    services.undo_submission(notice_id=notice.id, actor=OFFICER, now=now)
    kinds = list(LedgerEntry.objects.filter(notice=notice).values_list("kind", flat=True))
    assert (kinds.count("receipt"), kinds.count("correction")) == (2, 2), "each is taken back once"


def test_what_was_answered_is_not_undone(clock: FixedClock, world: World) -> None:
    _case, notice = on_worksheet(clock.at)
    submit(notice, clock.at)
    services.record_answer(
        notice_id=notice.id, kind="refused", came_at=clock.at, actor=OFFICER, now=clock.at, reason="other"
    )
    with pytest.raises(IllegalMoveError):
        services.undo_submission(notice_id=notice.id, actor=OFFICER, now=clock.at)


def test_an_answer_on_their_page_is_an_answer(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    with pytest.raises(IllegalMoveError):
        services.record_answer(notice_id=notice.id, kind="accepted", came_at=now, actor=OFFICER, now=now)
    submit(notice, now)
    services.record_answer(notice_id=notice.id, kind="accepted", came_at=now, actor=OFFICER, now=now)
    notice = fresh(notice)
    assert notice.state == NoticeState.RECEIPT_PROVEN
    assert notice.lines.get().answer == AnswerKind.ACCEPTED


def test_a_withdrawal_takes_it_off_the_work_sheet(now: datetime, world: World) -> None:
    case, notice = on_worksheet(now)
    cases.withdraw_mandate(case_id=case.id, now=now)
    settle(now)
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.CANCELLED, Reason.MANDATE_WITHDRAWN)
    assert shown(notice, now).worksheet is None
    kinds = set(LedgerEntry.objects.filter(notice=notice).values_list("kind", flat=True))
    assert kinds == {"notice", "correction"}, "the record says that it was not sent"


def test_only_a_role_that_approves_records_a_submission(now: datetime, world: World) -> None:
    _case, notice = on_worksheet(now)
    for role in (Role.OPERATOR, Role.LIAISON):
        with pytest.raises(NotAllowedError):
            services.record_submission(notice_id=notice.id, actor=person(role), now=now, submitted_at=now)


def test_erasing_leaves_nothing_of_a_form(now: datetime, world: World) -> None:
    case, notice = on_worksheet(now)
    submit(notice, now, their_reference="HB-112", confirmation="Received.")
    cases.erase_case(case_id=case.id, now=now)
    settle(now)
    notice = fresh(notice)
    assert not any(
        [notice.their_reference, notice.confirmation, notice.reply_address, notice.submitted_label]
    )
