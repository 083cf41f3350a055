"""A notice or a mail, opened by a person who says why. The reading is recorded in the case before it is unsealed.

Refuses: a reading without a purpose or by a role that may not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
    BEFORE_LEAVING,
    AfterAll,
    AnswerKind,
    Attached,
    ElementState,
    LetterFacts,
    LineView,
    MailRow,
    MailState,
    NoticeState,
    OpenMail,
    OpenNotice,
    RuleUsed,
    letter_digest,
    next_step,
    own_words,
)
from recourse.work.notices.models import Backing, InboundMail, MailAccess, Notice, NoticeLine
from recourse.work.notices.selectors.before_sending import before_sending
from recourse.work.notices.selectors.letters import (
    element_views,
    language_of,
    letter_facts,
    live_lines,
    opened,
    regimes_for,
    sealed_name,
    written,
)
from recourse.work.notices.selectors.machine import about_mail
from recourse.work.notices.selectors.reminders import reminder_views
from recourse.work.notices.selectors.rows import mail_row, notice_row
from recourse.work.notices.selectors.standing import may_have_left, standing_of, with_ways
from recourse.work.notices.selectors.worksheets import stopped_reminder, worksheet
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
    for other in sorted(
        _behind_unsent(notice) - {notice.case_id}
    ):  # a letter to a host may be several cases'
        cases.access_case(actor=actor, case_id=other, purpose=case.purpose, now=now, words=words)
    return _opened(notice, case, now)


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
    lines: tuple[LineView, ...] = ()
    with transaction.atomic():
        if mail.notice is not None:
            case = cases.access_case(
                actor=actor, case_id=mail.notice.case_id, purpose=purpose, now=now, words=words
            )
            lines = _line_views(mail.notice.lines.select_related("place").order_by("position"), case)
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
        lines=lines,
    )


def _opened(notice: Notice, case: OpenCase, now: datetime) -> OpenNotice:
    contact = recipients.by_channel(notice.channel_id, now=now)
    shown = list(notice.lines.select_related("place").order_by("position"))
    lines = live_lines(notice) or [line for line in shown if line.place and not line.place.erased_at]
    if notice.state in UNAPPROVED:  # as an approval would write it; not saved
        notice.regime_ids = regimes_for(contact, notice.kind, on=now)
        notice.language, notice.by_hand = language_of(contact), contact.human_only
    facts = letter_facts(notice, lines, on=now, entry=notice.ledger_entry)
    elements = element_views(facts, notice, contact)
    subject, body = _letter(notice, facts)
    return OpenNotice(
        row=notice_row(notice),
        language=notice.language,
        next_step=next_step(with_ways({notice.id: standing_of(notice)}, [notice])[notice.id], now),
        choices=tuple(cases.choices_of(_cases_behind(notice), notice.channel_id).values()),
        reminders=reminder_views(notice, contact, now=now),
        disagreements=contact.disagreements,
        submitted_by=notice.submitted_label,
        after_all=_after_all(notice),
        checked_at=notice.checked_at,
        worksheet=worksheet(notice, contact, facts, now=now),
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
        mails=_mails(notice),
        may_be_approved=notice.state in {NoticeState.READY, NoticeState.INCOMPLETE}
        and all(view.state is not ElementState.MISSING for view in elements),
        ledger_entry=notice.ledger_entry,
        digest=letter_digest(contact.address, subject, body),
        subject=subject,
        body=body,
        **{column: opened(notice, column) for column in _TEXTS},
    )


_TEXTS = ("remark", "addition", "reasons", "new_facts", "their_reference", "confirmation")


def _after_all(notice: Notice) -> AfterAll | None:
    if notice.by_hand and may_have_left(notice):
        return AfterAll.NOTICE
    return AfterAll.REMINDER if stopped_reminder(notice) else None


def _mails(notice: Notice) -> tuple[MailRow, ...]:
    mails = InboundMail.light.filter(notice=notice).select_related("notice").order_by("at", "id")
    return tuple(mail_row(mail) for mail in mails)


def _letter(notice: Notice, facts: LetterFacts) -> tuple[str, str]:
    """Return subject and body: as stored once approved, before that as they would be written now."""
    if notice.state in UNAPPROVED:
        return written(facts, notice.language)
    return opened(notice, "subject"), opened(notice, "body")


def _behind_unsent(notice: Notice) -> set[UUID]:
    """Return the cases whose places a person sees who is to approve a letter; once sent, what joined stays apart."""
    if NoticeState(notice.state) not in BEFORE_LEAVING:
        return set()
    return set(Backing.objects.filter(line__notice=notice).values_list("case_id", flat=True))


def _cases_behind(notice: Notice) -> set[UUID]:
    behind = Backing.objects.filter(line__notice=notice).values_list("case_id", flat=True)
    return {notice.case_id, *behind}


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


def _line_views(lines: Iterable[NoticeLine], case: OpenCase) -> tuple[LineView, ...]:
    numbers = {item.place_id: item.number for item in case.items if item.place_id}
    shown = list(lines)
    seen = checks.availability([line.place_id for line in shown if line.place_id])
    views = []
    for line in shown:
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
