"""Erasure: letters, mails and disclosures go with the case; what another survivor backs goes on."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.jobs.models import Outbox
from recourse.base.ledger import selectors as ledger
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyDestroyedError
from recourse.work.cases import services as cases
from recourse.work.notices.domain import MailState, NoticeState
from recourse.work.notices.models import Backing, InboundMail, LedgerEntry, Notice
from tests.work.notices.making import (
    World,
    approved,
    fresh,
    handed_over,
    joined_by,
    mail,
    receive,
    reply_address,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_invariant_15_erasing_a_case_erases_its_notices_and_mails(now: datetime, world: World) -> None:
    case, notice = handed_over(now, 12)
    found = receive(mail(), reply_address(world), now)
    entries = list(LedgerEntry.objects.filter(notice=notice).values_list("entry_id", flat=True))
    cases.erase_case(case_id=case.id, now=now)
    settle(now)
    notice = fresh(notice)
    for key_id in (notice.key_id, found.key_id):
        with pytest.raises(KeyDestroyedError):
            vault.open_key(key_id)
    assert not any([notice.subject, notice.body, notice.remark, notice.token_lookup, notice.message_id])
    assert not notice.lines.filter(place__isnull=False).exists()
    mailed = InboundMail.objects.get(pk=found.pk)
    assert not any([mailed.raw, mailed.text, mailed.attachments, mailed.digest, mailed.about])
    assert mailed.state == MailState.READ
    assert not Backing.objects.exists()
    assert entries
    for entry_id in entries:
        assert ledger.entry(entry_id).erased_at is not None
    again = receive(mail("too late"), reply_address(world), now)
    assert again.notice_id is None, "its token names nothing any more"


def test_an_erased_case_sends_nothing(now: datetime, world: World) -> None:
    case, notice = approved(now, 12)
    cases.erase_case(case_id=case.id, now=now)
    settle(now)
    assert not world.letters
    assert fresh(notice).state == NoticeState.CANCELLED
    assert not Outbox.objects.exists()


def test_what_a_second_survivor_backs_goes_on_under_her_case(now: datetime, world: World) -> None:
    first, notice = handed_over(now, 12)
    second, _item = joined_by(now, 12)
    cases.erase_case(case_id=first.id, now=now)
    settle(now)
    notice = fresh(notice)
    assert notice.case_id == second.id
    assert vault.open_key(notice.key_id).id == notice.key_id
    assert notice.lines.get().open
    found = receive(mail(), reply_address(world), now)
    assert found.notice_id == notice.id
    cases.erase_case(case_id=second.id, now=now)
    settle(now)
    with pytest.raises(KeyDestroyedError):
        vault.open_key(fresh(notice).key_id)
    assert Notice.objects.exclude(handed_over_at=None).count() == 1
