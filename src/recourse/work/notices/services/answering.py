"""A person says what a mail means. What they said is recorded beside what we saw, and closes nothing.

Refuses: to let an answer of any kind end anything. A claim of removal makes our own checks look at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from recourse.base.core.errors import IllegalMoveError, NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import (
    CLAIMS,
    NO_ANSWER,
    AnswerKind,
    AnswerRecorded,
    MailCategory,
    MailState,
    RefusalReason,
    TokenFound,
)
from recourse.work.notices.models import InboundMail, Notice, NoticeLine
from recourse.work.notices.selectors import rows
from recourse.work.notices.selectors.machine import about_mail
from recourse.work.notices.services.before_leaving import watchers_of
from recourse.work.notices.services.moving import locked, log, reconsider_reminders, record, save
from recourse.work.notices.services.quotations import forget_quotes
from recourse.work.notices.services.receiving import note_sender, prove_receipt
from recourse.work.notices.services.silence import settle_silence
from recourse.work.notices.services.steps import keep_steps
from recourse.world.checks import services as checks
from recourse.world.locations import selectors as locations


class NoNoticeError(IllegalMoveError):
    """The mail belongs to no notice yet."""

    code = "mail_without_notice"
    sentence = gettext_noop("This mail belongs to no notice yet. Say first which notice it answers.")


def confirm_answer(
    *,
    mail_id: UUID,
    kind: AnswerKind | str,
    actor: Actor,
    now: datetime,
    line_ids: Iterable[UUID] | None = None,
    reason: RefusalReason | str = "",
) -> None:
    """Record what a mail says about the notice's lines, all of them unless some are named.

    Saying it again with another kind corrects it; the record keeps both. The same once more, as a button pressed
    twice sends it, changes nothing. `reason` is kept of a refusal alone.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such mail, or a line of another notice.
        NoNoticeError: the mail belongs to no notice.
        IllegalMoveError: the mail was not read by the machine yet.
    """
    accounts.require(actor, Action.NOTICE_RECORD_ANSWER)
    said = AnswerKind(kind)
    with transaction.atomic():
        mail = _locked_mail(mail_id)
        if mail.notice_id is None:
            raise NoNoticeError(f"mail {mail_id}")
        notice = locked(mail.notice_id)
        because = RefusalReason(reason) if reason and said is AnswerKind.REFUSED else ""
        lines = lines_meant(notice, line_ids)
        if mail.confirmed == said and said_already(lines, said, at=mail.at, because=because):
            return
        note_answer(lines, said, at=mail.at, by=actor.staff_id, because=because)
        corrected = mail.confirmed and mail.confirmed != said
        mail.confirmed, mail.confirmed_by, mail.confirmed_at = said, actor.staff_id, now
        mail.state, mail.state_since = MailState.READ, now
        forget_quotes(mail, notice)
        mail.save()
        if mail.category != MailCategory.BOUNCE:
            prove_receipt(notice, how=mail.category, at=mail.at, now=now)
        if notice.ledger_entry and said is not AnswerKind.NONE:
            facts = {"notice": str(notice.ledger_entry), "recipient": notice.recipient_id, "said": said.value}
            record(notice, EntryKind.ANSWER, facts | ({"corrected": "yes"} if corrected else {}), now=now)
        if mail.category != MailCategory.BOUNCE:
            settle_silence(notice, said, came_at=mail.at, now=now)
        save(notice)
        reconsider_reminders([notice.id], now=now)
        if said in CLAIMS:
            look_at_once(notice, now)
        jobs.emit(
            event=AnswerRecorded(notice_id=notice.id, mail_id=mail.id, kind=said.value, at=now), now=now
        )
        keep_steps([notice.case_id], now=now)


def attach_mail(*, mail_id: UUID, notice_number: str, actor: Actor, now: datetime) -> UUID:
    """Say which notice a mail belongs to.

    Returns:
        The notice's id.

    Raises:
        NotAllowedError, NotFoundError, IllegalMoveError: as `confirm_answer`; also if it has a notice.
    """
    accounts.require(actor, Action.NOTICE_RECORD_ANSWER)
    with transaction.atomic():
        mail = _locked_mail(mail_id)
        notice = rows.by_number(notice_number).filter(ledger_entry__isnull=False).first()
        if notice is None:
            raise NotFoundError("notice by number")
        if mail.notice_id is not None:
            raise IllegalMoveError(f"mail {mail_id} has a notice")
        mail.notice_id, mail.found_by = notice.id, TokenFound.PERSON
        note_sender(mail, notice.id, about_mail(mail).from_domain)
        forget_quotes(mail, notice)
        mail.save()
        keep_steps([notice.case_id], now=now)
    return notice.id


def set_aside(*, mail_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a mail that belongs to no notice away for good: its key is destroyed.

    Its keyed digest is kept until the mail's time is over: whoever delivers the same again delivers nothing new.

    Raises:
        NotAllowedError, NotFoundError, IllegalMoveError: as `confirm_answer`; also if it has a notice.
    """
    accounts.require(actor, Action.NOTICE_RECORD_ANSWER)
    with transaction.atomic():
        mail = _locked_mail(mail_id)
        if mail.notice_id is not None:
            raise IllegalMoveError(f"mail {mail_id} has a notice")
        known = mail.digest
        _destroy(mail, now)
        InboundMail.light.filter(id=mail.id).update(digest=known)
    log.info("mail_set_aside", mail_id=str(mail_id))


def drop_mail(*, mail_id: UUID, now: datetime) -> None:
    """Put away a mail that still belongs to no notice when its time is over; a timer calls this."""
    with transaction.atomic():
        mail = InboundMail.light.select_for_update().filter(id=mail_id, notice=None).first()
        if mail is not None and mail.digest is not None:
            _destroy(mail, now)
            log.info("mail_dropped", mail_id=str(mail_id))


def _destroy(mail: InboundMail, now: datetime) -> None:
    vault.destroy_keys(key_ids=[mail.key_id], now=now)
    blank_mail(mail, now=now)


def blank_mail(mail: InboundMail, *, now: datetime) -> None:
    """Empty what was sealed of a mail, and what could find it."""
    mail.raw = mail.text = mail.attachments = mail.about = b""
    mail.digest = mail.reference_lookup = None
    mail.state, mail.state_since = MailState.READ, now
    mail.save()


def _locked_mail(mail_id: UUID) -> InboundMail:
    mail = InboundMail.light.select_for_update().filter(id=mail_id).first()
    set_aside = mail is not None and mail.notice_id is None and mail.state == MailState.READ
    if mail is None or mail.digest is None or set_aside:  # or its case is erased: nothing is left to say
        raise NotFoundError(f"mail {mail_id}")
    if mail.state == MailState.NEW:
        raise IllegalMoveError(f"mail {mail_id} is not read yet")
    return mail


def lines_meant(notice: Notice, line_ids: Iterable[UUID] | None) -> QuerySet[NoticeLine]:
    """Return the notice's lines that still stand in it: all, or those named."""
    lines = notice.lines.filter(dropped="")
    if line_ids is not None:
        wanted = set(line_ids)
        lines = lines.filter(id__in=wanted)
        if lines.count() != len(wanted):
            raise NotFoundError(f"lines of notice {notice.id}")
    return lines


def said_already(
    lines: QuerySet[NoticeLine], said: AnswerKind, *, at: datetime, because: RefusalReason | str
) -> bool:
    """Tell whether all of these locked lines carry exactly this answer of this minute: a form knows no seconds."""
    minute = at.replace(second=0, microsecond=0)
    same = {"answer": said, "refused_because": because, "answered_at__gte": minute}
    return (
        lines.exists() and not lines.exclude(**same, answered_at__lt=minute + timedelta(minutes=1)).exists()
    )


def note_answer(
    lines: QuerySet[NoticeLine], said: AnswerKind, *, at: datetime, by: UUID, because: RefusalReason | str
) -> None:
    """Write down on lines what was said about them, and when it was first said."""
    if said in NO_ANSWER:  # it may correct the very mail that counted as the first answer
        lines.filter(first_answer_at=at).update(first_answer_at=None)
    else:
        lines.filter(Q(first_answer_at=None) | Q(first_answer_at__gt=at)).update(first_answer_at=at)
    lines.update(answer=said, answered_at=at, answer_confirmed_by=by, refused_because=because)


def look_at_once(notice: Notice, now: datetime) -> None:
    """Have every place of a notice looked at now."""
    for line in notice.lines.filter(dropped="", place__isnull=False):
        if line.place_id and locations.can_be_visited(line.place_id):
            checks.probe_now(place_id=line.place_id, now=now, watchers=watchers_of(line))
