"""What is late and what would be done next, for any standing: silence needs a proof, a refusal ends the same asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.work.notices.domain import (
    AnswerKind,
    Late,
    NextStep,
    NoticeState,
    Reason,
    Standing,
    late_from,
    next_step,
    what_is_late,
)
from recourse.work.notices.domain.steps import DUE_SOON, UNPROVEN_AFTER

T0 = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SENT = Standing(NoticeState.HANDED_OVER, T0, handed_over_at=T0, answers=(AnswerKind.NONE,))
PROVEN = replace(SENT, state=NoticeState.RECEIPT_PROVEN, receipt_proven_at=T0, due_at=T0 + 2 * DAY)


def times() -> st.SearchStrategy[datetime | None]:
    return st.none() | st.integers(0, 500).map(lambda hours: T0 + timedelta(hours=hours))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Any standing that can be: nothing is due and nobody silent without a proof of receipt."""
    proven = draw(times())
    due = draw(times()) if proven else None
    return Standing(
        state=draw(st.sampled_from(list(NoticeState))),
        since=T0,
        reason=draw(st.sampled_from(["", Reason.TALK_FIRST, Reason.BOUNCED])),
        waits_for_her=draw(st.booleans()),
        by_hand=draw(st.booleans()),
        handed_over_at=draw(times()),
        receipt_proven_at=proven,
        due_at=due,
        silent_since=due if draw(st.booleans()) else None,
        remind_at=draw(times()),
        reminders=draw(st.integers(0, 3)),
        answers=tuple(draw(st.lists(st.sampled_from(list(AnswerKind)), max_size=3))),
        other_channel=draw(st.booleans()),
        formal=draw(st.booleans()),
        authority=draw(st.booleans()),
    )


@given(standing=standings(), hours=st.integers(0, 600))
def test_what_is_late_is_late_since_the_board_says(standing: Standing, hours: int) -> None:
    now = T0 + timedelta(hours=hours)
    found, first = what_is_late(standing, now), late_from(standing)
    assert (found is None) == (first is None or first > now)
    if found is not None and first is not None:
        assert first <= found[1] <= now


@given(standing=standings(), hours=st.integers(0, 600))
def test_invariant_5_what_nothing_proves_is_never_silent_or_due(standing: Standing, hours: int) -> None:
    """5. Without proof of receipt it reads "sent, receipt unproven since D" and is never scored as silence."""
    if standing.receipt_proven_at is None:
        found = what_is_late(standing, T0 + timedelta(hours=hours))
        assert found is None or found[0] not in {Late.SILENT, Late.DUE_SOON}


@given(standing=standings(), hours=st.integers(0, 600))
def test_after_a_refusal_the_same_is_not_proposed_again(standing: Standing, hours: int) -> None:
    refused = replace(standing, state=NoticeState.RECEIPT_PROVEN, answers=(AnswerKind.REFUSED,))
    step = next_step(refused, T0 + timedelta(hours=hours))
    assert step in {NextStep.FORMAL_DECISION, NextStep.AUTHORITY, NextStep.NOTHING_MORE}


@pytest.mark.parametrize(
    ("standing", "after", "late", "step"),
    [
        (SENT, timedelta(hours=1), None, NextStep.WAIT),
        (SENT, UNPROVEN_AFTER, Late.RECEIPT_UNPROVEN, NextStep.CONSULT),
        (replace(SENT, other_channel=True), UNPROVEN_AFTER, Late.RECEIPT_UNPROVEN, NextStep.OTHER_CHANNEL),
        (replace(SENT, remind_at=T0 + DAY / 2), DAY / 2, Late.REMINDER_DUE, NextStep.REMIND),
        (PROVEN, 2 * DAY - DUE_SOON, Late.DUE_SOON, NextStep.WAIT),
        (replace(PROVEN, silent_since=T0 + 2 * DAY, formal=True), 3 * DAY, Late.SILENT, NextStep.FORMAL_DECISION),
        (replace(PROVEN, silent_since=T0 + 2 * DAY, authority=True), 3 * DAY, Late.SILENT, NextStep.AUTHORITY),
        (replace(PROVEN, answers=(AnswerKind.ACCEPTED,)), 3 * DAY, None, NextStep.WAIT),
        (replace(PROVEN, answers=(AnswerKind.ACCEPTED, AnswerKind.NONE)), 2 * DAY, Late.DUE_SOON, NextStep.WAIT),
        (replace(PROVEN, answers=(AnswerKind.REFUSED,)), DAY, None, NextStep.NOTHING_MORE),
        (Standing(NoticeState.INCOMPLETE, T0, waits_for_her=True), DAY, Late.CHOICE_WAITING, NextStep.ASK_HER),
        (Standing(NoticeState.HELD, T0, Reason.BOUNCED), DAY, Late.HELD, NextStep.REMOVE_REASON),
        (Standing(NoticeState.HELD, T0, Reason.TALK_FIRST), DAY, Late.HELD, NextStep.ASK_HER),
        (Standing(NoticeState.QUEUED, T0, by_hand=True), DAY, Late.TO_SUBMIT, NextStep.SUBMIT),
        (Standing(NoticeState.CLOSED, T0), DAY, None, NextStep.WAIT),
    ],
)  # fmt: skip
def test_the_ladder(standing: Standing, after: timedelta, late: Late | None, step: NextStep) -> None:
    found = what_is_late(standing, T0 + after)
    assert (found[0] if found else None, next_step(standing, T0 + after)) == (late, step)
