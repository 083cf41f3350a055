"""How a notice stands: what the overdue board and the proposed next step rest on. Clear columns only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from recourse.world.rules.load import rules

_Known = Callable[[tuple[NoticeKind, ...]], list[Recipient]]
_UNDER_WAY = frozenset({ReminderState.APPROVED, ReminderState.QUEUED})
_HERS = frozenset({Reason.HER_CHOICE, Reason.TALK_FIRST})
_DECIDED_BY_AUTHORITIES = (NoticeKind.BLOCKING, NoticeKind.REMOVAL)


def standing_of(notice: Notice) -> Standing:
    """Return how a notice stands, without what else could be done."""
    return standings_of([notice])[notice.id]


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
    contacts = {
        channel_id: _contact(channel_id)
        for channel_id in {notice.channel_id for notice in notices if notice.handed_over_at}
    }
    return {
        notice.id: _standing(
            notice,
            tuple(answers.get(notice.id, ())),
            tuple(reminders.get(notice.id, ())),
            contacts.get(notice.channel_id),
        )
        for notice in notices
    }


def with_ways(
    standings: Mapping[UUID, Standing], notices: Sequence[Notice], *, now: datetime
) -> dict[UUID, Standing]:
    """Return the standings with what else could be done about each notice's places.

    One question for the places, one for what is asked about them, and one set of channels for a platform: a page
    of the board costs what its platforms cost, not what its rows do.
    """
    places = _first_places(notices)
    asked = _channels_asked({place_id for place_id, _platform in places.values()})
    channels = _Channels(now)
    found = dict(standings)
    for notice in notices:
        if notice.id in places:
            used = asked.get(places[notice.id][0], set()) | {notice.channel_id}
            found[notice.id] = _with_ways(standings[notice.id], notice, used, channels.at(*places[notice.id]))
    return found


def _with_ways(standing: Standing, notice: Notice, used: set[str], known: _Known) -> Standing:
    found = known((NoticeKind(notice.kind),))
    decided = {one.channel_id for one in known(_DECIDED_BY_AUTHORITIES) if law.formal(one.regimes)}
    return replace(
        standing,
        other_channel=any(one.id == notice.recipient_id and one.channel_id not in used for one in found),
        formal=bool(decided - used),
        authority=bool(decided & used),
    )


class _Channels:
    """The channels for kinds of notice, asked for once per platform; on the open web each place has its own."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str | UUID, tuple[NoticeKind, ...]], list[Recipient]] = {}

    def at(self, place_id: UUID, platform: str) -> _Known:
        """Return what gives the channels for some kinds at one place."""
        rule = rules().platforms.get(platform)
        where = place_id if rule is None or rule.is_open_web else platform

        def known(kinds: tuple[NoticeKind, ...]) -> list[Recipient]:
            if (where, kinds) not in self._known:
                self._known[where, kinds] = _channels(place_id, kinds, self._now)
            return self._known[where, kinds]

        return known


def _first_places(notices: Sequence[Notice]) -> dict[UUID, tuple[UUID, str]]:
    """Return, per notice, the first place it still asks about, and its platform."""
    lines = NoticeLine.objects.filter(notice__in=[notice.id for notice in notices], open=True)
    rows = lines.exclude(place=None).order_by("notice_id", "-position")
    found = rows.values_list("notice_id", "place_id", "place__platform")
    return {notice_id: (place_id, platform) for notice_id, place_id, platform in found}


def _channels_asked(place_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Return, per place, the channels on which something is being asked about it."""
    lines = NoticeLine.objects.filter(place_id__in=list(place_ids), notice__state__in=[*OPEN_STATES])
    found: dict[UUID, set[str]] = {}
    for place_id, channel_id in lines.values_list("place_id", "notice__channel_id"):
        if place_id is not None:
            found.setdefault(place_id, set()).add(channel_id)
    return found


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


def _standing(
    notice: Notice,
    answers: tuple[AnswerKind, ...],
    reminders: tuple[Reminder, ...],
    contact: Recipient | None,
) -> Standing:
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
        remind_at=reminder_opens(notice, contact, reminders),
        reminders=sum(1 for one in reminders if one.sent_at),
        answers=answers,
    )


def _contact(channel_id: str) -> Recipient | None:
    """Return a channel; one that the rules know no longer has no window for reminders."""
    try:
        return recipients.by_channel(channel_id)
    except NotFoundError:
        return None


def _channels(place_id: UUID, kinds: Sequence[NoticeKind], now: datetime) -> list[Recipient]:
    try:
        return [one for kind in kinds for one in recipients.channels_for(place_id, kind, now=now)]
    except NotFoundError:
        return []
