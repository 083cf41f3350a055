"""Search: a number, her code, a link, a name, a number of theirs. By POST alone.

Refuses: to put what was sought into an address, and to open anything; each result asks why, as everywhere.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from recourse.base.core import clock
from recourse.base.core.errors import RecourseError
from recourse.base.core.personal import personal
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.parts import notice_line, problem_of
from recourse.surfaces.desk.pages.queue import rows
from recourse.work.cases import services as cases
from recourse.work.cases.services import Found, FoundBy
from recourse.work.notices import selectors as notices

personal("sought")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the field, and what was found."""
    sought, now = request.POST.get("sought", ""), clock.now()
    found, error = Found(FoundBy.NOTHING, ()), None
    try:
        if sought.strip():
            found = cases.look_up(actor=actor, text=sought, now=now)
    except RecourseError as refused:
        error = refused
    lines = (
        [notice_line(row) for row in notices.found_notices(actor=actor, text=sought)]
        if sought and not found.cases
        else []
    )
    context = {
        "asked": bool(sought.strip()) and error is None,
        # Her code is not written back: the screen may be seen by more people than heard it.
        "sought": "" if found.by is FoundBy.CODE else sought,
        "by": found.by.value,
        "rows": rows(found.cases, {}, actor=actor, now=now),
        "notices": lines,
        "problem": problem_of(error) if error else None,
    }
    return render(request, "desk/search.html", context, status=error.status if error else 200)
