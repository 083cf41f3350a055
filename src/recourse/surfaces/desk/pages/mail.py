"""The list of mails that wait for a person, and one mail: plain text, hostile, with where it says it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.words import ANSWERS, FOUND_BY, MAIL_CATEGORIES, REFUSAL_REASONS, SIGNATURES
from recourse.work.notices.domain import CUT, AnswerKind, LineView, MailRow, OpenMail


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail of the list."""

    link: str
    at: datetime
    notice: str
    recipient: str
    sender: str
    dkim: tuple[str, str, str]  # class, mark, words
    category: str
    proposed: str


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """One place of the notice, to say whether the answer is about it."""

    key: str
    name: str
    address: str
    said: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """Everything the page of one mail shows."""

    id: UUID
    at: datetime
    opened_now: datetime
    notice: str
    notice_link: str
    recipient: str
    subject: str
    from_domain: str
    sender: str
    reference: str
    dkim: tuple[str, str, str]
    category: str
    found_by: str
    trouble: str
    proposed: str
    proposed_words: str
    proposed_reason: str
    confirmed: str
    confirmed_words: str
    text: tuple[str, ...]
    cut: str  # the mark in the text that stands for what was erased; empty without one
    attachments: tuple[str, ...]
    lines: tuple[AnsweredLine, ...]  # to choose from, where the notice names several places
    may_record: bool

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        """What they may have said, to choose from."""
        return [(key, str(words), str(hint)) for key, (words, hint) in ANSWERS.items()]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why they may have refused, to choose from."""
        return [(key, str(words)) for key, words in REFUSAL_REASONS.items()]


def mail_lines(rows: tuple[MailRow, ...]) -> list[MailLine]:
    """Return the list, in its order."""
    return [
        MailLine(
            link=reverse("mail-one", args=[row.id]),
            at=row.at,
            notice=row.notice_number,
            recipient=row.recipient_name,
            sender=_sender(row),
            dkim=_dkim(row),
            category=str(MAIL_CATEGORIES[row.category]),
            proposed=_answer(row.proposed),
        )
        for row in rows
    ]


def mail_page(mail: OpenMail, *, actor: Actor, now: datetime) -> MailPage:
    """Return the page of a mail that was opened and whose reading was recorded."""
    row = mail.row
    return MailPage(
        id=row.id,
        at=row.at,
        opened_now=now,
        notice=row.notice_number,
        notice_link=reverse("notice", args=[row.notice_number]) if row.notice_number else "",
        recipient=row.recipient_name,
        subject=mail.about.subject,
        from_domain=mail.about.from_domain,
        sender=_sender(row),
        reference=mail.about.reference,
        dkim=_dkim(row),
        category=str(MAIL_CATEGORIES[row.category]),
        found_by=str(FOUND_BY[row.found_by]),
        trouble=row.trouble,
        proposed=row.proposed or "",
        proposed_words=_answer(row.proposed),
        proposed_reason=row.proposed_reason or "",
        confirmed=row.confirmed or "",
        confirmed_words=_answer(row.confirmed),
        text=tuple(part for part in mail.text.split("\n\n") if part.strip()),
        cut=CUT if CUT in f"{mail.about.subject} {mail.text}" else "",
        attachments=tuple(
            _("%(type)s, %(size)d bytes, sha256 %(digest)s…")
            % {"type": one.content_type, "size": one.size, "digest": one.sha256[:12]}
            for one in mail.attachments
        ),
        lines=answered_lines(mail.lines),
        may_record=may(actor.role, Action.NOTICE_RECORD_ANSWER),
    )


def answered_lines(lines: Sequence[LineView]) -> tuple[AnsweredLine, ...]:
    """Return the places an answer can be about; none where there is but one, and so nothing to choose."""
    asked = [line for line in lines if not line.dropped]
    if len(asked) < 2:  # noqa: PLR2004
        return ()
    return tuple(
        AnsweredLine(
            key=str(line.id),
            name=_("Item %(number)d") % {"number": line.item_number} if line.item_number else _("Place"),
            address=line.address,
            said=str(ANSWERS[line.answer][0]) if line.answer != "none" else "",
        )
        for line in asked
    )


def _sender(row: MailRow) -> str:
    """Return in words whose domain it came from, so that a list shows no address."""
    if row.from_known is None:
        return ""
    return _("A domain of theirs") if row.from_known else _("Another domain")


def _dkim(row: MailRow) -> tuple[str, str, str]:
    kind, sign, words = SIGNATURES[row.dkim]
    return kind, sign, str(words)


def _answer(kind: AnswerKind | None) -> str:
    return str(ANSWERS[kind][0]) if kind else ""
