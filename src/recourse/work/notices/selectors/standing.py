"""How a notice stands: what the overdue board and the proposed next step rest on. Clear columns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from recourse.work.notices.domain import (
    OPEN_STATES,
    AnswerKind,
    NoticeKind,
    NoticeState,
    Reason,
    ReminderState,
    Standing,
    may_turn_out,
)
from recourse.work.notices.models import Notice, NoticeLine, Reminder
from recourse.world.law import domain as law
from recourse.world.recipients.domain import ways, window_of

_UNDER_WAY = frozenset({ReminderState.APPROVED, ReminderState.QUEUED})
_HERS = frozenset({Reason.HER_CHOICE, Reason.TALK_FIRST})
_DECIDED_BY_AUTHORITIES = (NoticeKind.BLOCKING, NoticeKind.REMOVAL)


def standing_of(notice: Notice) -> Standing:
    """Return how a notice stands, without what else could be done."""
    lines = notice.lines.filter(open=True).values_list("answer", flat=True)
    reminders = tuple(notice.reminders.exclude(state=ReminderState.CANCELLED))
    return _standing(notice, tuple(map(AnswerKind, lines)), reminders)


def standings_of(notices: Sequence[Notice]) -> dict[UUID, Standing]:
    """Return how each of the notices stands, in as many questions as for one."""
    ids = [notice.id for notice in notices]
    answers: dict[UUID, list[AnswerKind]] = {}
    for notice_id, answer in NoticeLine.objects.filter(notice__in=ids, open=True).values_list(
        "notice_id", "answer"
    ):
        answers.setdefault(notice_id, []).append(AnswerKind(answer))
    reminders: dict[UUID, list[Reminder]] = {}
    for reminder in Reminder.objects.filter(notice__in=ids).exclude(state=ReminderState.CANCELLED):
        reminders.setdefault(reminder.notice_id, []).append(reminder)
    return {
        notice.id: _standing(notice, tuple(answers.get(notice.id, ())), tuple(reminders.get(notice.id, ())))
        for notice in notices
    }


def with_ways(standings: Mapping[UUID, Standing], notices: Sequence[Notice]) -> dict[UUID, Standing]:
    """Return the standings with what else could be done about each notice's first place: two questions in all."""
    firsts: dict[UUID, tuple[UUID, str]] = {}
    open_lines = NoticeLine.objects.filter(
        notice__in=[one.id for one in notices], open=True, place__isnull=False
    )
    for notice_id, place_id, platform in open_lines.order_by("-position").values_list(
        "notice_id", "place_id", "place__platform"
    ):
        if place_id is not None:
            firsts[notice_id] = (place_id, platform)
    used: dict[UUID, set[str]] = {}
    asked = NoticeLine.objects.filter(
        place__in={place_id for place_id, _ in firsts.values()}, notice__state__in=[*OPEN_STATES]
    )
    for place_id, channel_id in asked.values_list("place_id", "notice__channel_id"):
        if place_id is not None:
            used.setdefault(place_id, set()).add(channel_id)
    found = dict(standings)
    for notice in notices:
        if notice.id in firsts:
            place_id, platform = firsts[notice.id]
            found[notice.id] = _with(standings[notice.id], notice, platform, used.get(place_id, set()))
    return found


def may_have_left(notice: Notice) -> bool:
    """Tell whether a notice was stopped when it was ready to leave, so that it may turn out to have left."""
    queued, left = notice.queued_at is not None, notice.handed_over_at is not None
    return may_turn_out(NoticeState(notice.state), queued=queued, left=left)


def _with(standing: Standing, notice: Notice, platform: str, used: set[str]) -> Standing:
    decided = {
        way.channel_id
        for kind in _DECIDED_BY_AUTHORITIES
        for way in ways(platform, kind)
        if law.formal(way.regimes)
    }
    return replace(
        standing,
        other_channel=any(
            way.recipient_id == notice.recipient_id and way.channel_id not in used
            for way in ways(platform, notice.kind)
        ),
        formal=bool(decided - used),
        authority=bool(decided & used),
    )


def reminder_opens(notice: Notice, reminders: Sequence[Reminder]) -> datetime | None:
    """Return when the channel's own window for the next reminder opens; None: it has none, or one is under way."""
    if notice.handed_over_at is None:
        return None
    if any(ReminderState(one.state) in _UNDER_WAY for one in reminders):
        return None
    sent = [one.sent_at for one in reminders if one.sent_at]
    first, again = window_of(notice.channel_id)
    hours = again if sent else first
    return None if hours is None else max([notice.handed_over_at, *sent]) + timedelta(hours=hours)


def _standing(notice: Notice, answers: tuple[AnswerKind, ...], reminders: tuple[Reminder, ...]) -> Standing:
    return Standing(
        state=NoticeState(notice.state),
        since=notice.state_since,
        reason=notice.reason,
        waits_for_her=notice.state == NoticeState.INCOMPLETE and notice.reason in _HERS,
        by_hand=notice.by_hand,
        handed_over_at=notice.handed_over_at,
        receipt_proven_at=notice.receipt_proven_at,
        due_at=notice.due_at,
        silent_since=notice.silent_since,
        remind_at=reminder_opens(notice, reminders),
        reminders=sum(1 for one in reminders if one.sent_at),
        answers=answers,
    )
