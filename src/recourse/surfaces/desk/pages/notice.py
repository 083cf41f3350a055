"""The page of one notice: the letter as the recipient reads it, its elements, the checks, what they said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.pages.parts import Event, Seen, newest_first, notice_state, seen_state
from recourse.surfaces.desk.words import (
    ANSWERS,
    CHECK_STATES,
    CHECKS,
    ELEMENT_STATES,
    ELEMENTS,
    EVIDENCE,
    MAIL_CATEGORIES,
    NOT_STATED,
    NOTICE_KINDS,
    REASONS,
)
from recourse.surfaces.frame.templatetags.frame import day, when
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    BEFORE_LEAVING,
    NO_ANSWER,
    CheckView,
    ElementState,
    ElementView,
    LineView,
    NoticeState,
    OpenNotice,
    RuleUsed,
)

_NEARLY_FULL = 60  # characters; lines are broken at 76
_UNAPPROVED = frozenset({NoticeState.DRAFT, NoticeState.INCOMPLETE, NoticeState.READY})


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One element: what it is, which rules ask for it, whether the letter has it."""

    words: str
    rule: str
    state: tuple[str, str, str]  # class, mark, word
    missing: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check before sending."""

    words: str
    state: tuple[str, str, str]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place of the notice: what they said, what we saw."""

    name: str
    address: str
    answer: str
    answered_at: datetime | None
    dropped: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Everything the page shows."""

    number: str
    recipient: str
    address: str
    own_address: bool
    kind: str
    state: tuple[str, str, str]
    since: datetime
    opened_now: datetime
    case_number: str
    case_link: str
    reason: str
    unsure_since: datetime | None  # stopped on its way: it may have arrived
    despite: str  # why it had been stopped, where it left all the same
    remark: str
    language: str  # of the letter
    subject: str
    letter: tuple[str, ...]
    digest: str  # of the letter as it is shown
    elements: tuple[ElementLine, ...]
    checks: tuple[CheckLine, ...]
    lines: tuple[PlaceLine, ...]
    rules: tuple[str, ...]
    due: str
    label: str
    left: bool  # handed over, so the recipient reads it
    decides: bool  # this person may decide on it
    may_approve: bool  # and nothing is missing
    unapproved: bool
    may_redraft: bool
    may_cancel: bool
    approved_label: str
    approved_at: datetime | None
    timeline: list[Event]

    @property
    def missing(self) -> list[ElementLine]:
        """The elements that block an approval."""
        return [one for one in self.elements if one.missing]


def notice_page(notice: OpenNotice, *, actor: Actor, now: datetime) -> NoticePage:
    """Return the page of a notice that was opened and whose reading was recorded."""
    row = notice.row
    decides = may(actor.role, Action.NOTICE_APPROVE)
    waits = row.by_hand and row.state is NoticeState.QUEUED
    return NoticePage(
        number=row.number,
        recipient=row.recipient_name,
        address=notice.recipient_address,
        own_address=notice.own_address,
        kind=str(NOTICE_KINDS[row.kind]),
        state=("late", "late", _("A person fills in their form")) if waits else notice_state(row),
        since=row.state_since,
        opened_now=now,
        case_number=notice.case_number,
        case_link=reverse("desk-case", args=[notice.case_number]),
        reason=str(REASONS[row.reason]) if row.reason in REASONS else row.reason,
        unsure_since=row.unsure_since,
        despite=str(REASONS[row.left_despite]) if row.left_despite else "",
        remark=notice.remark,
        language=notice.language,
        subject=notice.subject,
        letter=tuple(flowed(part) for part in notice.body.split("\n\n") if part.strip()),
        digest=notice.digest,
        elements=tuple(_element(one) for one in notice.elements),
        checks=tuple(_check(one) for one in notice.checks) if row.state in BEFORE_LEAVING else (),
        lines=tuple(_line(one) for one in notice.lines),
        rules=tuple(_rules(notice)),
        due=_due(notice),
        label=actor.label,
        left=row.sent_at is not None,
        decides=decides,
        may_approve=decides and notice.may_be_approved,
        unapproved=row.state in _UNAPPROVED,
        may_redraft=decides and row.state in {*_UNAPPROVED, NoticeState.HELD},
        may_cancel=decides and row.state in BEFORE_LEAVING,
        approved_label=row.approved_label,
        approved_at=row.approved_at,
        timeline=newest_first(list(_events(notice))),
    )


def flowed(paragraph: str) -> str:
    """Join the lines that the letter's fixed width broke, as a mail reader does; the words stay as they are."""
    lines: list[str] = []
    full = False
    for line in paragraph.splitlines():
        if full and not line.startswith("- "):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line)
        full = len(line) >= _NEARLY_FULL and "://" not in line
    return "\n".join(lines)


def _element(one: ElementView) -> ElementLine:
    words = " · ".join(str(ELEMENTS[need]) for need in one.needs) or str(ELEMENTS[one.key])
    kind, sign, word = ELEMENT_STATES[one.state]
    return ElementLine(
        words=words,
        rule=", ".join(one.regimes) or _("our own rule"),
        state=(kind, sign, str(word)),
        missing=one.state is ElementState.MISSING,
    )


def _check(one: CheckView) -> CheckLine:
    kind, sign, word = CHECK_STATES[one.state]
    return CheckLine(str(CHECKS[one.check]), (kind, sign, str(word)), one.at)


def _line(one: LineView) -> PlaceLine:
    item = _("Item %(number)d") % {"number": one.item_number} if one.item_number else _("Place")
    return PlaceLine(
        name=item,
        address=one.address,
        answer=str(ANSWERS[one.answer][0]) if one.answer != "none" else _("No answer"),
        answered_at=one.answered_at,
        dropped=str(REASONS[one.dropped]) if one.dropped in REASONS else one.dropped,
        seen=seen_state(one.availability, one.checked_at),
    )


def _rules(notice: OpenNotice) -> Iterable[str]:
    for rule in notice.regimes:
        yield _rule(rule, rule.name)
    yield _rule(notice.channel, _("Channel of %(name)s") % {"name": notice.channel.name})
    if notice.not_stated:
        what = " · ".join(str(NOT_STATED.get(one, one)) for one in notice.not_stated)
        yield _("They do not say %(what)s.") % {"what": what}


def _rule(rule: RuleUsed, name: str) -> str:
    evidence = EVIDENCE.get(rule.evidence, rule.evidence)
    review = day(rule.review_date)
    if rule.past_review:
        return format_html(_("{}: {}. <b>Past its review date</b>, {}."), name, evidence, review)
    return format_html(_("{}: {}. Review by {}."), name, evidence, review)


def _due(notice: OpenNotice) -> str:
    row = notice.row
    if row.silent_since:
        return format_html(
            _("Silent since {}: the deadline passed without an answer."), when(row.silent_since)
        )
    if row.due_at and set(row.answers) <= NO_ANSWER and row.state in AFTER_LEAVING:
        return format_html(_("If there is no answer by {}, the clock records silence."), when(row.due_at))
    if row.handed_over_at and not row.receipt_proven_at:
        return format_html(
            _("Sent, receipt unproven since {}. No clock runs without proof of receipt."),
            day(row.handed_over_at),
        )
    return ""


def _left(notice: OpenNotice) -> Iterable[tuple[datetime | None, str, str, str]]:
    """Return how it left: by mail, or filled in by a person; and whether it had been stopped."""
    row = notice.row
    if row.by_hand:
        yield row.handed_over_at, "asked", _("Submitted on their form."), notice.submitted_by
    else:
        yield row.sent_at, "asked", _("Sent."), ""
        yield row.handed_over_at, "asked", _("Taken by their server."), ""
    yield row.unsure_since, "late", _("Stopped on its way: it may have arrived."), ""
    if row.left_despite:
        yield row.handed_over_at, "late", _("It had been stopped."), ""


def _events(notice: OpenNotice) -> Iterable[Event]:
    row = notice.row
    steps = (
        (row.created_at, "next", _("Drafted by machine."), ""),
        (row.approved_at, "next", _("Approved."), row.approved_label),
        *_left(notice),
        (row.receipt_proven_at, "answered", _("Receipt proven."), ""),
        (row.silent_since, "silent", _("Silent: the deadline passed."), ""),
    )
    for at, sign, title, label in steps:
        if at:
            yield Event(at, sign, title, label)
    for mail in notice.mails:
        said = mail.confirmed or mail.proposed
        told = str(ANSWERS[said][0]) if said else ""
        words = f"{MAIL_CATEGORIES[mail.category]}. {told}".strip()
        link = reverse("mail-one", args=[mail.id])
        yield Event(mail.at, "answered", _("Mail came in."), words, _("Read it"), link)
