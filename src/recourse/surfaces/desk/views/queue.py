"""The queue."""

from __future__ import annotations

from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recourse.base.core import clock
from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.queue import rows
from recourse.work.cases import selectors as cases
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices

PAGE = 50
_FURTHEST = 1_000_000


@require_safe
@staff(action=Action.CASE_LIST)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show a page of the queue, what is due first first."""
    now = clock.now()
    offset = _offset(request.GET.get("from", ""))
    listed = cases.list_queue(actor=actor, now=now, limit=PAGE + 1, offset=offset)
    page = listed[:PAGE]
    ids = [row.case_id for row in page]
    waiting = list(chain.from_iterable(notices.waiting_for(ids).values()))
    lines = rows(page, waiting, hotline.mentions_waiting(ids), now=now)
    context = {
        "rows": lines,
        "next": next((line for line in lines if line.link and (line.mine or not line.holder)), None),
        "mail": len(notices.mail_waiting(actor)) if may(actor.role, Action.MAIL_READ) else 0,
        "first": offset + 1,
        "last": offset + len(page),
        "before": max(offset - PAGE, 0) if offset else None,
        "after": offset + PAGE if len(listed) > PAGE else None,
    }
    return render(request, "desk/queue.html", context)


def _offset(text: str) -> int:
    return min(int(text), _FURTHEST) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004
