"""Drafting: one notice per recipient, one open line per place, and what is missing has a name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from recourse.base.core.errors import NotAllowedError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, Purpose, PurposeNeededError
from recourse.work.cases.models import Access
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import Check, CheckState, ElementState, NoticeState, Todo
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.world.evidence.selectors import latest_capture
from recourse.world.recipients import services as recipients
from tests.work.cases.making import place_of
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    assess,
    drafted,
    fresh,
    person,
    removal_of,
    report,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_an_assessment_gives_a_ready_notice_and_a_capture(now: datetime, world: World) -> None:
    case, items = report(now, 12, 13)
    assess(case, items, now)
    settle(now)
    notice = Notice.objects.get(kind="removal")
    assert notice.state == NoticeState.READY
    assert notice.lines.count() == 2
    assert all(latest_capture(place_of(item)) for item in items)
    assert not world.letters


def test_out_of_scope_drafts_nothing(now: datetime, world: World) -> None:
    case, items = report(now)
    assess(case, items, now, in_scope=False)
    settle(now)
    assert not Notice.objects.exists()


def test_drafting_twice_changes_nothing(now: datetime, world: World) -> None:
    case, items = report(now)
    assessment = assess(case, items, now)
    settle(now)
    services.draft_for_assessment(assessment, now)
    kinds = [sorted(table.objects.values_list(name, flat=True)) for table, name in (
        (Notice, "kind"), (NoticeLine, "kind"), (Backing, "line__kind"),
    )]  # fmt: skip
    assert kinds == [["preservation", "removal"]] * 3
    assert case.id == Notice.objects.get(kind="removal").case_id


def test_a_later_decision_takes_it_back(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12)
    assess(case, list(case.items.all()), now, in_scope=False)
    settle(now)
    assert fresh(notice).state == NoticeState.CANCELLED
    assert not notice.lines.filter(open=True).exists()


def test_two_survivors_one_open_line(now: datetime, world: World) -> None:
    """Each has a notice of her own; the later stands behind the earlier, and asks when that may not any more."""
    first, notice = drafted(now, 12)
    second, items = report(now, 12)
    assess(second, items, now)
    settle(now)
    joining = removal_of(second)
    line = joining.lines.get()
    assert line.behind == notice.lines.get()
    assert [one.case_id for one in line.backings.all()] == [second.id]
    cases.withdraw_mandate(case_id=first.id, now=now)
    settle(now)
    assert fresh(notice).state == NoticeState.CANCELLED
    assert fresh(joining).state == NoticeState.READY, "hers is withdrawn, the other's goes on"
    assert joining.lines.get().behind is None
    cases.withdraw_mandate(case_id=second.id, now=now)
    settle(now)
    assert fresh(joining).state == NoticeState.CANCELLED


def test_the_database_itself_refuses_a_second_open_line(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12)
    line = notice.lines.get()
    other = Notice.objects.get(pk=notice.pk)
    other.pk, other.number = None, "N-OTHER"
    other.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeLine.objects.create(
            notice=other, place=line.place, recipient_id=line.recipient_id, kind=line.kind
        )
    NoticeLine.objects.create(
        notice=other, place=line.place, recipient_id=line.recipient_id, kind=line.kind, open=False
    )


def test_without_a_mandate_it_stays_incomplete_and_says_so(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12, mandate=False)
    assert notice.state == NoticeState.INCOMPLETE
    with pytest.raises(services.approving.ElementsMissingError):
        approve(notice.id, now)
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    missing = {view.key for view in shown.elements if view.state is ElementState.MISSING}
    assert "mandate" in missing
    assert not shown.may_be_approved


def test_an_approval_is_of_the_letter_that_was_read(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12, 13)
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert len(shown.digest) == 32
    line = notice.lines.get(position=1)
    line.open = False
    line.save()
    for digest in (shown.digest, "", "0" * 32):
        with pytest.raises(services.approving.LetterChangedError) as refused:
            services.approve(notice_id=notice.id, digest=digest, actor=OFFICER, now=now)
        assert refused.value.status == 409
    assert fresh(notice).state == NoticeState.READY
    line.open = True
    line.save()
    recipients.set_contact(channel_id=notice.channel_id, address="desk@vidra.example", now=now)
    with pytest.raises(services.approving.LetterChangedError):
        services.approve(notice_id=notice.id, digest=shown.digest, actor=OFFICER, now=now)
    approve(notice.id, now)
    assert fresh(notice).state == NoticeState.APPROVED
    assert fresh(notice).case_id == case.id


def test_a_mandate_given_later_completes_it(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12, mandate=False)
    cases.give_mandate(case_id=case.id, now=now)
    approve(notice.id, now)
    assert fresh(notice).state == NoticeState.APPROVED


def test_reading_a_notice_is_reading_its_case(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12)
    before = Access.objects.filter(case=case).count()
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert Access.objects.filter(case=case).count() == before + 1
    assert "https://t.me/dusk_harbour/12" in shown.body
    assert case.number not in shown.body + shown.subject
    assert "https" not in repr(shown)
    with pytest.raises(PurposeNeededError):
        selectors.access_notice(actor=OFFICER, notice_id=notice.id, purpose=None, now=now)
    with pytest.raises(NotAllowedError):
        selectors.access_notice(
            actor=person(Role.ADMINISTRATOR), notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
        )


def test_the_page_shows_what_the_prototype_shows(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12)
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    checks = {view.check: view.state for view in shown.checks}
    assert shown.may_be_approved
    assert checks[Check.STILL_THERE] is CheckState.YES
    assert checks[Check.MANDATE] is CheckState.YES
    assert checks[Check.CAPTURED] is CheckState.YES
    assert checks[Check.NOT_SENT_BEFORE] is CheckState.YES
    assert checks[Check.CONTACT_UNCHANGED] is CheckState.YES
    assert checks[Check.CHANNEL_PROVEN] is CheckState.WAITING
    assert Check.MINOR_PATH not in checks
    assert {rule.id for rule in shown.regimes} == set(notice.regime_ids)
    assert shown.lines[0].item_number == case.items.get().number
    states = {view.needs: view.state for view in shown.elements}
    assert states[("signature",)] is ElementState.WITH_APPROVAL


def test_invariant_12_the_minor_path_is_named_before_anything_is_sent(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12, age_band=AgeBand.UNKNOWN)
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert Check.MINOR_PATH in {view.check for view in shown.checks}
    assert "minor" not in shown.body.lower()
    assert not re.search(r"\b18\b", shown.body.replace(notice.number, "")), "an age band is hers alone"


def test_the_queue_says_what_a_case_waits_for(now: datetime, world: World) -> None:
    case, notice = drafted(now, 12)
    waiting = selectors.waiting_for([case.id])[case.id]
    assert {one.todo for one in waiting} == {Todo.APPROVE_NOTICE}
    assert notice.number in {one.notice_number for one in waiting}
    assert waiting[0].due_at == now + timedelta(hours=24)
    assert notice.number in selectors.noticed([case.items.get().id])[case.items.get().id]


def test_a_role_that_may_not_approve_changes_nothing(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12)
    for verb in (partial(services.approve, digest=""), services.cancel, services.redraft):
        with pytest.raises(NotAllowedError):
            verb(notice_id=notice.id, actor=person(Role.LIAISON), now=now)
    assert fresh(notice).state == NoticeState.READY


def test_sent_back_and_written_anew(now: datetime, world: World) -> None:
    _case, notice = drafted(now, 12)
    services.send_back(notice_id=notice.id, remark="name the second law", actor=OFFICER, now=now)
    assert fresh(notice).state == NoticeState.DRAFT
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert shown.remark == "name the second law"
    assert services.redraft(notice_id=notice.id, actor=OFFICER, now=now) == notice.id
    assert fresh(notice).state == NoticeState.READY
    assert not fresh(notice).remark
