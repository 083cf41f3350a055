"""What her choice for a channel means for the notices on it.

Go on: drafts are looked at again, and what was left out is drafted anew. Watch only: nothing is asked on this
channel for her. Talk first: everything that has not left is held until a person has talked to her.
Refuses: to touch another survivor's requests.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import Choice
from recourse.work.notices.domain import BEFORE_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice
from recourse.work.notices.services.following import ask_for
from recourse.work.notices.services.moving import locked, move, reconsider_reminders
from recourse.work.notices.services.taking_off import replace, take_off
from recourse.work.notices.services.writing import UNAPPROVED, recheck


def follow_choice(*, case_id: UUID, channel_id: str, now: datetime) -> None:
    """Let the notices of a case on a channel follow what she chose. Idempotent."""
    view = cases.choice_of(case_id, channel_id)
    if view is None:  # her case was erased meanwhile
        return
    if view.choice in {Choice.WATCH_ONLY, Choice.TALK_FIRST}:
        behind = Backing.objects.filter(case_id=case_id, line__notice__channel_id=channel_id)
        reconsider_reminders(set(behind.values_list("line__notice_id", flat=True)), now=now)
    if view.choice is Choice.WATCH_ONLY:
        with transaction.atomic():
            items = Backing.objects.filter(case_id=case_id, line__open=True).values_list("item_id", flat=True)
            take_off(set(items), Reason.WATCH_ONLY, channel_id=channel_id, now=now)
        ask_for(case_id=case_id, now=now)  # another channel may ask nobody to know
        return
    for notice_id in _on_channel(case_id, channel_id):
        with transaction.atomic():
            _follow(locked(notice_id), hold=view.choice is Choice.TALK_FIRST, now=now)
    if view.choice is not Choice.TALK_FIRST:
        ask_for(case_id=case_id, now=now)


def _on_channel(case_id: UUID, channel_id: str) -> list[UUID]:
    notices = Notice.objects.filter(
        channel_id=channel_id, state__in=[*BEFORE_LEAVING], lines__open=True, lines__backings__case_id=case_id
    )
    return sorted(set(notices.values_list("id", flat=True)))


def _follow(notice: Notice, *, hold: bool, now: datetime) -> None:
    state = NoticeState(notice.state)
    if state in UNAPPROVED - {NoticeState.DRAFT}:
        recheck(notice, now=now)
    elif hold and state in {NoticeState.APPROVED, NoticeState.QUEUED}:
        move(notice, NoticeState.HELD, now=now, reason=Reason.TALK_FIRST)
    elif not hold and state is NoticeState.HELD and notice.reason == Reason.TALK_FIRST:
        replace(notice, Reason.TALK_FIRST, now=now)
