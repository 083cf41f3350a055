"""The queue: cases in the order of what is due first, with the step that waits in whichever room has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.surfaces.desk.words import HAPPENED, NEXT_STEPS, TODOS
from recourse.work.cases.domain import QueueRow
from recourse.work.notices.domain import Waiting


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    number: str
    due_at: datetime | None
    overdue: timedelta | None
    due_in: timedelta | None
    why: str
    minor_path: bool
    action: str
    link: str
    places: int
    age: timedelta
    holder: str
    mine: bool


def rows(
    cases: Sequence[QueueRow], waiting: Sequence[Waiting], mentions: Mapping[UUID, int], *, now: datetime
) -> list[Row]:
    """Return the lines, first due first; what has no date stands last."""
    first: dict[UUID, Waiting] = {}
    for one in sorted(waiting, key=lambda each: each.due_at):
        first.setdefault(one.case_id, one)
    found = [_row(case, first.get(case.case_id), mentions.get(case.case_id, 0), now) for case in cases]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at or now))


def _row(case: QueueRow, waits: Waiting | None, mentions: int, now: datetime) -> Row:
    due, action, link = _next(case, waits)
    why = "; ".join(str(HAPPENED[one]) for one in case.what_happened)
    if mentions:
        why = "; ".join(part for part in (why, _("words to read")) if part)
    return Row(
        number=case.number,
        due_at=due,
        overdue=now - due if due and due <= now else None,
        due_in=due - now if due and due > now else None,
        why=why,
        minor_path=case.minor_path,
        action=action,
        link=link,
        places=case.items,
        age=case.age,
        holder=case.holder.label if case.holder else "",
        mine=case.mine,
    )


def _next(case: QueueRow, waits: Waiting | None) -> tuple[datetime | None, str, str]:
    """Return date, words and link of what is due first: the case's own step, or one about a notice."""
    if waits is not None and (case.due_at is None or waits.due_at < case.due_at):
        link = (
            reverse("mail-one", args=[waits.mail_id])
            if waits.mail_id
            else reverse("notice", args=[waits.notice_number])
        )
        return waits.due_at, f"{TODOS[waits.todo]} {waits.notice_number}", link
    link = reverse("desk-case", args=[case.number]) if case.due_at else ""
    return case.due_at, str(NEXT_STEPS[case.next_step]), link
