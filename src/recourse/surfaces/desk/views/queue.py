"""The queue: its parts, taking a case from the list, the next one, and letting one go.

Refuses: to take a case for a step that the person's role may not do.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import ConflictError
from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.pages.queue import link_of, parts, purpose_of, rows
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import HeldBySomeoneError, QueueRow, QueueShow
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices
from recourse.world.checks import selectors as checks

PAGE = 40
_LOOK_FOR_NEXT = 200
_MOMENT = "%Y%m%dT%H%M%S.%f"


class NothingToTakeError(ConflictError):
    """Nothing in the queue is free for this role."""

    code = "nothing_to_take"
    sentence = gettext_noop("Nothing is free for you now. The list shows who holds what.")


class NotYoursToTakeError(ConflictError):
    """The case's next step is not for this role, or it is gone from the queue."""

    code = "not_yours_to_take"
    sentence = gettext_noop("The next step of this case is not one for you, or somebody has just done it.")


@require_safe
@staff(action=Action.CASE_LIST)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show a page of the queue, the most pressing first."""
    return _page(request, actor=actor)


@require_POST
@staff(action=Action.CASE_OPEN)
def take_next(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Take the most pressing case that is free for this role, and go to its step."""
    now = clock.now()
    free = cases.list_queue(actor=actor, now=now, show=QueueShow.FREE, limit=_LOOK_FOR_NEXT)
    for row in free:
        if _taken(row, actor, now):
            return redirect(link_of(row))
    return _page(request, actor=actor, error=NothingToTakeError())


@require_POST
@staff(action=Action.CASE_OPEN)
def take(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Take one case from the list for its next step, and go there."""
    now = clock.now()
    row = cases.queue_row(actor=actor, case_id=cases.id_of(number), now=now)
    try:
        if row is None or not _taken(row, actor, now, held_is_an_error=True):
            raise NotYoursToTakeError
    except ConflictError as error:
        return _page(request, actor=actor, error=error)
    return redirect(link_of(row))


@require_POST
@staff(action=Action.CASE_OPEN)
def let_go(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Let a case go before its time is over."""
    services.release(case_id=cases.id_of(number), actor=actor)
    return redirect("queue")


def _taken(row: QueueRow, actor: Actor, now: datetime, *, held_is_an_error: bool = False) -> bool:
    purpose = purpose_of(row.next_step, actor) if row.due_at else None
    if purpose is None:
        return False
    try:
        services.claim(case_id=row.case_id, actor=actor, now=now, purpose=purpose)
    except HeldBySomeoneError:  # somebody was quicker
        if held_is_an_error:
            raise
        return False
    return True


def _page(request: HttpRequest, *, actor: Actor, error: ConflictError | None = None) -> HttpResponse:
    now = clock.now()
    part = _part(request.GET.get("show", ""))
    after = _after(request.GET.get("after", ""))
    listed = cases.list_queue(actor=actor, now=now, show=part, after=after, limit=PAGE + 1)
    page = listed[:PAGE]
    context = {
        "rows": rows(page, hotline.mentions_waiting([row.case_id for row in page]), actor=actor, now=now),
        "parts": parts(cases.count_queue(actor=actor, now=now), part),
        "part": part.value,
        "mail": notices.count_mail_waiting(actor) if may(actor.role, Action.MAIL_READ) else 0,
        "alarms": len(checks.alarms(now)),
        "further": after is not None,
        "after": _spelt(cases.place_after(page[-1])) if len(listed) > PAGE else "",
        "problem": problem_of(error) if error else None,
    }
    return render(request, "desk/queue.html", context, status=error.status if error else 200)


def _part(text: str) -> QueueShow:
    try:
        return QueueShow(text)
    except ValueError:
        return QueueShow.ALL


def _spelt(place: tuple[datetime, UUID]) -> str:
    at, case_id = place
    return f"{at.astimezone(UTC).strftime(_MOMENT)}_{case_id.hex}"


def _after(text: str) -> tuple[datetime, UUID] | None:
    """Read where a page begins; what nobody of us wrote begins at the top."""
    moment, _, case_id = text[:80].partition("_")
    try:
        return datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC), UUID(hex=case_id)
    except ValueError:
        return None
