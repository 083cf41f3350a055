"""What other rooms' events mean for notices: our own checks, a withdrawn mandate.

Refuses: to close a notice for any other reason than what our own probes saw.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import LiveItem
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    ENDS_WITH_REMOVAL,
    NoticeKind,
    NoticeState,
    Reason,
)
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.history import last_lines
from recourse.work.notices.services.closing import close_if_resolved
from recourse.work.notices.services.drafting import Wish, draft
from recourse.work.notices.services.moving import locked, reconsider_reminders
from recourse.work.notices.services.silence import reconsider_silence
from recourse.work.notices.services.taking_off import replace, take_off
from recourse.world.checks.domain import RESOLVED, AvailabilityState

_THERE = frozenset({AvailabilityState.AVAILABLE, AvailabilityState.REAPPEARED})

# A place left out for one of these is asked for again when we may act for her; what an officer stopped is not.
_MIGHT_NOT_ACT = frozenset(
    {Reason.CASE_WAITS, Reason.MANDATE_WITHDRAWN, Reason.WATCH_ONLY, Reason.TALK_FIRST, Reason.JOINED}
)


def follow_place(*, place_id: UUID, after: AvailabilityState | str, now: datetime) -> None:
    """Let notices follow what our checks decided: resolved closes, what is there again is asked for anew."""
    state = AvailabilityState(after)
    if state in RESOLVED:
        for notice_id in _sent_about(place_id):
            with transaction.atomic():
                close_if_resolved(locked(notice_id), now)
    elif state in _THERE:
        _ask_again(place_id, now)
        reconsider_silence(place_id=place_id, now=now)


def withdraw(*, case_id: UUID, now: datetime) -> None:
    """Take a case's items off everything that has not left; what others back goes on."""
    with transaction.atomic():
        items = Backing.objects.filter(case_id=case_id).values_list("item_id", flat=True)
        live = cases.live_mandates(items)  # she may have given it again before we got here
        take_off({item_id for item_id in items if item_id not in live}, Reason.MANDATE_WITHDRAWN, now=now)
        behind = Backing.objects.filter(case_id=case_id).values_list("line__notice_id", flat=True)
        reconsider_reminders(set(behind), now=now)


def ask_for(*, case_id: UUID, now: datetime) -> None:
    """Draft what was left out, held or cancelled while we might not act for her, now that we may. Idempotent.

    Her own decision stands behind it, and nothing but her own items. What an officer stopped stays stopped.
    """
    with transaction.atomic():
        for notice_id in _held_while_waiting(case_id):
            notice = locked(notice_id)
            if notice.state == NoticeState.HELD and notice.reason == Reason.CASE_WAITS:
                replace(notice, Reason.CASE_WAITS, now=now)
        wanted: dict[tuple[NoticeKind, str], list[LiveItem]] = {}
        for item in cases.acting_places(case_id):
            for kind, channel_id in _left_out(item):
                wanted.setdefault((kind, channel_id), []).append(item)
        for (kind, channel_id), items in wanted.items():
            draft(items, Wish(kind, channel_id), now=now)


def _sent_about(place_id: UUID) -> list[UUID]:
    states = [*AFTER_LEAVING, NoticeState.HELD]
    lines = NoticeLine.objects.filter(
        place_id=place_id, open=True, kind__in=[*ENDS_WITH_REMOVAL], notice__state__in=states
    )
    return list(lines.filter(notice__sent_at__isnull=False).values_list("notice_id", flat=True))


def _ask_again(place_id: UUID, now: datetime) -> None:
    """Draft anew for a place that came back, or was left out as gone and is not: each case by itself.

    The case that asked before asks first. That it came back is new, whatever was said before it was gone.
    """
    with transaction.atomic():
        items = cases.live_items_at(place_id)
        for last in last_lines(place_id):
            closed = last.notice.state == NoticeState.CLOSED and last.notice.reason == ""
            if last.kind not in ENDS_WITH_REMOVAL or last.open:
                continue
            if closed or Reason.PLACE_GONE in {last.dropped, last.notice.reason}:
                first = last.notice.case_id
                wish = Wish(
                    NoticeKind(last.kind),
                    channel_id=last.notice.channel_id,
                    earlier=last.notice if closed else None,
                )
                draft(sorted(items, key=lambda item: item.case_id != first), wish, now=now)


def _held_while_waiting(case_id: UUID) -> list[UUID]:
    held = Notice.objects.filter(
        state=NoticeState.HELD, reason=Reason.CASE_WAITS, lines__open=True, lines__backings__case_id=case_id
    )
    return sorted(set(held.values_list("id", flat=True)))


def _left_out(item: LiveItem) -> list[tuple[NoticeKind, str]]:
    """Return what is to be asked about a place: what her case, or else any, asked last and had to leave or asks still.

    A removal goes out on the best channel she agrees to; anything else where it was.
    """
    hers = {
        (line.recipient_id, line.kind): line
        for line in NoticeLine.objects.filter(place_id=item.place_id, notice__case_id=item.case_id)
        .select_related("notice")
        .order_by("notice__created_at", "open", "notice__state_since")
    }
    lines = list(hers.values()) or last_lines(item.place_id)
    if not lines:  # nobody could be asked when it was decided; a site's contact may be known by now
        return [(NoticeKind.REMOVAL, "")]
    found = set()
    for line in lines:
        why = line.dropped or (line.notice.reason if line.notice.state == NoticeState.CANCELLED else "")
        if line.open or why in _MIGHT_NOT_ACT:
            removal = line.kind == NoticeKind.REMOVAL
            found.add((NoticeKind(line.kind), "" if removal else line.notice.channel_id))
    return sorted(found)
