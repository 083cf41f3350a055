"""She adds a place or a few words with her code; nothing that she told before is asked again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.work.cases.domain import FieldTooLongError
from recourse.work.hotline import services
from recourse.work.hotline.domain import NothingWrittenError


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Show the short form; take what she adds."""
    if request.method != "POST":
        return _page(request, {})
    values = {name: request.POST.get(name, "") for name in ("places", "words")}
    try:
        services.add_to_report(case=here.own, values=values, now=here.now)
    except FieldTooLongError as error:
        title = _("Links, names or descriptions") if error.field == "places" else _("In your words")
        return _page(request, values, refusal(error, title), error.field, status=error.status)
    except NothingWrittenError as error:
        return _page(request, values, refusal(error, _("What you add")), status=error.status)
    return redirect("case")


def _page(
    request: HttpRequest,
    values: dict[str, str],
    problem: Refusal | None = None,
    wrong: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"values": values, "problem": problem, "wrong": wrong}
    return render(request, "survivor/add.html", context, status=status)
