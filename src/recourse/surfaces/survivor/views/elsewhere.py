"""The way to services that she uses herself, and her word that she did.

Refuses: to ask for her number or PIN there; whoever has them can look into her case with that service.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.survivor.elsewhere import STEP, guides
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.work.cases import selectors as cases
from recourse.work.cases import services


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Show the tools for her; note that she says she used one, once."""
    offered = guides(minor_path=here.own.minor_path, today=here.now.date())
    said = {step.what: step.at for step in reversed(cases.steps_of(here.own.case_id))}
    if request.method == "POST":
        used = request.POST.get("used", "")
        if used not in {guide.id for guide in offered}:
            raise NotFoundError("tool")
        if STEP[used] not in said:
            services.note(case_id=here.own.case_id, what=STEP[used], now=here.now)
        return redirect("elsewhere")
    context = {
        "guides": [(guide, said.get(STEP[guide.id])) for guide in offered],
        "minor": here.own.minor_path,
    }
    return render(request, "survivor/elsewhere.html", context)
