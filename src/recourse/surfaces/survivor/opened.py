"""The door of every page of an open case: by the cookie, or by a code typed into the form that is being sent.

After fifteen minutes a page closes itself, perhaps while she writes. Then the form comes back with everything in
it and one field more, for the code. Refuses: to lose what was typed, and to say why a code does not open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from recourse.base.core import clock
from recourse.base.vault.domain import WrongCodeError
from recourse.surfaces.frame.problems import FormExpiredError
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.tokens import is_from_our_form
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import CaseShutError, OwnCase

CODE = "reopen"  # the extra field; it never goes on to a view
_OURS = frozenset({CODE, "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Here:
    """Her open case at this moment."""

    own: OwnCase
    now: datetime


View = Callable[..., HttpResponse]


def in_her_case(view: View) -> View:
    """Give the view her open case as `here`, and let the case stay open a quarter of an hour from now.

    What shuts the case in that very moment (a freeze, its date) is met by the verb, under the case's lock.
    """

    @csrf_exempt  # checked below, so that a stale token does not cost her the text
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        now = clock.now()
        own = _by_cookie(request, now) or _by_code(request, now)
        posted = request.method == "POST"
        if own is None:
            return _closed(request) if posted else redirect("case")
        if posted and not is_from_our_form(request):
            return _again(request, _(FormExpiredError.sentence), FormExpiredError.code, status=403)
        services.note_visit(case_id=own.case_id, now=now)
        try:
            response = view(request, Here(own, now), *args, **kwargs)
        except CaseShutError:
            return _refused(request)
        if cookies.CASE not in response.cookies:  # a view that closes the case has taken the cookie
            cookies.give_case_ticket(response, cookies.CaseTicket(own.case_id, own.key, own.turn))
        return response

    return door


def _by_cookie(request: HttpRequest, now: datetime) -> OwnCase | None:
    ticket = cookies.read_case_ticket(request)
    return None if ticket is None else cases.own_case(ticket.case_id, ticket.key, now, turn=ticket.turn)


def _by_code(request: HttpRequest, now: datetime) -> OwnCase | None:
    """Open the case by the code that came with the form; a form of somebody else opens nothing."""
    code = request.POST.get(CODE, "") if request.method == "POST" else ""
    return cases.case_by_code(code, now) if code and is_from_our_form(request) else None


def _closed(request: HttpRequest) -> HttpResponse:
    if request.POST.get(CODE):
        return _refused(request)
    return _again(
        request,
        _("The page closed itself after 15 minutes. Type your code once more; what you wrote goes with it."),
        "",
        ask=True,
        status=200,
    )


def _refused(request: HttpRequest) -> HttpResponse:
    """Say of every code that opens nothing the same: it may be wrong, stopped, replaced, or its case over."""
    return _again(request, _(WrongCodeError.sentence), WrongCodeError.code, ask=True, status=404)


def _again(request: HttpRequest, sentence: str, code: str, *, ask: bool = False, status: int) -> HttpResponse:
    """Show what was typed, to be sent once more."""
    kept = [(name, value) for name, values in request.POST.lists() if name not in _OURS for value in values]
    context = {"sentence": sentence, "code": code, "ask": ask, "kept": kept, "field": CODE}
    return render(request, "survivor/again.html", context, status=status)
