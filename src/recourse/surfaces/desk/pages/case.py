"""The page of an opened case: items, what was told, decisions, notices, facts, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.pages.parts import (
    Event,
    NoticeLine,
    Seen,
    newest_first,
    notice_events,
    notice_line,
    seen,
)
from recourse.surfaces.desk.words import (
    AGE_BANDS,
    ANSWERS,
    AVAILABILITY,
    BASES,
    CASE_STATES,
    CONTACT_HOW,
    FOR_WHOM,
    GROUNDS,
    HAPPENED,
    PURPOSES,
    TODOS,
)
from recourse.surfaces.desk.words_her import STEPS
from recourse.surfaces.desk.words_items import NATURES, THREATS
from recourse.surfaces.frame import formats
from recourse.surfaces.frame.answers import Told, told
from recourse.surfaces.frame.places import place_words
from recourse.surfaces.frame.templatetags.frame import day, when
from recourse.work.cases.domain import AgeBand, HandedOver, OpenAssessment, OpenCase, OpenItem, StepView
from recourse.work.hotline.domain import OpenContact, OpenMention, OpenReport
from recourse.work.notices.domain import NO_ANSWER, NoticeRow, Track, Waiting
from recourse.world.checks.selectors import AvailabilityView, Checked


@dataclass(frozen=True, slots=True)
class Around:
    """What other rooms know of an opened case."""

    reports: Sequence[OpenReport]
    contact: OpenContact | None
    availability: dict[UUID, AvailabilityView]
    looks: dict[UUID, Sequence[Checked]]
    notices: Sequence[NoticeRow]
    tracks: dict[UUID, Track]
    waiting: Sequence[Waiting]
    steps: Sequence[StepView]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as the page shows it."""

    id: UUID
    number: int
    what: str
    url: str
    private: bool
    seen: Seen
    assessment: str
    they_say: str
    said_at: datetime | None
    decided: bool
    facts: str

    @property
    def key(self) -> str:
        """The id as a form carries it."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One telling."""

    at: datetime
    answers: list[Told]


@dataclass(frozen=True, slots=True)
class Decision:
    """One assessment."""

    at: datetime
    words: str
    label: str
    detail: str
    reasons: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the page shows."""

    number: str
    purpose: str
    opened_now: datetime
    minor_path: bool
    todo: tuple[str, str] | None  # words and link of the one action that waits
    items: tuple[ItemLine, ...]
    reports: tuple[ReportPart, ...]
    mentions: tuple[OpenMention, ...]
    may_assess: bool
    may_mark_minor: bool
    report_facts: str
    hand_overs: tuple[HandedOver, ...]
    assessments: tuple[Decision, ...]
    notices: tuple[NoticeLine, ...]
    facts: tuple[tuple[str, str], ...]
    timeline: list[Event]

    @property
    def all_decided(self) -> bool:
        """Tell whether nothing waits for a first decision."""
        return bool(self.assessments) and all(item.decided for item in self.items)

    @property
    def bases(self) -> list[tuple[str, str, str]]:
        """What a decision may rest on; looking is not offered, for no reveal meters it yet (invariant 11)."""
        return [(key, str(words), str(hint)) for key, (words, hint) in BASES.items() if key != "looked_at"]

    @property
    def grounds(self) -> list[tuple[str, str]]:
        """The grounds to choose from."""
        return [(key, str(words)) for key, words in GROUNDS.items()]


def case_page(case: OpenCase, around: Around, *, actor: Actor, now: datetime) -> CasePage:
    """Return the page of a case that was opened and whose reading was recorded."""
    return CasePage(
        number=case.number,
        purpose=str(PURPOSES[case.purpose]),
        opened_now=now,
        minor_path=case.minor_path,
        todo=_todo(around.waiting, actor),
        items=tuple(_item(item, case, around) for item in case.items),
        reports=tuple(ReportPart(report.at, told(report.answers)) for report in around.reports),
        mentions=tuple(
            mention
            for report in around.reports
            for mention in report.mentions
            if mention.state == "waiting_for_person"
        ),
        may_assess=may(actor.role, Action.CASE_ASSESS) and case.state not in {"frozen", "closed"},
        may_mark_minor=may(actor.role, Action.CASE_NOTE) and case.age_band is not AgeBand.MINOR,
        report_facts=_facts_of(case, None),
        hand_overs=case.hand_overs,
        assessments=tuple(_decision(one) for one in case.assessments),
        notices=tuple(notice_line(row) for row in around.notices),
        facts=tuple(_facts(case, around.contact)),
        timeline=newest_first(
            [*_own_events(case, around), *(event for row in around.notices for event in notice_events(row))]
        ),
    )


def _todo(waiting: Iterable[Waiting], actor: Actor) -> tuple[str, str] | None:
    """Return the first thing that waits for a person with this role."""
    for one in sorted(waiting, key=lambda row: row.due_at):
        words = str(TODOS[one.todo]) % {"notice": one.notice_number}
        if one.mail_id is not None and may(actor.role, Action.MAIL_READ):
            return words, reverse("mail-one", args=[one.mail_id])
        if one.mail_id is None and may(actor.role, Action.NOTICE_APPROVE):
            return words, reverse("notice", args=[one.notice_number])
    return None


def _item(item: OpenItem, case: OpenCase, around: Around) -> ItemLine:
    they_say, said_at = _they_say(around.tracks.get(item.id))
    return ItemLine(
        id=item.id,
        number=item.number,
        what=place_words(item.platform, item.kind),
        url=item.url,
        private=item.private,
        seen=seen(around.availability.get(item.place_id) if item.place_id else None),
        assessment=_assessment_of(item, case),
        they_say=they_say,
        said_at=said_at,
        decided=item.assessment_id is not None,
        facts=_facts_of(case, item.id),
    )


def _facts_of(case: OpenCase, item_id: UUID | None) -> str:
    """Return what matters of the recorded facts, in a few words."""
    facts = next((one for one in case.facts if one.item_id == item_id), None)
    if facts is None:
        return ""
    parts = [
        str(NATURES[facts.nature]) if facts.nature != "unknown" else "",
        _("named there") if facts.names_visible == "yes" else "",
        str(THREATS[facts.threat]) if facts.threat not in {"not_said", "none"} else "",
        format_html(_("by {}"), when(facts.threat_by)) if facts.threat_by else "",
    ]
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def _they_say(track: Track | None) -> tuple[str, datetime | None]:
    """Return what the recipient said and when, or how far the request got."""
    if track is None:
        return _("Not asked"), None
    if track.answer not in NO_ANSWER:
        return str(ANSWERS[track.answer][0]), track.answered_at
    if track.acknowledged_at:
        return _("Has it; no answer yet"), track.acknowledged_at
    if track.asked_at:
        return _("Asked; receipt unproven"), track.asked_at
    return _("Being prepared"), None


def _assessment_of(item: OpenItem, case: OpenCase) -> str:
    decision = next((one for one in case.assessments if one.id == item.assessment_id), None)
    if decision is None:
        return _("Not decided")
    words = _("In scope") if decision.in_scope else _("Not in scope")
    if decision.in_scope and not item.mandate_active:
        return _("%(words)s; no mandate") % {"words": words}
    return words


def _decision(one: OpenAssessment) -> Decision:
    grounds = " · ".join(str(GROUNDS[ground]) for ground in one.grounds)
    numbers = ", ".join(map(str, one.item_numbers))
    items = _("Items %(numbers)s.") % {"numbers": numbers} if numbers else _("The report itself.")
    detail = f"{BASES[one.basis][0]}. {items}"
    return Decision(
        at=one.at,
        words=_("In scope.") if one.in_scope else _("Not in scope."),
        label=one.label,
        detail=f"{detail} {grounds}." if grounds else detail,
        reasons=one.reasons,
    )


def _facts(case: OpenCase, contact: OpenContact | None) -> Iterable[tuple[str, str]]:
    yield _("State"), str(CASE_STATES[case.state])
    if case.holder:
        until = format_html(_("{}, until {}"), case.holder.label, when(case.holder.until))
        yield _("Held by"), until
    else:
        yield _("Held by"), _("Nobody")
    yield _("Contact"), _contact(contact)
    yield _("Age band"), str(AGE_BANDS[case.age_band])
    yield _("For whom"), str(FOR_WHOM[case.for_whom])
    yield _("What"), " · ".join(str(HAPPENED[one]) for one in case.what_happened) or _("Not said")
    since = case.mandate_since
    yield (
        _("Mandate"),
        format_html(_("{}, all places"), day(since)) if since else _("None: nothing may be asked"),
    )
    yield _("Language"), formats.language(case.language)
    if case.legal_hold:
        yield _("Legal hold"), _("Yes: nothing is erased")
    elif case.retain_until:
        yield _("Erased by itself"), day(case.retain_until)


def _contact(contact: OpenContact | None) -> str:
    if contact is None:
        return str(CONTACT_HOW["page_only"])
    message = _("A message may be left.") if contact.may_leave else _("Leave no message.")
    parts = [str(CONTACT_HOW[contact.how]), contact.address, contact.window]
    if contact.address:
        parts.append(message)
    return " · ".join(part for part in parts if part)


def _own_events(case: OpenCase, around: Around) -> Iterable[Event]:
    for report in around.reports:
        yield Event(report.at, "asked", _("Report."), _("By web. No picture, no name asked."))
    for item in case.items:
        for look in around.looks.get(item.id, ()):
            if look.changed:
                _kind, sign, words = AVAILABILITY[look.state]
                title = _("We checked: item %(number)d.") % {"number": item.number}
                yield Event(look.at, sign, title, str(words))
    for step in around.steps:
        yield Event(step.at, "next", str(STEPS[step.what]), step.label)
    for one in reversed(case.assessments):
        title = _("Decided: in scope.") if one.in_scope else _("Decided: not in scope.")
        yield Event(one.at, "next", title, one.label)
