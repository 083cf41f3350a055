"""The queue, from clear columns only: nothing is unsealed, and every page of it is one walk along one index.

Refuses: to count beyond `COUNT_TO`, so that the page costs the same with a thousand cases and with a million.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import WAITS, CaseState, QueueRow, QueueShow, Urgency, WhatHappened
from recourse.work.cases.models import Case, Item
from recourse.work.cases.selectors.desk import holder_of

COUNT_TO = 1000
Place = tuple[datetime, UUID]
"""Where a page of the queue begins: behind the row with this date and id."""


def list_queue(
    *,
    actor: Actor,
    now: datetime,
    show: QueueShow = QueueShow.ALL,
    after: Place | None = None,
    limit: int = 100,
) -> tuple[QueueRow, ...]:
    """Return the cases that are not closed, the most pressing first.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    found = _part(show, actor, now)
    column = _order(show)
    if after is not None:
        at, case_id = after
        # The first condition is a bound on the index; the second parts rows of the same moment.
        found = found.filter(**{f"{column}__gte": at}).filter(
            Q(**{f"{column}__gt": at}) | Q(**{column: at, "id__gt": case_id})
        )
    page = list(found.order_by(column, "id")[:limit])
    places = _places([case.id for case in page])
    return tuple(_row(case, places.get(case.id, 0), actor, now, column) for case in page)


def queue_row(*, actor: Actor, case_id: UUID, now: datetime) -> QueueRow | None:
    """Return one case as the queue shows it, or None when it is not in the queue.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    case = Case.objects.filter(id=case_id, queue_at__isnull=False).first()
    return None if case is None else _row(case, _places([case.id]).get(case.id, 0), actor, now, "queue_at")


def rows_of(*, actor: Actor, case_ids: Iterable[UUID], now: datetime) -> tuple[QueueRow, ...]:
    """Return these cases as the queue shows them, closed ones too, the most pressing first.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    wanted = list(dict.fromkeys(case_ids))
    found = Case.objects.filter(id__in=wanted).exclude(state=CaseState.ERASED)
    places = _places(wanted)
    rows = (_row(case, places.get(case.id, 0), actor, now, "queue_at") for case in found)
    return tuple(sorted(rows, key=lambda row: (row.queue_at, row.case_id)))


def count_queue(*, actor: Actor, now: datetime) -> Mapping[QueueShow, int]:
    """Return how many cases each part has, counted up to `COUNT_TO` + 1 and no further.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    return {show: _part(show, actor, now)[: COUNT_TO + 1].count() for show in QueueShow}


def place_after(row: QueueRow) -> Place:
    """Return where the page behind this row begins."""
    return row.queue_at, row.case_id


def _order(show: QueueShow) -> str:
    """Return the column that a part is ordered by: what is overdue stands by its date alone."""
    return "next_due_at" if show is QueueShow.OVERDUE else "queue_at"


def _part(show: QueueShow, actor: Actor, now: datetime) -> QuerySet[Case]:
    queue = Case.objects.filter(queue_at__isnull=False)
    match show:
        case QueueShow.ALL:
            return queue
        case QueueShow.MINE:
            return queue.filter(claimed_by=actor.staff_id, claimed_until__gt=now)
        case QueueShow.FREE:
            return queue.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
        case QueueShow.OVERDUE:
            return Case.objects.filter(next_due_at__isnull=False, next_due_at__lte=now)
        case QueueShow.MINOR:
            return queue.filter(minor_path=True)
        case QueueShow.WAITING:
            return queue.filter(state=CaseState.WAITING_FOR_SURVIVOR)


def _places(case_ids: Iterable[UUID]) -> dict[UUID, int]:
    counted = Item.objects.filter(case_id__in=list(case_ids)).values_list("case_id")
    return dict(counted.annotate(places=Count("id")).order_by())


def _row(case: Case, places: int, actor: Actor, now: datetime, column: str) -> QueueRow:
    holder = holder_of(case, now)
    return QueueRow(
        case_id=case.id,
        number=case.number,
        state=CaseState(case.state),
        urgency=Urgency(case.urgency),
        next_step=case.next_step,
        about=case.next_about,
        ref=case.next_ref,
        due_at=case.next_due_at,
        queue_at=getattr(case, column) or case.opened_at + WAITS,  # closed: behind all others
        opened_at=case.opened_at,
        age=now - case.opened_at,
        items=places,
        what_happened=tuple(map(WhatHappened, case.what_happened)),
        minor_path=case.minor_path,
        holder=holder,
        mine=holder is not None and holder.staff_id == actor.staff_id,
    )
