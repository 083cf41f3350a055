"""A notice or a mail, opened by a person who says why. The reading is recorded in the case before it is unsealed.

Refuses: a reading without a purpose or by a role that may not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import OpenCase, Purpose, PurposeNeededError
from recourse.work.notices.domain import (
    AnswerKind,
    Attached,
    ElementState,
    LetterFacts,
    LineView,
    MailState,
    NoticeState,
    OpenMail,
    OpenNotice,
    RuleUsed,
    letter_digest,
    own_words,
    render_letter,
)
from recourse.work.notices.models import InboundMail, MailAccess, Notice, NoticeLine
from recourse.work.notices.selectors.before_sending import before_sending
from recourse.work.notices.selectors.letters import element_views, letter_facts, live_lines, sealed_name
from recourse.work.notices.selectors.machine import about_mail
from recourse.work.notices.selectors.rows import mail_row, notice_row
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.locations import selectors as locations
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient
from recourse.world.rules.load import rules

UNAPPROVED = frozenset({NoticeState.DRAFT, NoticeState.INCOMPLETE, NoticeState.READY})
LONGEST_PURPOSE = 200


def access_notice(
    *, actor: Actor, notice_id: UUID, purpose: Purpose | str | None, now: datetime, words: str = ""
) -> OpenNotice:
    """Open a notice for a person: through its case, so that the reading is recorded there.

    A notice that is not approved yet is shown as it would be written now.

    Raises:
        NotAllowedError, PurposeNeededError, KeyNotHeldError: as `cases.access_case`.
        NotFoundError: no such notice, or its case is erased.
    """
    notice = Notice.objects.filter(id=notice_id).first()
    if notice is None:
        raise NotFoundError(f"notice {notice_id}")
    case = cases.access_case(actor=actor, case_id=notice.case_id, purpose=purpose, now=now, words=words)
    contact = recipients.by_channel(notice.channel_id, now=now)
    shown = list(notice.lines.select_related("place").order_by("position"))
    lines = live_lines(notice) or [line for line in shown if line.place and not line.place.erased_at]
    if notice.state in UNAPPROVED:
        notice.regime_ids = list(contact.regimes)  # as an approval would write it; not saved
    facts = letter_facts(notice, lines, on=now, entry=notice.ledger_entry)
    elements = element_views(facts, notice, contact)
    subject, body, remark = _words(notice, facts)
    mails = InboundMail.light.filter(notice=notice).select_related("notice").order_by("at", "id")
    return OpenNotice(
        row=notice_row(notice),
        purpose=case.purpose,
        case_number=case.number,
        recipient_address=contact.address,
        transport=contact.transport,
        own_address=contact.own_address,
        regimes=_regimes(notice, now),
        channel=_channel(contact),
        not_stated=contact.not_stated,
        elements=elements,
        checks=before_sending(notice, lines, facts, contact, case, now=now),
        lines=_line_views(shown, case),
        mails=tuple(mail_row(mail) for mail in mails),
        may_be_approved=notice.state in {NoticeState.READY, NoticeState.INCOMPLETE}
        and all(view.state is not ElementState.MISSING for view in elements),
        ledger_entry=notice.ledger_entry,
        digest=letter_digest(contact.address, subject, body),
        subject=subject,
        body=body,
        remark=remark,
    )


def access_mail(
    *, actor: Actor, mail_id: UUID, purpose: Purpose | str | None, now: datetime, words: str = ""
) -> OpenMail:
    """Open a mail for a person. One that belongs to a notice is read through its case.

    Raises:
        NotAllowedError, PurposeNeededError, KeyNotHeldError: as `cases.access_case`.
        NotFoundError: no such mail, it is not read by the machine yet, or it was set aside.
    """
    accounts.require(actor, Action.MAIL_READ)
    mail = (
        InboundMail.objects.defer("raw")
        .filter(id=mail_id)
        .exclude(state=MailState.NEW)
        .select_related("notice")
        .first()
    )
    if mail is None or not mail.text:
        raise NotFoundError(f"mail {mail_id}")
    with transaction.atomic():
        if mail.notice is not None:
            cases.access_case(actor=actor, case_id=mail.notice.case_id, purpose=purpose, now=now, words=words)
        else:
            _record_access(mail, actor, purpose, words, now)
        key = vault.open_key(mail.key_id)
        text = vault.unseal_text(key, sealed_name("mail.text", mail.id), mail.text)
        attachments: Sequence[Attached] = ()
        if mail.attachments:
            kept = json.loads(vault.unseal(key, sealed_name("mail.attachments", mail.id), mail.attachments))
            attachments = [Attached(content_type, size, sha256) for content_type, size, sha256 in kept]
    return OpenMail(
        row=mail_row(mail),
        about=about_mail(mail),
        attachments=tuple(attachments),
        text=text,
        own_words=own_words(text),
    )


def _words(notice: Notice, facts: LetterFacts) -> tuple[str, str, str]:
    """Return subject, body and remark: as stored once approved, before that as they would be written now."""
    key = vault.open_key(notice.key_id)

    def opened(column: str, sealed: bytes | memoryview) -> str:
        return vault.unseal_text(key, sealed_name(f"notice.{column}", notice.id), sealed) if sealed else ""

    subject, body = opened("subject", notice.subject), opened("body", notice.body)
    if notice.state in UNAPPROVED:
        subject, body = render_letter(facts)
    return subject, body, opened("remark", notice.remark)


def _record_access(
    mail: InboundMail, actor: Actor, purpose: Purpose | str | None, words: str, now: datetime
) -> None:
    try:
        why = Purpose(purpose or "")
    except ValueError:
        raise PurposeNeededError(f"mail {mail.id}") from None
    if why is Purpose.OTHER and not words.strip():
        raise PurposeNeededError(f"mail {mail.id}")
    MailAccess.objects.create(mail=mail, actor=actor.staff_id, label=actor.label, purpose=why, at=now)


def _regimes(notice: Notice, now: datetime) -> tuple[RuleUsed, ...]:
    used = [rules().regimes[regime_id] for regime_id in notice.regime_ids if regime_id in rules().regimes]
    return tuple(
        RuleUsed(one.id, one.name, one.evidence.value, one.review_by, one.past_review(now.date()))
        for one in used
    )


def _channel(contact: Recipient) -> RuleUsed:
    return RuleUsed(
        contact.channel_id, contact.name, contact.evidence, contact.review_date, contact.past_review
    )


def _line_views(lines: Sequence[NoticeLine], case: OpenCase) -> tuple[LineView, ...]:
    numbers = {item.place_id: item.number for item in case.items if item.place_id}
    seen = checks.availability([line.place_id for line in lines if line.place_id])
    views = []
    for line in lines:
        found = seen.get(line.place_id) if line.place_id else None
        there = line.place is not None and line.place.erased_at is None
        views.append(
            LineView(
                id=line.id,
                place_id=line.place_id,
                item_number=numbers.get(line.place_id) if line.place_id else None,
                dropped=line.dropped,
                answer=AnswerKind(line.answer),
                answered_at=line.answered_at,
                availability=(found.state if found else AvailabilityState.NOT_CHECKED).value,
                checked_at=found.checked_at if found else None,
                address=locations.open_place(line.place_id).canonical if there and line.place_id else "",
            )
        )
    return tuple(views)
