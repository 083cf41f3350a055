"""How a notice stands: what the overdue board and the proposed next step rest on. Clear columns only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.core.errors import NotFoundError
from recourse.work.notices.domain import (
    OPEN_STATES,
    AnswerKind,
    NoticeKind,
    NoticeState,
    Reason,
    ReminderState,
    Standing,
)
from recourse.work.notices.models import Notice, NoticeLine, Reminder
from recourse.world.law import domain as law
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient

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


def with_ways(standing: Standing, notice: Notice, *, now: datetime) -> Standing:
    """Return the standing with what else could be done about the notice's places."""
    place_ids = notice.lines.filter(open=True, place__isnull=False).values_list("place_id", flat=True)
    first = place_ids.first()
    if first is None:
        return standing
    asked = NoticeLine.objects.filter(place_id=first, notice__state__in=[*OPEN_STATES])
    used = set(asked.values_list("notice__channel_id", flat=True)) | {notice.channel_id}
    found = _channels(first, (NoticeKind(notice.kind),), now)
    decided = {
        one.channel_id: one
        for one in _channels(first, _DECIDED_BY_AUTHORITIES, now)
        if law.formal(one.regimes)
    }
    return replace(
        standing,
        other_channel=any(one.id == notice.recipient_id and one.channel_id not in used for one in found),
        formal=any(channel_id not in used for channel_id in decided),
        authority=any(channel_id in used for channel_id in decided),
    )


def reminder_opens(
    notice: Notice, contact: Recipient | None, reminders: Sequence[Reminder]
) -> datetime | None:
    """Return when the channel's own window for the next reminder opens; None: it has none, or one is under way."""
    if contact is None or notice.handed_over_at is None:
        return None
    if any(ReminderState(one.state) in _UNDER_WAY for one in reminders):
        return None
    sent = [one.sent_at for one in reminders if one.sent_at]
    hours = contact.remind_every_hours if sent else contact.remind_after_hours
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
        remind_at=reminder_opens(notice, _contact(notice), reminders),
        reminders=sum(1 for one in reminders if one.sent_at),
        answers=answers,
    )


def _contact(notice: Notice) -> Recipient | None:
    """Return the channel of a notice that left; one that the rules know no longer has no window."""
    if notice.handed_over_at is None:
        return None
    try:
        return recipients.by_channel(notice.channel_id)
    except NotFoundError:
        return None


def _channels(place_id: UUID, kinds: Sequence[NoticeKind], now: datetime) -> list[Recipient]:
    try:
        return [one for kind in kinds for one in recipients.channels_for(place_id, kind, now=now)]
    except NotFoundError:
        return []
