"""The queue: cases in the order of how pressing they are, with the step that waits in whichever room has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.words import CASE_STATES, HAPPENED, NEXT_STEPS, TODOS
from recourse.surfaces.desk.words_her import HOTLINE_STEPS
from recourse.surfaces.desk.words_items import QUEUE_PARTS, URGENCIES
from recourse.work.cases.domain import Purpose, QueueRow, QueueShow, Urgency
from recourse.work.cases.selectors import COUNT_TO

# What a step is taken for, and what a role must be able to do to take it.
STEPS: Mapping[str, tuple[Purpose, Action]] = {
    "assess": (Purpose.ASSESS, Action.CASE_ASSESS),
    "approve_notice": (Purpose.APPROVE_NOTICE, Action.NOTICE_APPROVE),
    "complete_notice": (Purpose.APPROVE_NOTICE, Action.NOTICE_APPROVE),
    "resolve_held": (Purpose.APPROVE_NOTICE, Action.NOTICE_APPROVE),
    "read_answer": (Purpose.READ_ANSWER, Action.MAIL_READ),
    "answer_survivor": (Purpose.ANSWER_SURVIVOR, Action.CASE_NOTE),
    "reach_survivor": (Purpose.ANSWER_SURVIVOR, Action.CASE_NOTE),
    "unsafe_ending": (Purpose.ANSWER_SURVIVOR, Action.CASE_PROTECT),
    "give_new_code": (Purpose.ANSWER_SURVIVOR, Action.CASE_PROTECT),
    "read_addition": (Purpose.ASSESS, Action.CASE_ASSESS),
    "look_at_fingerprints": (Purpose.ASSESS, Action.CASE_ASSESS),
    "decide_match": (Purpose.ASSESS, Action.CASE_ASSESS),
    "review_fingerprints": (Purpose.ASSESS, Action.CASE_ASSESS),
    "submit_form": (Purpose.APPROVE_NOTICE, Action.NOTICE_APPROVE),
    "talk_first": (Purpose.ANSWER_SURVIVOR, Action.CASE_NOTE),
}
_WITH_HER = frozenset({"answer_survivor", "reach_survivor", "unsafe_ending", "give_new_code"})
_OF_FINGERPRINTS = frozenset({"look_at_fingerprints", "review_fingerprints", "decide_match"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    number: str
    due_at: datetime | None
    overdue: timedelta | None
    due_in: timedelta | None
    urgency: str  # in words, when it is not routine
    why: str
    action: str
    link: str
    places: int
    age: timedelta
    holder: str
    mine: bool
    may_take: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the queue as the filter shows it."""

    key: str
    words: str
    count: str
    current: bool


def rows(
    cases: Sequence[QueueRow], mentions: Mapping[UUID, int], *, actor: Actor, now: datetime
) -> list[Row]:
    """Return the lines in the order they came in."""
    return [_row(case, mentions.get(case.case_id, 0), actor, now) for case in cases]


def parts(counts: Mapping[QueueShow, int], current: QueueShow) -> list[Part]:
    """Return the parts with how many each has; what is more than we count is said to be more."""
    return [
        Part(show.value, str(QUEUE_PARTS[show]), _count(counts[show]), show is current) for show in QueueShow
    ]


def purpose_of(step: str, actor: Actor) -> Purpose | None:
    """Return what this person takes a case for when this is its next step; None when it is not for this role."""
    purpose, action = STEPS.get(step, (None, None))
    return purpose if action and may(actor.role, action) else None


def link_of(row: QueueRow) -> str:
    """Return where the next step is done."""
    if row.next_step in _WITH_HER:
        return reverse("her", args=[row.number])
    if row.next_step in _OF_FINGERPRINTS:
        return reverse("desk-fingerprints", args=[row.number])
    if row.ref:
        return reverse("mail-one", args=[row.ref])
    if row.about:
        return reverse("notice", args=[row.about])
    return reverse("desk-case", args=[row.number])


def _count(number: int) -> str:
    return _("%(number)d+") % {"number": COUNT_TO} if number > COUNT_TO else str(number)


def _row(case: QueueRow, mentions: int, actor: Actor, now: datetime) -> Row:
    why = [str(HAPPENED[one]) for one in case.what_happened] + ([_("words to read")] if mentions else [])
    due = case.due_at
    return Row(
        number=case.number,
        due_at=due,
        overdue=now - due if due and due <= now else None,
        due_in=due - now if due and due > now else None,
        urgency=str(URGENCIES[case.urgency]) if case.urgency is not Urgency.ROUTINE else "",
        why=" · ".join(why),
        action=_action(case),
        link=link_of(case) if due else "",
        places=case.items,
        age=case.age,
        holder=case.holder.label if case.holder else "",
        mine=case.mine,
        may_take=case.holder is None and purpose_of(case.next_step, actor) is not None,
    )


def _action(case: QueueRow) -> str:
    if case.next_step in TODOS:
        return str(TODOS[case.next_step]) % {"notice": case.about}
    if case.next_step in HOTLINE_STEPS:
        return str(HOTLINE_STEPS[case.next_step])
    if case.state in {"waiting_for_survivor", "frozen"}:
        return str(CASE_STATES[case.state])
    return str(NEXT_STEPS[case.next_step])
