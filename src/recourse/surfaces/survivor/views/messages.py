"""Messages between her and the people who work on her case.

Refuses: files, as everywhere; and to lose a message that was too long.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.work.cases.domain import FieldTooLongError
from recourse.work.hotline import selectors as hotline
from recourse.work.hotline import services
from recourse.work.hotline.domain import NothingWrittenError

SHOWN = 20  # messages on one page; it stays light


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Show what was written both ways; take what she writes."""
    if request.method != "POST":
        services.note_read_by_her(case=here.own, now=here.now)
        return _page(request, here)
    text = request.POST.get("text", "")
    try:
        services.write_to_us(case=here.own, text=text, now=here.now)
    except (NothingWrittenError, FieldTooLongError) as error:
        return _page(request, here, refusal(error, _("Your message")), text, status=error.status)
    return redirect("messages")


def _page(
    request: HttpRequest, here: Here, problem: Refusal | None = None, text: str = "", *, status: int = 200
) -> HttpResponse:
    talks = hotline.messages_of(here.own)
    shown = talks if "all" in request.GET else talks[:SHOWN]
    context = {"talks": shown, "more": len(talks) - len(shown), "problem": problem, "text": text}
    return render(request, "survivor/messages.html", context, status=status)
