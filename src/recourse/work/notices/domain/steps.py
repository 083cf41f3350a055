"""What a notice that left us still waits for, since when, and which step we would take next. Pure.

Silence is set by a timer that the law's deadline starts, and that starts with proof of receipt. What nothing
proves stays "sent, receipt unproven since D": never silence, never due. Refuses: to propose the same request
again to whoever refused it with reasons, unless something is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from recourse.work.notices.domain.states import AnswerKind, NoticeState, Reason

DUE_SOON = timedelta(hours=6)
UNPROVEN_AFTER = timedelta(hours=24)  # a receipt that takes longer wants somebody to look


class Late(StrEnum):
    """What is late about a notice. The comment says who acts."""

    SILENT = "silent"  # officer: the next step
    DUE_SOON = "due_soon"  # recipient; an officer may prepare the next step
    RECEIPT_UNPROVEN = "receipt_unproven"  # officer: find another proof or another way
    REMINDER_DUE = "reminder_due"  # officer: approve the reminder
    CHOICE_WAITING = "choice_waiting"  # she; an officer calls, if she agreed to that
    HELD = "held"  # officer: remove the reason
    TO_SUBMIT = "to_submit"  # officer: fill in the form


class NextStep(StrEnum):
    """What we would do next."""

    WAIT = "wait"
    SUBMIT = "submit"  # fill in the form that was approved
    ASK_HER = "ask_her"  # she has not chosen yet, or wants to talk first
    REMOVE_REASON = "remove_reason"  # why it is held
    REMIND = "remind"
    OTHER_CHANNEL = "other_channel"
    FORMAL_DECISION = "formal_decision"
    AUTHORITY = "authority"  # ask the authority that has it what became of it
    CONSULT = "consult"  # a liaison talks to whoever answers for it at the company
    NOTHING_MORE = "nothing_more"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the proposal and the board rest on.

    Attributes:
        state: of the notice.
        reason: why it is held.
        since: of the state.
        waits_for_her: a draft that lacks nothing but her choice or her name.
        by_hand: a person submits it.
        handed_over_at: when it left.
        receipt_proven_at: when they showed that they have it.
        due_at: the earliest binding deadline, counted from that proof.
        silent_since: when the timer recorded silence.
        remind_at: when the channel's own window for the next reminder opens; None: it has none.
        reminders: how many were sent.
        answers: of the lines that still ask.
        other_channel: the same recipient can be asked another way.
        formal: an authority's decision can be asked for and was not.
        authority: an authority was asked for a decision already.
    """

    state: NoticeState
    since: datetime
    reason: str = ""
    waits_for_her: bool = False
    by_hand: bool = False
    handed_over_at: datetime | None = None
    receipt_proven_at: datetime | None = None
    due_at: datetime | None = None
    silent_since: datetime | None = None
    remind_at: datetime | None = None
    reminders: int = 0
    answers: tuple[AnswerKind, ...] = ()
    other_channel: bool = False
    formal: bool = False
    authority: bool = False

    @property
    def unproven_since(self) -> datetime | None:
        """Return since when nothing proves that they have it; None when something does, or it never left."""
        sent = self.state in {NoticeState.SENT, NoticeState.HANDED_OVER}
        return self.handed_over_at if sent and self.receipt_proven_at is None else None

    @property
    def unanswered(self) -> bool:
        """Tell whether a line that still asks has no answer that says anything."""
        return any(answer in _NOTHING_SAID for answer in self.answers)


_NOTHING_SAID = frozenset({AnswerKind.NONE, AnswerKind.ACKNOWLEDGED})
_STILL_ASKS = frozenset({NoticeState.SENT, NoticeState.HANDED_OVER, NoticeState.RECEIPT_PROVEN})


def late_from(standing: Standing) -> datetime | None:
    """Return from when a notice stands on the overdue board, whatever for; None: nothing of it can be late."""
    return min((at for _late, at in _marks(standing)), default=None)


def what_is_late(standing: Standing, now: datetime) -> tuple[Late, datetime] | None:
    """Return the gravest thing that is late now, and since when."""
    reached = [(late, at) for late, at in _marks(standing) if at <= now]
    return min(reached, key=lambda mark: _GRAVEST.index(mark[0]), default=None)


def next_step(standing: Standing, now: datetime) -> NextStep:
    """Return what we would do next about a notice."""
    if standing.state not in _STILL_ASKS:
        return _before_leaving(standing)
    if set(standing.answers) & {AnswerKind.REFUSED, AnswerKind.FORWARDED}:
        return _elsewhere(standing)
    if not standing.unanswered:
        return NextStep.WAIT  # our own checks decide what became of what they said
    return _unanswered(standing, now)


def _before_leaving(standing: Standing) -> NextStep:
    if standing.waits_for_her or (
        standing.state is NoticeState.HELD and standing.reason == Reason.TALK_FIRST
    ):
        return NextStep.ASK_HER
    if standing.state is NoticeState.HELD:
        return NextStep.REMOVE_REASON
    by_hand = standing.state is NoticeState.QUEUED and standing.by_hand
    return NextStep.SUBMIT if by_hand else NextStep.WAIT


def _unanswered(standing: Standing, now: datetime) -> NextStep:
    window_open = standing.remind_at is not None and standing.remind_at <= now
    unproven = standing.unproven_since
    overdue = standing.silent_since is not None or (unproven is not None and now - unproven >= UNPROVEN_AFTER)
    if window_open and standing.reminders == 0:
        return NextStep.REMIND
    if not overdue:
        return NextStep.REMIND if window_open else NextStep.WAIT
    elsewhere = _elsewhere(standing)
    return NextStep.REMIND if elsewhere is NextStep.CONSULT and window_open else elsewhere


def _elsewhere(standing: Standing) -> NextStep:
    """Return the step that does not ask the same recipient the same thing the same way."""
    refused = AnswerKind.REFUSED in standing.answers
    ladder = (
        (standing.other_channel and not refused, NextStep.OTHER_CHANNEL),
        (standing.formal, NextStep.FORMAL_DECISION),
        (standing.authority, NextStep.AUTHORITY),
        (not refused, NextStep.CONSULT),
    )
    return next((step for holds, step in ladder if holds), NextStep.NOTHING_MORE)


_GRAVEST = tuple(Late)


def _marks(standing: Standing) -> Iterable[tuple[Late, datetime]]:
    """Yield what becomes late about a notice, and from when."""
    if standing.state is NoticeState.HELD:
        yield Late.HELD, standing.since
    if standing.waits_for_her:
        yield Late.CHOICE_WAITING, standing.since
    if standing.state is NoticeState.QUEUED and standing.by_hand:
        yield Late.TO_SUBMIT, standing.since
    if standing.state not in _STILL_ASKS or not standing.unanswered:
        return
    if standing.silent_since is not None:
        yield Late.SILENT, standing.silent_since
    elif standing.due_at is not None:
        yield Late.DUE_SOON, standing.due_at - DUE_SOON
    if standing.unproven_since is not None:
        yield Late.RECEIPT_UNPROVEN, standing.unproven_since + UNPROVEN_AFTER
    if standing.remind_at is not None:
        yield Late.REMINDER_DUE, standing.remind_at
