"""What is hers to decide about the case itself: our permission, erasing, a copy, a code in other hands.

Refuses: to do any of it by an address; each is a press on a page that says what follows.
"""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.survivor import cookies
from recourse.surfaces.survivor.leaving import complete_at, ending_of, reached_by, sent_outside
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.record import record_of
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import (
    EndingKind,
    LegalHoldError,
    NothingToEndError,
    NothingToTakeBackError,
)
from recourse.work.hotline import services as hotline
from recourse.world.matching import selectors as matching


@require_safe
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Show what she can do about her case."""
    context = {
        "own": here.own,
        "ending": ending_of(here.own, now=here.now),
        "held": cases.is_held(here.own.case_id),
        "erased_by": cases.erased_by(here.own.case_id, now=here.now),
    }
    return render(request, "survivor/yours.html", context)


@require_safe
@in_her_case
def done(request: HttpRequest, here: Here) -> HttpResponse:
    """Show everything that was done in her case, by whom and why."""
    entries = record_of(here.own)
    shown = entries if "all" in request.GET else entries[:50]
    return render(request, "survivor/done.html", {"entries": shown, "more": len(entries) - len(shown)})


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def end(request: HttpRequest, here: Here, kind: str) -> HttpResponse:
    """Say what ending means; begin it on a press."""
    if kind not in set(EndingKind):
        raise NotFoundError("ending")
    if request.method != "POST":
        return _ending(request, here, EndingKind(kind))
    try:
        services.ask_ending(case_id=here.own.case_id, kind=kind, now=here.now)
    except (LegalHoldError, NothingToEndError) as error:
        problem = refusal(error, _("This is not possible now"))
        return _ending(request, here, EndingKind(kind), problem, status=error.status)
    return redirect("case")


def _ending(
    request: HttpRequest, here: Here, kind: EndingKind, problem: Refusal | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "kind": kind,
        "sent": sent_outside(here.own),
        "companies_know": matching.companies_know_of(here.own.case_id),
        "complete_at": complete_at(here.now),
        "reached_by": reached_by(here.own),
        "held": cases.is_held(here.own.case_id),
        "problem": problem,
    }
    return render(request, "survivor/end.html", context, status=status)


@require_POST
@in_her_case
def keep(request: HttpRequest, here: Here) -> HttpResponse:
    """Take back what waits to become final; pressed twice, it is taken back once."""
    with suppress(NothingToTakeBackError):
        services.take_back_ending(case_id=here.own.case_id, now=here.now)
    return redirect("case")


@require_POST
@in_her_case
def stop_code(request: HttpRequest, here: Here) -> HttpResponse:
    """Stop a new code that she did not ask for."""
    hotline.stop_new_code(case_id=here.own.case_id, now=here.now)
    return redirect("case")


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def freeze(request: HttpRequest, here: Here) -> HttpResponse:
    """Say what stopping the code means; do it on a press, and forget the case in this browser."""
    context = {"reached_by": reached_by(here.own)}
    if request.method != "POST":
        return render(request, "survivor/freeze.html", context)
    services.freeze_case(case_id=here.own.case_id, now=here.now)
    response = render(request, "survivor/frozen.html", context)
    cookies.take(response, cookies.CASE)
    return response
