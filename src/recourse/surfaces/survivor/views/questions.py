"""What we ask her before something is sent, and her answers.

Refuses: an answer that was not offered. Her name is taken only where a company demands it and she goes on.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recourse.surfaces.survivor.asked import links_asked, questions_of
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.work.cases import services
from recourse.work.cases.domain import Choice, FieldTooLongError, NameNeededError, NotAskedError
from recourse.work.hotline.domain import BadAnswerError


@require_safe
@in_her_case
def show(request: HttpRequest, here: Here) -> HttpResponse:
    """Show what waits for her, and what she answered before."""
    return _page(request, here)


@require_POST
@in_her_case
def choose(request: HttpRequest, here: Here) -> HttpResponse:
    """Take her answer about one company."""
    channel = request.POST.get("channel", "")[:80]
    name = request.POST.get("name", "")
    try:
        services.make_choice(
            case_id=here.own.case_id,
            channel_id=channel if channel.isprintable() else "",
            choice=_choice(request.POST.get("choice", "")),
            name=name,
            key=here.own.key,
            now=here.now,
        )
    except (BadAnswerError, NameNeededError, NotAskedError, FieldTooLongError) as error:
        typed = {"channel": channel, "name": name, "choice": request.POST.get("choice", "")}
        return _page(request, here, refusal(error, _("Your answer")), typed, status=error.status)
    return redirect("questions")


def _choice(value: str) -> Choice:
    """Return one of the answers offered.

    Raises:
        BadAnswerError: another one, or none.
    """
    if value not in {Choice.GO_ON, Choice.WATCH_ONLY, Choice.TALK_FIRST}:
        raise BadAnswerError(question="choice", field="choice")
    return Choice(value)


def _page(
    request: HttpRequest,
    here: Here,
    problem: Refusal | None = None,
    typed: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "questions": questions_of(here.own),
        "links": links_asked(here.own),
        "problem": problem,
        "typed": typed or {},
    }
    return render(request, "survivor/questions.html", context, status=status)
