"""A corpus of mails as mail systems, ticket systems and people write them, and what each is taken for.

The files in `mails/` are our own words; companies and people in them are invented. Each row of the table was
decided by reading the file, not by running the code.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from pathlib import Path

import pytest

from recourse.base.core.mailparse import parse_mail
from recourse.base.vault import services as vault
from recourse.people.accounts.domain import Actor
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import (
    AnswerKind,
    MailCategory,
    MailState,
    NoticeState,
    OpenMail,
    RefusalReason,
    TokenFound,
    read_mail,
    surely_automatic,
    their_reference,
    writes_from,
)
from recourse.work.notices.models import InboundMail
from tests.work.notices.making import (
    OFFICER,
    World,
    fresh,
    handed_over,
    mail,
    receive,
    reply_address,
)

MAILS = Path(__file__).parent / "mails"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30
# File, category, their reference, proposal, reason of a refusal, whether a person has to read it.
TABLE = [
    ("auto-thanks", "auto_reply", "", "acknowledged", "", False),
    ("auto-unknown-language", "auto_reply", "", "none", "", True),
    ("away-english", "auto_reply", "", "none", "", False),
    ("away-indonesian", "auto_reply", "", "none", "", False),
    ("away-korean", "auto_reply", "", "none", "", False),
    ("bounce-exim", "bounce", "", "", "", True),
    ("bounce-gateway", "bounce", "", "", "", True),
    ("bounce-indonesian", "bounce", "", "", "", True),
    ("bounce-korean", "bounce", "", "", "", True),
    ("bounce-qmail", "bounce", "", "", "", True),
    ("daemon-says-nothing-known", "unknown", "", "none", "", True),
    ("delay-exim", "delay", "", "", "", False),
    ("delay-korean", "delay", "", "", "", False),
    ("delay-sendmail", "delay", "", "", "", False),
    ("dsn-delayed", "delay", "", "", "", False),
    ("dsn-delivered", "receipt", "", "", "", False),
    ("dsn-failed-in-capitals", "bounce", "", "", "", True),
    ("dsn-failed", "bounce", "", "", "", True),
    ("dsn-relayed", "passed_on", "", "", "", False),
    ("dsn-two-actions", "bounce", "", "", "", True),
    ("dsn-without-fields", "delay", "", "", "", False),
    ("hostile-bare-cr", "human", "", "claims_removed", "", True),
    ("hostile-forged-marks", "auto_reply", "", "claims_removed", "", True),
    ("hostile-not-closed", "human", "A-1", "claims_removed", "", True),
    ("hostile-nul", "auto_reply", "", "claims_removed", "", True),
    ("hostile-reference", "auto_reply", "", "acknowledged", "", False),
    ("hostile-report-of-reports", "bounce", "", "", "", True),
    ("hostile-wrong-charset", "human", "", "claims_removed", "", True),
    ("human-about-a-bounce", "human", "", "info_requested", "", True),
    ("human-forwarded", "human", "", "forwarded", "", True),
    ("human-info-indonesian", "human", "", "info_requested", "", True),
    ("human-of-a-daemon-name", "human", "", "none", "", True),
    ("human-preserved", "human", "", "preserved", "", True),
    ("human-refused-indonesian", "human", "", "refused", "not_theirs", True),
    ("human-refused-korean", "human", "", "refused", "no_violation", True),
    ("human-refused-not-entitled", "human", "", "refused", "not_entitled", True),
    ("human-refused-not-found", "human", "", "refused", "not_found", True),
    ("human-removed", "human", "", "claims_removed", "", True),
    ("human-restricted", "human", "", "claims_restricted", "", True),
    ("human-through-ticket-system-korean", "human", "2026-A1-004512", "claims_removed", "", True),
    ("human-through-ticket-system", "human", "483920-AB", "refused", "no_violation", True),
    ("mdn-broken", "unknown", "", "none", "", True),
    ("mdn-deleted", "read_receipt", "", "", "", False),
    ("mdn-displayed", "read_receipt", "", "", "", False),
    ("media-base64-in-words", "human", "", "claims_removed", "", True),
    ("media-inline-image", "human", "", "claims_removed", "", True),
    ("media-nested-mail", "human", "", "claims_removed", "", True),
    ("media-smime-opaque", "human", "", "none", "", True),
    ("media-smime-signed", "human", "", "claims_removed", "", True),
    ("media-tnef", "human", "", "claims_removed", "", True),
    ("media-uuencoded", "human", "", "claims_removed", "", True),
    ("ticket-english", "confirmation", "483920-AB", "acknowledged", "", False),
    ("ticket-header", "confirmation", "77120", "acknowledged", "", False),
    ("ticket-in-words", "confirmation", "KN-2026-0012345", "acknowledged", "", False),
    ("ticket-indonesian", "confirmation", "LM-55-2031", "acknowledged", "", False),
    ("ticket-korean-euc", "confirmation", "HB20260305-77", "acknowledged", "", False),
    ("ticket-korean", "confirmation", "2026-A1-004512", "acknowledged", "", False),
    ("ticket-unmarked", "confirmation", "00451234", "acknowledged", "", True),
]


def raw(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(("name", "category", "reference", "proposed", "reason", "person"), TABLE)
def test_what_each_mail_is_taken_for(  # noqa: PLR0917 - a table's columns
    name: str, category: str, reference: str, proposed: str, reason: str, person: bool
) -> None:
    read = read_mail(parse_mail(raw(name)))
    found = (read.category, read.reference, read.proposed or "", read.proposed_reason or "")
    assert found == (category, reference, proposed, reason)
    automatic = surely_automatic(read.category, read.marking, read.proposed)
    assert automatic is not person


def test_the_table_and_the_folder_are_one() -> None:
    assert sorted(row[0] for row in TABLE) == sorted(path.stem for path in MAILS.glob("*.eml"))


def test_every_category_is_in_the_corpus() -> None:
    assert {row[1] for row in TABLE} == set(MailCategory)


@pytest.mark.parametrize(
    ("header", "subject", "words", "reference"),
    [
        ("", "", "", ""),
        ("", "Re: N-7KM4QXA", "our case C-7KM4QXA of 2026-03-05", ""),
        ("", "[Case 12-33]", "report number 99-1", "12-33"),
        ("host #555", "[Case 12-33]", "", "555"),
        ("", "", "Your report of 48 hours ago", ""),
        ("", "", "\uc811\uc218\ubc88\ud638: 2026-77", "2026-77"),
        ("", "", "No. laporan Anda: LP/2026/17", "LP/2026/17"),
        ("", "[#" * 400, "case " * 5000, ""),
    ],
)
def test_their_reference(header: str, subject: str, words: str, reference: str) -> None:
    assert their_reference(header, subject, words) == reference


@pytest.mark.parametrize(
    ("domain", "contact", "known"),
    [
        ("vidra.example", "abuse@vidra.example", True),
        ("mail.vidra.example", "abuse@vidra.example", True),
        ("vidra.example", "https://help.vidra.example/form", True),
        ("evilvidra.example", "abuse@vidra.example", False),
        ("example", "abuse@vidra.example", False),
        ("vidra.example", "", False),
    ],
)
def test_whose_domain_it_is(domain: str, contact: str, known: bool) -> None:
    assert writes_from(domain, contact) is known


# -- stored --------------------------------------------------------------------------------------------------


def opened(found: InboundMail, now: datetime, actor: Actor = OFFICER) -> OpenMail:
    return selectors.access_mail(actor=actor, mail_id=found.id, purpose=Purpose.READ_ANSWER, now=now)


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("name", [row[0] for row in TABLE if row[0].startswith("media-")])
def test_invariant_2_no_picture_is_kept_however_it_comes(name: str, now: datetime, world: World) -> None:
    """2. The picture stays with the survivor: what comes by mail is dropped at the gateway after its digest."""
    _case, _notice = handed_over(now, 12)
    found = receive(raw(name), reply_address(world), now)
    assert not found.raw, "the mail as it came holds the picture"
    key = vault.open_key(found.key_id)
    columns = {column: getattr(found, column) for column in ("text", "attachments", "about")}
    kept = b"".join(
        vault.unseal(key, f"notices.mail.{column}:{found.id}", value)
        for column, value in columns.items()
        if value
    )
    pieces = [PICTURE[40:70], base64.b64encode(PICTURE)[60:100], binascii.b2a_uu(PICTURE[45:90])[1:40]]
    assert not [piece for piece in pieces if piece in kept]
    assert opened(found, now).attachments


@pytest.mark.db
@pytest.mark.django_db
def test_a_confirmation_proves_receipt_and_what_names_its_number_later_joins(
    now: datetime, world: World
) -> None:
    _case, notice = handed_over(now, 12)
    first = receive(raw("ticket-english"), reply_address(world), now)
    assert (first.category, first.state) == (MailCategory.CONFIRMATION, MailState.READ)
    assert fresh(notice).state == NoticeState.RECEIPT_PROVEN
    assert opened(first, now).about.reference == "483920-AB"
    later = receive(raw("human-through-ticket-system"), "desk@localhost.test", now)
    assert (later.notice_id, later.found_by) == (notice.id, TokenFound.NUMBER)
    assert later.state == MailState.WAITING_FOR_PERSON, "a number can be guessed: a person looks"
    for column in ("about", "text"):
        assert b"483920" not in bytes(getattr(first, column))


@pytest.mark.db
@pytest.mark.django_db
def test_a_number_that_two_notices_share_joins_nothing(now: datetime, world: World) -> None:
    for number in (12, 13):
        handed_over(now, number)
        receive(raw("ticket-english"), reply_address(world), now)
    assert receive(raw("human-through-ticket-system"), "desk@localhost.test", now).notice_id is None


@pytest.mark.db
@pytest.mark.django_db
def test_whose_domain_it_came_from_is_sealed_and_compared(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    address = reply_address(world)
    theirs = receive(mail("Removed.", sender="a@telegram.org"), address, now)
    other = receive(mail("Removed."), address, now)
    assert (theirs.from_known, other.from_known) == (True, False)
    assert opened(other, now).about.from_domain == "vidra.example"
    stray = receive(mail("Removed!", sender="a@telegram.org"), "desk@localhost.test", now)
    assert stray.from_known is None
    services.attach_mail(mail_id=stray.id, notice_number=notice.number, actor=OFFICER, now=now)
    assert InboundMail.objects.get(id=stray.id).from_known is True


@pytest.mark.db
@pytest.mark.django_db
def test_the_reason_of_a_refusal_stays_with_its_line(now: datetime, world: World) -> None:
    _case, notice = handed_over(now, 12)
    found = receive(raw("human-refused-korean"), reply_address(world), now)
    assert found.proposed_reason == RefusalReason.NO_VIOLATION
    services.confirm_answer(
        mail_id=found.id, kind=AnswerKind.REFUSED, reason=RefusalReason.NO_VIOLATION, actor=OFFICER, now=now
    )
    assert notice.lines.get().refused_because == RefusalReason.NO_VIOLATION
    services.confirm_answer(
        mail_id=found.id, kind=AnswerKind.ACCEPTED, reason=RefusalReason.NO_VIOLATION, actor=OFFICER, now=now
    )
    assert notice.lines.get().refused_because == ""
