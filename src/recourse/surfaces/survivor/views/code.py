"""The page that shows the code once, the file for keeping it, and the button that says it is kept.

Refuses: to show a code again after it was kept, and to carry one in an address.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from recourse.base.core import clock
from recourse.surfaces.frame.spelling import spoken
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.drafts import code_of
from recourse.work.cases import selectors as cases
from recourse.work.hotline import services as hotline


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show the code of the report that this browser has just sent."""
    code = code_of(request, now=clock.now())
    if code is None:
        return redirect("case" if cookies.read_case_ticket(request) else "start")
    return render(request, "survivor/code.html", {"code": code, "groups": spoken(code)})


@require_POST
def as_file(request: HttpRequest) -> HttpResponse:
    """Give the code as a text file whose name and content say nothing about what it is."""
    code = code_of(request, now=clock.now())
    if code is None:
        return redirect("start")
    response = HttpResponse(f"{code}\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="notes.txt"'
    return response


@require_POST
def kept(request: HttpRequest) -> HttpResponse:
    """Open the case in this browser and forget the draft with the code in it."""
    now = clock.now()
    code = code_of(request, now=now)
    ticket = cookies.read_draft_ticket(request)
    if code is None or ticket is None:
        return redirect("case" if cookies.read_case_ticket(request) else "start")
    own = cases.case_by_code(code, now)
    hotline.acknowledge_code(draft_id=ticket.draft_id, secret=ticket.secret, now=now)
    response = redirect("case")
    cookies.take(response, cookies.DRAFT)
    if own is not None:
        cookies.give_case_ticket(response, cookies.CaseTicket(own.case_id, own.key, own.turn))
    return response
