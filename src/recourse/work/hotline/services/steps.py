"""What the hotline has to do first about a case, told to the queue after every change here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recourse.work.cases import services as cases
from recourse.work.cases.domain import Step
from recourse.work.hotline.domain import (
    ANSWER_WITHIN,
    REACH_WITHIN,
    MentionState,
    PickupState,
    ReachState,
)
from recourse.work.hotline.models import Mention, Message, Outreach, Pickup
from recourse.world.matching import selectors as matching

ROOM = "hotline"


def plan(case_id: UUID, *, now: datetime) -> None:
    """Say what of hers waits for a person of the hotline, first due first."""
    steps = [
        *_messages(case_id),
        *_calls(case_id),
        *_unsafe_endings(case_id),
        *_codes(case_id),
        *_additions(case_id),
        *_fingerprints(case_id),
    ]
    first = min(steps, key=lambda step: step.due_at, default=None)
    cases.plan_step(case_id=case_id, room=ROOM, step=first, now=now)


def _messages(case_id: UUID) -> list[Step]:
    unread = Message.objects.filter(case_id=case_id, from_her=True, read_at=None).order_by("at")
    return [Step("answer_survivor", at + ANSWER_WITHIN) for at in unread.values_list("at", flat=True)[:1]]


def _calls(case_id: UUID) -> list[Step]:
    waiting = Outreach.objects.filter(case_id=case_id, state=ReachState.FOR_A_PERSON).order_by("at")
    return [Step("reach_survivor", one.at + REACH_WITHIN, about="", ref=str(one.id)) for one in waiting[:1]]


def _unsafe_endings(case_id: UUID) -> list[Step]:
    """What a supervisor has to decide: she could not be asked safely whether an ending was hers."""
    waiting = Outreach.objects.filter(case_id=case_id, state=ReachState.UNSAFE).order_by("state_since")
    return [Step("unsafe_ending", one.state_since + REACH_WITHIN, ref=str(one.id)) for one in waiting[:1]]


def _codes(case_id: UUID) -> list[Step]:
    """A code that goes by mail needs nobody; one that waits for its day is due at the end of it."""
    waiting = Pickup.objects.filter(
        case_id=case_id, by_mail=False, state__in=[PickupState.ASKED, PickupState.CONFIRMED]
    )
    return [Step("give_new_code", one.ready_at, ref=str(one.id)) for one in waiting]


def _additions(case_id: UUID) -> list[Step]:
    waiting = Mention.objects.filter(report__case_id=case_id, state=MentionState.WAITING_FOR_PERSON).order_by(
        "report__at"
    )
    times = waiting.values_list("report__at", flat=True)[:1]
    return [Step("read_addition", at + ANSWER_WITHIN) for at in times]


def _fingerprints(case_id: UUID) -> list[Step]:
    """Matches; fingerprints that wait, as there are so many or somebody disputes them; those to be reviewed."""
    waiting, new = matching.waiting_since(case_id), matching.unreviewed_since(case_id)
    found = matching.matched_since(case_id)
    steps = [Step("decide_match", found + ANSWER_WITHIN)] if found else []
    steps += [Step("look_at_fingerprints", waiting + ANSWER_WITHIN)] if waiting else []
    return steps + ([Step("review_fingerprints", new + ANSWER_WITHIN)] if new else [])
