"""Lists of notices for the desk, from clear columns, each bounded: what is ready for an approval.

Refuses: to count or read beyond `READY_TO`.
"""

from __future__ import annotations

from collections.abc import Mapping

from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import NoticeRow, NoticeState
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.rows import notice_row

READY_TO = 500


def ready(*, actor: Actor, recipient: str = "", kind: str = "", limit: int = 50) -> tuple[NoticeRow, ...]:
    """Return the notices that wait for an approval, longest waiting first; of one recipient or kind if named.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    found = Notice.objects.filter(state=NoticeState.READY)
    if recipient:
        found = found.filter(recipient_id=recipient)
    if kind:
        found = found.filter(kind=kind)
    page = found.order_by("state_since", "id").prefetch_related("lines")[:limit]
    return tuple(notice_row(notice) for notice in page)


def ready_groups(*, actor: Actor) -> Mapping[tuple[str, str], int]:
    """Return how many of the `READY_TO` longest waiting notices go to each recipient, of each kind.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    waiting = Notice.objects.filter(state=NoticeState.READY).order_by("state_since", "id")
    groups: dict[tuple[str, str], int] = {}
    for group in waiting.values_list("recipient_id", "kind")[:READY_TO]:
        groups[group] = groups.get(group, 0) + 1
    return groups
