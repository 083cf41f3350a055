"""The page of one item: everything that happened to it in one rail, what was asked about it, and its facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recourse.surfaces.desk.forms import day_and_hour
from recourse.surfaces.desk.pages.parts import (
    Event,
    Seen,
    newest_first,
    notice_events,
    notice_state,
    seen,
)
from recourse.surfaces.desk.words import (
    ANSWERS,
    AVAILABILITY,
    EVIDENCE,
    MAIL_CATEGORIES,
    NOTICE_KINDS,
)
from recourse.surfaces.desk.words_items import DEPICTED, NAMES_VISIBLE, NATURES, RELATIONS, THREATS
from recourse.surfaces.frame.places import place_words
from recourse.work.cases.domain import Facts, OpenCase, OpenItem
from recourse.work.notices.domain import NO_ANSWER
from recourse.work.notices.selectors import AboutItem
from recourse.world.checks.selectors import AvailabilityView, Checked
from recourse.world.evidence.selectors import CaptureView
from recourse.world.locations.selectors import RuleView

FACT_CHOICES = (
    ("depicted", gettext_noop("Who is in the picture"), DEPICTED),
    ("nature", gettext_noop("Real or synthetic"), NATURES),
    ("names_visible", gettext_noop("Is she named there"), NAMES_VISIBLE),
    ("relation", gettext_noop("Who may be behind it"), RELATIONS),
    ("threat", gettext_noop("Threat"), THREATS),
)


@dataclass(frozen=True, slots=True)
class FactsForm:
    """The facts as the form shows them."""

    depicted: str = "unknown"
    nature: str = "unknown"
    names_visible: str = "unknown"
    relation: str = "unknown"
    threat: str = "not_said"
    threat_day: str = ""
    threat_hour: str = ""
    position: str = ""
    words_of_facts: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One question of the form with what may be answered."""

    name: str
    words: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request about the item, beside the others."""

    number: str
    link: str
    recipient: str
    kind: str
    state: tuple[str, str, str]
    since: datetime
    asked_at: datetime | None
    receipt_at: datetime | None
    answer: str
    answered_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Around:
    """What other rooms know of an item."""

    availability: AvailabilityView | None
    looks: Sequence[Checked]
    captures: Sequence[CaptureView]
    requests: Sequence[AboutItem]
    rule: RuleView | None  # how well we can look at such a place


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything the page shows."""

    case_number: str
    number: int
    what: str
    url: str
    private: bool
    minor_path: bool
    opened_now: datetime
    seen: Seen
    rule: RuleView | None
    rule_words: str
    requests: tuple[RequestLine, ...]
    timeline: list[Event]


def item_page(case: OpenCase, item: OpenItem, around: Around, *, now: datetime) -> ItemPage:
    """Return the page of an item of an opened case."""
    return ItemPage(
        case_number=case.number,
        number=item.number,
        what=place_words(item.platform, item.kind),
        url=item.url,
        private=item.private,
        minor_path=case.minor_path,
        opened_now=now,
        seen=seen(around.availability),
        rule=around.rule,
        rule_words=str(EVIDENCE[around.rule.evidence]) if around.rule else "",
        requests=tuple(_request(one) for one in around.requests),
        timeline=newest_first(
            [
                *_case_events(case, item),
                *_looks(around.looks),
                *_captures(around.captures),
                *(event for one in around.requests for event in request_events(one)),
            ]
        ),
    )


def facts_form(facts: Facts | None) -> FactsForm:
    """Return the form filled with what was recorded."""
    if facts is None:
        return FactsForm()
    day, hour = day_and_hour(facts.threat_by)
    return FactsForm(
        depicted=facts.depicted,
        nature=facts.nature,
        names_visible=facts.names_visible,
        relation=facts.relation,
        threat=facts.threat,
        threat_day=day,
        threat_hour=hour,
        position=facts.position,
        words_of_facts=facts.words,
    )


def choices(form: FactsForm) -> list[Choice]:
    """Return the questions with their answers, the chosen one marked."""
    return [
        Choice(
            name,
            _(words),
            tuple((value, str(said), getattr(form, name) == value) for value, said in table.items()),
        )
        for name, words, table in FACT_CHOICES
    ]


def _request(one: AboutItem) -> RequestLine:
    row = one.row
    answered = one.answered_at if one.answer not in NO_ANSWER else None
    return RequestLine(
        number=row.number,
        link=reverse("notice", args=[row.number]),
        recipient=row.recipient_name,
        kind=str(NOTICE_KINDS[row.kind]),
        state=notice_state(row),
        since=row.state_since,
        asked_at=row.handed_over_at or row.sent_at,
        receipt_at=row.receipt_proven_at,
        answer=str(ANSWERS[one.answer][0]) if answered else "",
        answered_at=answered,
        due_at=row.due_at if not answered else None,
    )


def _case_events(case: OpenCase, item: OpenItem) -> Iterable[Event]:
    yield Event(item.created_at, "asked", _("Reported."))
    for one in reversed(case.assessments):
        if item.number in one.item_numbers:
            title = _("Decided: in scope.") if one.in_scope else _("Decided: not in scope.")
            yield Event(one.at, "next", title, one.label)


def _looks(looks: Iterable[Checked]) -> Iterable[Event]:
    for look in looks:
        _kind, sign, words = AVAILABILITY[look.state]
        title = _("We looked: changed.") if look.changed else _("We looked.")
        yield Event(look.at, sign if look.changed else "next", title, f"{words}. {from_where(look)}".strip())


def from_where(look: Checked | AvailabilityView) -> str:
    """Return in words from where a place is hidden and from where it is up, when that differs."""
    if not look.hidden_from:
        return ""
    here, there = ", ".join(look.hidden_from), ", ".join(look.up_from)
    return _("Hidden from %(here)s, up from %(there)s.") % {"here": here, "there": there}


def _captures(captures: Iterable[CaptureView]) -> Iterable[Event]:
    for one in captures:
        if one.failed_code:
            yield Event(one.at, "no", _("Evidence could not be written down."), one.failed_code)
        else:
            words = _("Digest %(digest)s…") % {"digest": one.digest[:16]}
            yield Event(one.at, "yes", _("Evidence written down."), words)


def request_events(one: AboutItem) -> Iterable[Event]:
    """Yield what happened to one request, since the item joined it."""
    row = one.row
    link = reverse("notice", args=[row.number])
    named = {"to": row.recipient_name, "kind": NOTICE_KINDS[row.kind]}
    yield from notice_events(row)
    for at, label in one.reminded:
        yield Event(at, "asked", _("%(kind)s, %(to)s: reminded.") % named, label, row.number, link)
    if one.answered_at and not one.mails:
        title = _("%(to)s says on its page:") % named
        yield Event(one.answered_at, "answered", title, str(ANSWERS[one.answer][0]), row.number, link)
    for mail in one.mails:
        said = mail.confirmed or mail.proposed
        told = f"{MAIL_CATEGORIES[mail.category]}."
        words = f"{told} {ANSWERS[said][0]}" if said else told
        read = reverse("mail-one", args=[mail.id])
        title = _("%(to)s wrote.") % named
        yield Event(mail.at, "answered", title, words, _("Read it"), read)
