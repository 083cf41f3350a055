"""She lost her code: a pick-up code that only she got brings a new one, in her own browser.

Refuses: to say whether a pick-up code is wrong, over or used.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.vault.domain import normalise_case_code
from recourse.surfaces.frame.spelling import spoken
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.refusals import refusal
from recourse.work.cases import selectors as cases
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import PickupRefusedError


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Ask for the pick-up code; answer with the new code, which stands on that answer alone."""
    if request.method != "POST":
        return render(request, "survivor/lost.html")
    typed = request.POST.get("pickup", "")
    code = hotline.fetch(pickup_code=typed, now=clock.now())
    if code is None:
        error = PickupRefusedError()
        context = {"problem": refusal(error, _("Pick-up code")), "pickup": typed[:200]}
        return render(request, "survivor/lost.html", context, status=error.status)
    context = {"code": code, "groups": spoken(code), "pickup": normalise_case_code(typed)}
    return render(request, "survivor/code.html", context)


@require_POST
def kept(request: HttpRequest) -> HttpResponse:
    """Open the case by the new code, and let the pick-up code die."""
    now = clock.now()
    pickup = request.POST.get("pickup", "")
    code = hotline.keep(pickup_code=pickup, now=now)
    own = cases.case_by_code(code, now) if code else None
    response = redirect("case")
    if own is not None:
        cookies.give_case_ticket(response, cookies.CaseTicket(own.case_id, own.key, own.turn))
    return response
