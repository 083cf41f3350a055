"""Mail in: stored first, read later, joined by token, hostile by default, and nothing of it in a log."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.base.core.sandbox import Sandbox, SandboxTimeoutError
from recourse.base.ledger import selectors as ledger
from recourse.base.vault import services as vault
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.domain import KeyDestroyedError
from recourse.base.vault.ports import KeyWrapper
from recourse.people.accounts.domain import Role
from recourse.work.cases.domain import Purpose, PurposeNeededError
from recourse.work.cases.models import Access
from recourse.work.notices import selectors, services
from recourse.work.notices.adapters.names import NameTable
from recourse.work.notices.domain import (
    AnswerKind,
    MailCategory,
    MailState,
    NoticeState,
    Reason,
    Signature,
    TokenFound,
    make_token,
    read_mail,
)
from recourse.work.notices.models import InboundMail, LedgerEntry, MailAccess
from recourse.work.notices.ports import DkimKey, DnsText
from recourse.world.law import domain as law
from tests.work.notices.making import (
    OFFICER,
    World,
    approved,
    forward,
    fresh,
    handed_over,
    mail,
    person,
    receive,
    reply_address,
    settle,
)
from tests.work.notices.test_sending import public_record

pytestmark = [pytest.mark.django_db, pytest.mark.db]
WORDS = "the lamps of the harbour are lit"


def opened(found: InboundMail, now: datetime) -> str:
    """What an officer reads of it."""
    return selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose=Purpose.READ_ANSWER, now=now).text


def test_an_automatic_reply_proves_receipt_and_answers_nothing(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    at = clock.advance(timedelta(minutes=1))
    found = receive(
        mail("We received your report. A person will look at it.", Auto_Submitted="auto-replied"),
        reply_address(world),
        at,
    )
    notice = fresh(notice)
    assert (found.category, found.state) == (MailCategory.AUTO_REPLY, MailState.READ)
    assert notice.state == NoticeState.RECEIPT_PROVEN
    assert notice.receipt_proven_at == at
    assert notice.due_at == min(filter(None, (law.due(one, at) for one in notice.regime_ids)))
    assert notice.lines.get().answer == AnswerKind.NONE
    assert not selectors.mail_waiting(OFFICER)
    receipt = LedgerEntry.objects.get(notice=notice, kind="receipt")
    assert ledger.facts_of(receipt.entry_id)["notice"] == str(notice.ledger_entry)


def test_a_persons_answer_waits_for_a_person(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(mail(), reply_address(world).upper(), now)
    assert (found.category, found.state) == (MailCategory.HUMAN, MailState.WAITING_FOR_PERSON)
    assert (found.found_by, found.proposed) == (TokenFound.TOKEN, AnswerKind.CLAIMS_REMOVED)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert notice.lines.get().answer == AnswerKind.NONE, "a proposal is no answer"
    assert [row.id for row in selectors.mail_waiting(OFFICER)] == [found.id]


def test_an_answer_of_a_person_that_a_ticket_system_marks_as_automatic_is_read_by_one(
    now: datetime, world: World
) -> None:
    _case, _notice = handed_over(now, 12)
    found = receive(
        mail("We cannot remove this.", Auto_Submitted="auto-generated"), reply_address(world), now
    )
    assert (found.category, found.state) == (MailCategory.HUMAN, MailState.WAITING_FOR_PERSON)


def test_an_answer_faster_than_our_own_delivery_report(now: datetime, world: World) -> None:
    """The recipient may answer before the worker has noted that it took the mail."""
    _case, notice = approved(now, 12)
    services.send(notice_id=notice.id, now=now)
    notice = fresh(notice)
    assert notice.outbox_id is not None
    services.leave(outbox_id=notice.outbox_id, now=now)
    fresh(notice)
    services.receiving.prove_receipt(services.moving.locked(notice.id), how="human", at=now, now=now)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    services.record_delivered(outbox_id=notice.outbox_id, at=now, now=now)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert fresh(notice).handed_over_at == now


def test_a_forged_token_joins_nothing_and_waits(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    forged = make_token(b"x" * 32, b"y" * 15).text + "@localhost.test"
    found = receive(mail(), forged, now)
    assert (found.notice_id, found.found_by) == (None, TokenFound.FORGED)
    assert found.state == MailState.WAITING_FOR_PERSON
    assert fresh(notice).state == NoticeState.HANDED_OVER
    assert not LedgerEntry.objects.filter(kind="receipt").exists()


def test_an_address_in_the_text_joins_nothing(now: datetime, world: World) -> None:
    """DESIGN 5: by token, then thread, never by URL."""
    _case, _notice = handed_over(now, 12)
    found = receive(mail("https://t.me/dusk_harbour/12 has been removed"), "desk@localhost.test", now)
    assert found.notice_id is None


def test_a_thread_joins_but_proves_nothing_by_itself(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(mail(In_Reply_To=notice.message_id or ""), "desk@localhost.test", now)
    assert (found.notice_id, found.found_by) == (notice.id, TokenFound.THREAD)
    assert found.state == MailState.WAITING_FOR_PERSON
    assert fresh(notice).state == NoticeState.HANDED_OVER


def report_of(action: str, to: str) -> bytes:
    """A delivery report, RFC 3464."""
    return (
        "From: MAILER-DAEMON@vidra.example\r\n"
        f"To: {to}\r\nSubject: report\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nabout your mail\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; vidra.example\r\n\r\n"
        f"Final-Recipient: rfc822; abuse@vidra.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("action", "category", "state", "reason"),
    [
        ("failed", MailCategory.BOUNCE, NoticeState.HELD, Reason.BOUNCED),
        ("delayed", MailCategory.DELAY, NoticeState.HANDED_OVER, ""),
        ("delivered", MailCategory.RECEIPT, NoticeState.RECEIPT_PROVEN, ""),
    ],
)
def test_delivery_reports(  # noqa: PLR0917 - fixtures and a table's columns
    now: datetime, world: World, action: str, category: MailCategory, state: NoticeState, reason: str
) -> None:
    case, notice = handed_over(now, 12)
    found = receive(report_of(action, reply_address(world)), reply_address(world), now)
    notice = fresh(notice)
    assert (found.category, notice.state, notice.reason) == (category, state, reason)
    item = case.items.get()
    asked = selectors.tracks([item.id])[item.id].asked_at
    assert (asked is None) == (category is MailCategory.BOUNCE), "what came back was not asked"
    corrected = LedgerEntry.objects.filter(notice=notice, kind="correction").exists()
    assert corrected == (category is MailCategory.BOUNCE)


def test_the_mail_process_needs_no_identity(now: datetime, world: World, home: Path) -> None:
    _case, _notice = handed_over(now, 12)
    sealing_only = AgeKeyWrapper((home / "keys" / "vault.recipient").read_text().strip(), None)
    with wiring.bound(KeyWrapper, sealing_only):  # type: ignore[type-abstract]
        mail_id = services.receive_mail(
            raw=b"Subject: x\r\n\r\nhello", recipients=[reply_address(world)], now=now
        )
    settle(now)
    assert InboundMail.objects.get(id=mail_id).state == MailState.WAITING_FOR_PERSON


def test_the_same_delivery_twice_is_one_mail(now: datetime, world: World) -> None:
    """The sender did not hear our 250 and comes again."""
    raw = mail().as_bytes(policy=policy.SMTP)
    first = services.receive_mail(raw=raw, recipients=["desk@localhost.test"], now=now)
    assert services.receive_mail(raw=raw, recipients=["DESK@localhost.test"], now=now) == first
    assert services.receive_mail(raw=raw + b"x", recipients=["desk@localhost.test"], now=now) != first
    assert InboundMail.objects.count() == 2


def test_invariant_2_attachments_are_dropped_after_their_digest(now: datetime, world: World) -> None:
    _case, _notice = handed_over(now, 12)
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 40
    message = mail(WORDS)
    message.add_attachment(picture, maintype="image", subtype="png", filename="a.png")
    found = receive(message, reply_address(world), now)
    assert not found.raw
    shown = selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose=Purpose.READ_ANSWER, now=now)
    assert shown.text == WORDS
    [kept] = shown.attachments
    assert (kept.content_type, kept.size, kept.sha256) == (
        "image/png",
        len(picture),
        hashlib.sha256(picture).hexdigest(),
    )
    for column in (found.text, found.attachments):
        assert picture[:64] not in bytes(column)


def test_a_mail_without_attachments_is_kept_as_it_came(now: datetime, world: World) -> None:
    _case, _notice = handed_over(now, 12)
    raw = mail(WORDS).as_bytes(policy=policy.SMTP)
    found = receive(raw, reply_address(world), now)
    key = vault.open_key(found.key_id)
    assert vault.unseal(key, f"notices.mail.raw:{found.id}", found.raw) == raw
    assert WORDS.encode() not in bytes(found.raw)


def hostile_mails() -> dict[str, bytes]:
    """Mails as somebody would write them who wants to see us fail."""
    nested = b"Content-Type: text/plain\r\n\r\n" + WORDS.encode()
    for depth in range(300):
        mark = b"b%d" % depth
        nested = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + nested
            + b"\r\n--" + mark + b"--\r\n"
        )  # fmt: skip
    head = b"From: a@vidra.example\r\nMIME-Version: 1.0\r\n"
    return {
        "nothing": b"",
        "no header": b"\r\n\r\n",
        "only zeros": b"\0" * 5000,
        "nested": head + nested,
        "many parts": head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 20_000
        + b"--b--\r\n",
        "no such charset": head + b"Content-Type: text/plain; charset=klingon\r\n\r\n" + WORDS.encode(),
        "wrong charset": head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe\xb0\xa1",
        "korean": head
        + b"Content-Type: text/plain; charset=euc-kr\r\n\r\n"
        + "삭제되었습니다".encode("euc-kr"),
        "giant header": b"Subject: " + b"x" * 2_000_000 + b"\r\n\r\n" + WORDS.encode(),
        "many headers": b"".join(b"X-H%d: v\r\n" % number for number in range(30_000))
        + b"\r\n"
        + WORDS.encode(),
        "header injection": head
        + b"Subject: hello\r\n =?utf-8?q?=0D=0ABcc:_victim=40vidra.example?=\r\n\r\n"
        + WORDS.encode(),
        "bad base64": head + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!" + WORDS.encode(),
        "html": head
        + b"Content-Type: text/html\r\n\r\n<script>x</script><a href='https://t.me/x/1'>removed</a><img src=//y.example>",
        "broken dkim": b"DKIM-Signature: v=1; a=rsa-sha256; d=vidra.example; s=s; b=AAAA; bh=\r\n"
        + head
        + b"\r\nx",
        "dkim flood": b"DKIM-Signature: v=1\r\n" * 3000 + head + b"\r\nx",
        "bad address": b'From: "\xff" <a@@b@c>, <, x@y@z\r\n\r\n' + WORDS.encode(),
        "two senders": b"From: a@one.example\r\nFrom: b@two.example\r\n\r\n" + WORDS.encode(),
        "surrogates": head + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA- " + WORDS.encode(),
    }


@pytest.mark.parametrize("name", sorted(hostile_mails()))
def test_hostile_mail_is_kept_and_joined_and_nothing_of_it_is_logged(
    name: str, now: datetime, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    _case, notice = handed_over(now, 12)
    capfd.readouterr()
    raw = hostile_mails()[name]
    found = receive(raw, reply_address(world), now)
    assert found.notice_id == notice.id
    assert found.state in {MailState.READ, MailState.WAITING_FOR_PERSON}
    assert found.size == len(raw)
    key = vault.open_key(found.key_id)
    text = opened(found, now)
    kept = vault.unseal(key, f"notices.mail.raw:{found.id}", found.raw) if found.raw else b""
    assert kept == raw or found.attachments or found.trouble
    assert "<" not in text
    assert "\r\nBcc" not in text
    logged = "".join(capfd.readouterr())
    for secret in (WORDS, "vidra.example", "dusk_harbour", reply_address(world), "Bcc"):
        assert secret not in logged


@pytest.mark.parametrize("name", ["korean", "html"])
def test_what_can_be_read_is_read(name: str, now: datetime, world: World) -> None:
    _case, _notice = handed_over(now, 12)
    found = receive(hostile_mails()[name], reply_address(world), now)
    assert opened(found, now) in {"삭제되었습니다", "removed"}


def test_30_mb_are_digested_and_let_go(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    message = mail(WORDS)
    big = bytes(30_000_000)
    message.add_attachment(big, maintype="video", subtype="mp4", filename="a.mp4")
    found = receive(message, reply_address(world), now)
    assert found.notice_id == notice.id
    assert found.size > 40_000_000
    shown = selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose=Purpose.READ_ANSWER, now=now)
    assert shown.text == WORDS
    assert [one.sha256 for one in shown.attachments] == [hashlib.sha256(big).hexdigest()]
    assert not found.raw


class Stuck:
    """A sandbox that runs out of time for anything long."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.real = wiring.resolve(Sandbox)  # type: ignore[type-abstract]

    def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
        if len(data) > self.longest:
            raise SandboxTimeoutError("slow")
        return self.real.run(task, data, seconds=seconds)


@pytest.mark.parametrize(("longest", "words"), [(300_000, WORDS), (-1, "")])
def test_what_is_too_much_for_the_sandbox_is_read_by_its_head_or_kept_for_a_person(
    longest: int, words: str, now: datetime, world: World
) -> None:
    _case, _notice = handed_over(now, 12)
    message = mail(WORDS)
    message.add_attachment(bytes(600_000), maintype="image", subtype="png", filename="a.png")
    raw = message.as_bytes(policy=policy.SMTP)
    with wiring.bound(Sandbox, Stuck(longest)):  # type: ignore[type-abstract]
        found = receive(raw, reply_address(world), now)
    assert (found.state, found.trouble) == (MailState.WAITING_FOR_PERSON, "sandbox_timeout")
    assert opened(found, now).startswith(words)
    assert found.raw, "nothing is lost: it was not read as a whole"


@given(
    parsed=st.dictionaries(
        st.sampled_from(
            [
                "text",
                "from_domain",
                "dsn",
                "is_dsn",
                "references",
                "in_reply_to",
                "attachments",
                "auto_submitted",
                "precedence",
                "x_autoreply",
            ]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=50)
        | st.lists(st.text(max_size=20), max_size=4),
    )
)
def test_whatever_the_sandbox_answers_is_bounded_or_refused(parsed: dict[str, object]) -> None:
    try:
        read = read_mail(parsed)
    except (TypeError, AttributeError, ValueError):
        return  # the task calls such an answer unreadable
    assert len(read.from_domain) <= 255
    assert "\0" not in read.text


@given(raw=st.binary(max_size=400))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_bytes_are_stored_and_read(now: datetime, raw: bytes) -> None:
    found = receive(raw, "desk@localhost.test", now)
    assert found.state == MailState.WAITING_FOR_PERSON
    opened(found, now)


# -- signatures ----------------------------------------------------------------------------------------------


def signed(message: EmailMessage, domain: str) -> bytes:
    raw = message.as_bytes(policy=policy.SMTP)
    signature: bytes = dkim.sign(raw, b"s1", domain.encode(), wiring.resolve(DkimKey).pem)
    return signature + raw


@pytest.mark.parametrize(
    ("domain", "record", "tampered", "result"),
    [
        ("vidra.example", True, False, Signature.PASS),
        ("vidra.example", True, True, Signature.FAIL),
        ("vidra.example", False, False, Signature.FAIL),
        ("somebody.example", True, False, Signature.FAIL),
        ("example", True, False, Signature.FAIL),
    ],
)
def test_a_signature_counts_for_the_domain_in_from(
    domain: str, record: bool, tampered: bool, result: Signature, now: datetime
) -> None:
    raw = signed(mail(WORDS), domain)
    if tampered:
        raw = raw.replace(b"harbour", b"h4rbour")
    table = NameTable({f"s1._domainkey.{domain}": public_record().decode()} if record else {})
    with wiring.bound(DnsText, table):  # type: ignore[type-abstract]
        assert receive(raw, "desk@localhost.test", now).dkim == result


def test_a_giant_key_is_not_tried(now: datetime) -> None:
    raw = signed(mail(WORDS), "vidra.example")
    giant = "v=DKIM1; k=rsa; p=" + base64.b64encode(bytes(20_000)).decode()
    with wiring.bound(DnsText, NameTable({"s1._domainkey.vidra.example": giant})):  # type: ignore[type-abstract]
        assert receive(raw, "desk@localhost.test", now).dkim == Signature.FAIL


def test_no_signature_is_no_signature(now: datetime) -> None:
    assert receive(mail(), "desk@localhost.test", now).dkim == Signature.NONE


# -- people --------------------------------------------------------------------------------------------------


def test_opening_a_mail_is_reading_its_case(now: datetime, world: World) -> None:
    case, _notice = handed_over(now, 12)
    found = receive(mail(), reply_address(world), now)
    before = Access.objects.filter(case=case).count()
    opened(found, now)
    assert Access.objects.filter(case=case).count() == before + 1
    with pytest.raises(NotAllowedError):
        selectors.access_mail(
            actor=person(Role.OPERATOR), mail_id=found.id, purpose=Purpose.READ_ANSWER, now=now
        )
    with pytest.raises(PurposeNeededError):
        selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose=None, now=now)


def test_opening_a_mail_of_nobody_is_recorded_too(now: datetime) -> None:
    found = receive(mail(), "desk@localhost.test", now)
    with pytest.raises(PurposeNeededError):
        selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose="", now=now)
    opened(found, now)
    assert MailAccess.objects.get().label == OFFICER.label


def test_a_person_joins_a_mail_to_its_notice(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(mail(), "desk@localhost.test", now)
    with pytest.raises(services.answering.NoNoticeError):
        services.confirm_answer(mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=now)
    services.attach_mail(mail_id=found.id, notice_number=notice.number.lower(), actor=OFFICER, now=now)
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.ACCEPTED, actor=OFFICER, now=now)
    assert notice.lines.get().answer == AnswerKind.ACCEPTED
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN


def test_what_belongs_to_nothing_is_put_away_for_good(now: datetime, world: World) -> None:
    found = receive(mail(), "desk@localhost.test", now)
    services.set_aside(mail_id=found.id, actor=OFFICER, now=now)
    with pytest.raises(KeyDestroyedError):
        vault.open_key(found.key_id)
    with pytest.raises(NotFoundError):
        opened(found, now)
    assert not selectors.mail_waiting(OFFICER)


def test_invariant_5_silence_is_a_fact_with_a_date(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    receive(mail("received", Auto_Submitted="auto-replied"), reply_address(world), clock.at)
    due = fresh(notice).due_at
    assert due is not None
    forward(clock, due - clock.at - timedelta(seconds=1))
    assert fresh(notice).silent_since is None
    forward(clock, timedelta(seconds=2))
    assert fresh(notice).silent_since == due
    assert LedgerEntry.objects.filter(notice=notice, kind="silence").count() == 1


def test_invariant_5_without_proof_of_receipt_nothing_is_silence(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    forward(clock, timedelta(days=3))
    assert fresh(notice).silent_since is None
    assert fresh(notice).due_at is None


def test_the_sandbox_speaks_the_language_we_read(now: datetime) -> None:
    """Our reader and core's parser agree on every key."""
    sandbox = wiring.resolve(Sandbox)  # type: ignore[type-abstract]
    answer = json.loads(sandbox.run("mail", report_of("failed", "a@b.example")))
    assert {"text", "from_domain", "is_dsn", "dsn", "references", "in_reply_to", "attachments"} <= set(answer)
    assert {"auto_submitted", "precedence", "x_autoreply"} <= set(answer)
