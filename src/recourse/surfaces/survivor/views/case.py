"""Her case: opened by the code, shown as long as the cookie lives, left by a button.

Refuses: to say whether a wrong code was close, frozen or never existed; all read the same.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.vault.domain import BadCaseCodeError, WrongCodeError, normalise_case_code
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.status import PLACES_A_PAGE, status_of
from recourse.work.cases import selectors as cases
from recourse.work.cases import services

_log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show the case that this browser has open; open one by its code."""
    if request.method == "POST":
        return _open(request)
    ticket = cookies.read_case_ticket(request)
    if ticket is None:
        return render(request, "survivor/enter.html")
    now = clock.now()
    own = cases.own_case(ticket.case_id, ticket.key, now, turn=ticket.turn)
    if own is None:
        response = render(request, "survivor/enter.html")
        cookies.take(response, cookies.CASE)
        return response
    services.note_visit(case_id=own.case_id, now=now)
    response = render(
        request, "survivor/case.html", {"status": status_of(own, now=now, start=_start(request))}
    )
    cookies.give_case_ticket(response, ticket)
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the case in this browser."""
    response = redirect("start")
    cookies.take(response, cookies.CASE)
    return response


def _start(request: HttpRequest) -> int:
    """Return the position of the first place to show; what is no page's beginning shows the first page."""
    text = request.GET.get("from", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004
    return max(number - 1, 0) // PLACES_A_PAGE * PLACES_A_PAGE


def _open(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("code", "")
    try:
        own = cases.case_by_code(normalise_case_code(typed), clock.now())
    except BadCaseCodeError as error:
        return _refused(request, typed, _(error.sentence), error.code)
    if own is None:
        return _refused(request, typed, _(WrongCodeError.sentence), WrongCodeError.code)
    response = redirect("case")
    cookies.give_case_ticket(response, cookies.CaseTicket(own.case_id, own.key, own.turn))
    return response


def _refused(request: HttpRequest, typed: str, sentence: str, code: str) -> HttpResponse:
    _log.info("case_code_refused", code=code)
    context = {"problem": sentence, "problem_code": code, "code": typed[:200]}
    return render(request, "survivor/enter.html", context, status=404)
