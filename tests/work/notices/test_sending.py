"""From approval to the outbox: captured, still there, same contact, mandate live; once, with one Message-ID."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta
from email.utils import parseaddr

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from dkim.crypto import RSASSA_PKCS1_v1_5_sign, parse_pem_private_key

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import IllegalMoveError, OutsideError
from recourse.base.jobs.domain import UndeliverableError
from recourse.base.jobs.models import Job, Outbox
from recourse.base.ledger import selectors as ledger
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NoticeState, Reason
from recourse.work.notices.models import LedgerEntry, Notice
from recourse.work.notices.ports import DkimKey, Sender
from recourse.work.notices.services import openssl_rsa
from recourse.world.recipients import services as recipients
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    approved,
    assess,
    drafted,
    forward,
    fresh,
    handed_over,
    joined_by,
    letter,
    report,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def public_record() -> bytes:
    """The TXT record that belongs to the test's key."""
    key = serialization.load_pem_private_key(wiring.resolve(DkimKey).pem, None)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_an_approved_notice_arrives_once_and_signed(now: datetime, world: World) -> None:
    case, notice = handed_over(now, 12)
    assert notice.state == NoticeState.HANDED_OVER
    assert len(world.letters) == 1
    envelope, raw = world.letters[0]
    mail = letter(world)
    body = mail.get_content()
    sender = wiring.resolve(Sender)
    assert envelope["to"] == parseaddr(mail["To"])[1]
    assert mail["Message-ID"] == notice.message_id
    assert mail["Reply-To"].addresses[0].addr_spec == envelope["from"]
    assert mail["From"].addresses[0].domain == sender.domain
    assert mail["X-Recourse-Entry"] == str(notice.ledger_entry)
    assert str(notice.ledger_entry) in body
    assert "Approved and signed: Officer 01" in body
    assert "https://t.me/dusk_harbour/12" in body
    for never in (case.number, str(case.id), str(notice.id)):
        assert never.encode() not in raw
    assert dkim.verify(raw, dnsfunc=lambda *_args, **_kwargs: public_record())
    assert not dkim.verify(
        raw.replace(b"dusk_harbour", b"dawn_harbour"), dnsfunc=lambda *_a, **_k: public_record()
    )
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) < 998


def test_the_message_id_says_nothing(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    assert re.fullmatch(r"<[0-9a-z]{32}@[a-z.]+>", notice.message_id or "")


def test_the_record_has_it_before_it_leaves(now: datetime, world: World) -> None:
    """DESIGN 5: queued before it is sent; the entry's id rides in the notice."""
    _case, notice = approved(now, 12)
    services.send(notice_id=notice.id, now=now)
    notice = fresh(notice)
    assert notice.state == NoticeState.QUEUED
    assert not world.letters
    assert notice.ledger_entry is not None
    facts = ledger.facts_of(notice.ledger_entry)
    assert facts["kind"] == "notice"
    assert facts["recipient"] == notice.recipient_id
    assert not {notice.number, "dusk_harbour", str(notice.case_id)} & set(facts.values())


def test_sending_twice_puts_one_message_out(now: datetime, world: World) -> None:
    _case, notice = approved(now, 12)
    for _ in range(3):
        services.send(notice_id=notice.id, now=now)
    assert Outbox.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="notice").count() == 1
    settle(now)
    assert len(world.letters) == 1


def test_invariant_9_a_retry_sends_the_same_bytes(clock: FixedClock, world: World) -> None:
    world.failures = [OutsideError("away"), OutsideError("away")]
    _case, notice = handed_over(clock.at, 12)
    assert notice.state == NoticeState.SENDING
    assert not world.letters
    forward(clock, timedelta(minutes=2))
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert len(world.letters) == 1
    assert world.tried == [world.letters[0][1]] * 3
    assert not Outbox.objects.get().body, "what was taken over is kept by whoever wrote it alone"
    assert letter(world)["Message-ID"] == notice.message_id


def test_what_is_gone_already_is_not_sent(clock: FixedClock, world: World) -> None:
    _case, notice = drafted(clock.at, 12)
    world.gone.add("dusk_harbour/12")
    clock.advance(timedelta(minutes=30))
    approve(notice.id, clock.at)
    forward(clock, timedelta(minutes=2))
    notice = fresh(notice)
    assert (notice.state, notice.reason) == (NoticeState.CANCELLED, Reason.PLACE_GONE)
    assert not world.letters
    assert not notice.ledger_entry


def test_only_the_gone_place_is_left_out(clock: FixedClock, world: World) -> None:
    _case, notice = drafted(clock.at, 12, 13)
    world.gone.add("dusk_harbour/12")
    clock.advance(timedelta(minutes=30))
    approve(notice.id, clock.at)
    forward(clock, timedelta(minutes=2))
    assert fresh(notice).state == NoticeState.HANDED_OVER
    body = letter(world).get_content()
    assert "dusk_harbour/13" in body
    assert "dusk_harbour/12" not in body


def test_what_only_seemed_gone_is_drafted_anew(clock: FixedClock, world: World) -> None:
    _case, notice = drafted(clock.at, 12)
    world.gone.add("dusk_harbour/12")
    clock.advance(timedelta(minutes=30))
    approve(notice.id, clock.at)
    forward(clock, timedelta(minutes=2))
    world.gone.clear()
    forward(clock, timedelta(hours=3))
    again = Notice.objects.filter(kind="removal").exclude(pk=notice.pk).get()
    assert again.state == NoticeState.READY
    assert again.earlier is None


def test_invariant_6_nobody_waits_longer_than_15_minutes_for_a_capture(
    clock: FixedClock, world: World
) -> None:
    """Nothing answers, so neither capture nor probe succeeds: it goes all the same, and says so."""
    world.silent = True
    _case, notice = drafted(clock.at, 12)
    approve(notice.id, clock.at)
    forward(clock, timedelta(minutes=12))
    assert fresh(notice).state == NoticeState.APPROVED
    assert not world.letters
    forward(clock, timedelta(minutes=3, seconds=20))
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert fresh(notice).captured is False
    assert "Our own check" not in letter(world).get_content()


def test_invariant_6_not_even_when_the_capture_never_ends(clock: FixedClock, world: World) -> None:
    case, items = report(clock.at, 12)
    assess(case, items, clock.at)
    services.draft_for_assessment(case.assessments.get().id, clock.at)
    Job.objects.filter(kind__startswith="evidence.").delete()
    settle(clock.at)
    notice = Notice.objects.get(kind="removal")
    approve(notice.id, clock.at)
    forward(clock, timedelta(minutes=14, seconds=59))
    assert fresh(notice).state == NoticeState.APPROVED
    forward(clock, timedelta(seconds=21))
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert fresh(notice).captured is False


def test_a_changed_contact_stops_it_for_a_person(clock: FixedClock, world: World) -> None:
    _case, notice = approved(clock.at, 12)
    recipients.set_contact(channel_id=notice.channel_id, address="desk@vidra.example", now=clock.at)
    settle(clock.at)
    notice = fresh(notice)
    assert (notice.state, notice.reason) == (NoticeState.HELD, Reason.CONTACT_CHANGED)
    again = services.redraft(notice_id=notice.id, actor=OFFICER, now=clock.at)
    assert fresh(notice).state == NoticeState.CANCELLED
    approve(again, clock.at)
    settle(clock.at)
    assert [envelope["to"] for envelope, _ in world.letters] == ["desk@vidra.example"]


def test_a_withdrawn_mandate_stops_it(now: datetime, world: World) -> None:
    case, notice = approved(now, 12)
    cases.withdraw_mandate(case_id=case.id, now=now)
    settle(now)
    assert fresh(notice).state == NoticeState.CANCELLED
    assert not world.letters


def test_a_mandate_withdrawn_while_it_waits_in_the_outbox_stops_it_too(now: datetime, world: World) -> None:
    """The last moment: the message is committed, the withdrawal's own job has not run yet."""
    case, notice = approved(now, 12)
    services.send(notice_id=notice.id, now=now)
    cases.withdraw_mandate(case_id=case.id, now=now)
    outbox_id = fresh(notice).outbox_id
    assert outbox_id is not None
    with pytest.raises(UndeliverableError):
        services.leave(outbox_id=outbox_id, now=now)
    settle(now)
    assert not world.letters
    assert fresh(notice).state == NoticeState.CANCELLED
    kinds = list(LedgerEntry.objects.filter(notice=notice).order_by("at").values_list("kind", flat=True))
    assert sorted(kinds) == ["correction", "notice"], "the record says that it never left"


def test_what_is_on_its_way_cannot_be_cancelled(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    with pytest.raises(IllegalMoveError):
        services.cancel(notice_id=notice.id, actor=OFFICER, now=now)


def test_nothing_is_sent_while_the_case_waits_for_her(now: datetime, world: World) -> None:
    case, notice = approved(now, 12)
    cases.move_case(case_id=case.id, to=CaseState.WAITING_FOR_SURVIVOR, actor=OFFICER, now=now)
    settle(now)
    notice = fresh(notice)
    assert (notice.state, notice.reason) == (NoticeState.HELD, Reason.CASE_WAITS)
    assert not world.letters


def test_a_refused_mail_waits_for_a_person_and_the_record_is_corrected(now: datetime, world: World) -> None:
    world.failures = [UndeliverableError("550")]
    _case, notice = handed_over(now, 12)
    assert (notice.state, notice.reason) == (NoticeState.HELD, Reason.UNDELIVERABLE)
    assert LedgerEntry.objects.filter(notice=notice, kind="correction").exists()
    again = services.redraft(notice_id=notice.id, actor=OFFICER, now=now)
    approve(again, now)
    settle(now)
    assert len(world.letters) == 1
    first, second = notice, Notice.objects.get(pk=again)
    assert first.message_id != second.message_id


def test_a_second_approval_is_refused(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    with pytest.raises(IllegalMoveError):
        approve(notice.id, now)


def test_her_page_tells_what_was_asked_and_nothing_before_she_came(clock: FixedClock, world: World) -> None:
    case, _notice = handed_over(clock.at, 12)
    item = case.items.get()
    track = selectors.tracks([item.id])[item.id]
    assert track.asked_at == clock.at
    assert track.recipient_name == "Telegram"
    assert track.acknowledged_at is None
    later = clock.advance(timedelta(days=1))
    second, other = joined_by(later)
    hers = selectors.tracks([other])[other]
    assert second.id != case.id
    assert hers.asked_at == later, "nothing on her page is older than her own joining"


def test_openssl_signs_as_dkimpy_does_and_faster(now: datetime) -> None:
    """The same numbers give the same signature; where it differed, every letter would be worthless."""
    key = parse_pem_private_key(wiring.resolve(DkimKey).pem)
    for words in (b"", b"the lamps are lit", bytes(range(256)) * 40):
        assert openssl_rsa.sign(hashlib.sha256(words), key) == RSASSA_PKCS1_v1_5_sign(
            hashlib.sha256(words), key
        )
    assert dkim.RSASSA_PKCS1_v1_5_sign is openssl_rsa.sign
    with pytest.raises(ValueError, match="SHA-256"):
        openssl_rsa.sign(hashlib.sha512(b"x"), key)
