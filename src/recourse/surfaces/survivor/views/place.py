"""One of her places: what she calls it, and, when she asks for it, what she wrote.

The address is shown after a press, one place at a time, as text and never as a link; never in an address of ours,
never in a list, never on the minor path (decision 0028).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.frame.places import place_words
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import FieldTooLongError, LinkSeen, OwnItem
from recourse.work.hotline.domain import BadAnswerError


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def show(request: HttpRequest, here: Here, number: int) -> HttpResponse:
    """Show one place and take its name; with `show` pressed, what she wrote stands on the answer."""
    item = _item(here, number)
    if request.method != "POST":
        return _page(request, here, item)
    if "show" in request.POST:
        return _page(request, here, item, address=cases.own_address(here.own, number))
    name = request.POST.get("name", "")
    try:
        services.name_item(case_id=here.own.case_id, key=here.own.key, number=number, name=name, now=here.now)
    except FieldTooLongError as error:
        problem = refusal(error, _("Your name for it"))
        return _page(request, here, item, problem=problem, name=name, status=error.status)
    return redirect("case")


@require_POST
@in_her_case
def link(request: HttpRequest, here: Here) -> HttpResponse:
    """Take her answer about who can open a link."""
    seen, number = request.POST.get("seen", ""), request.POST.get("number", "")
    if seen not in {LinkSeen.PUBLIC, LinkSeen.SENT_TO_HER, LinkSeen.NOT_SURE}:
        raise BadAnswerError(question="link", field="seen")
    digits = number.isascii() and number.isdigit() and len(number) < 7  # noqa: PLR2004 - no case has a million places
    services.answer_link(
        case_id=here.own.case_id, number=int(number) if digits else 0, seen=seen, now=here.now
    )
    return redirect("questions")


def _item(here: Here, number: int) -> OwnItem:
    for item in cases.own_items(here.own.case_id):
        if item.number == number:
            return item
    raise NotFoundError("place")


def _page(
    request: HttpRequest,
    here: Here,
    item: OwnItem,
    *,
    address: str = "",
    problem: Refusal | None = None,
    name: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "number": item.number,
        "what": place_words(item.platform),
        "name": cases.own_names(here.own).get(item.number, "") if name is None else name,
        "address": address,
        "may_show": not here.own.minor_path,
        "problem": problem,
    }
    return render(request, "survivor/place.html", context, status=status)
