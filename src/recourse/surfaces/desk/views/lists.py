"""Lists of others: whose each is, by what right we use it, how often it was right; brought in and erased whole.

A list comes as text, since no surface takes a file. Refuses: to show a hash of a list; to take half of one.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, NotFoundError
from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.lists import list_lines
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.world.matching import selectors, services
from recourse.world.matching.domain import BadListError, about, read_list

NAMED = 20


class KindNotChosenError(BadInputError):
    """A list of which nobody said what its pictures are."""

    code = "list_kind_not_chosen"
    sentence = gettext_noop("Choose what the list is of: pictures to look for, or lawful ones.")


@require_safe
@staff(action=Action.CASE_LIST)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show all lists."""
    return _page(request, actor=actor)


@require_POST
@staff(action=Action.LISTS_KEEP)
def bring(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Bring in a list, or replace the one that was brought in by its name; a refused form stands again."""
    typed = request.POST
    try:
        whose = about(**{name: typed.get(name, "") for name in ("name", "right", "dated")})
        kind = typed.get("of", "")
        if kind not in {"sought", "lawful"}:
            raise KindNotChosenError
        read = read_list(typed.get("list", ""))
    except BadInputError as error:
        return _page(request, actor=actor, error=error)
    source = services.import_list(
        about=whose, lawful=kind == "lawful", read=read, label=actor.label, now=clock.now()
    )
    return redirect(f"{reverse('lists')}#{source}")


@require_POST
@staff(action=Action.LISTS_KEEP)
def erase(request: HttpRequest, source_id: UUID, *, actor: Actor) -> HttpResponse:
    """Erase a list whole."""
    found = next((one for one in selectors.sources() if one.id == source_id), None)
    if found is None:
        raise NotFoundError(f"list {source_id}")
    services.erase_list(name=found.name, submitted=found.submitted, now=clock.now())
    return redirect("lists")


def _page(request: HttpRequest, *, actor: Actor, error: BadInputError | None = None) -> HttpResponse:
    rows = error.rows if isinstance(error, BadListError) else ()
    context = {
        "lines": list_lines(selectors.sources()),
        "may_keep": may(actor.role, Action.LISTS_KEEP),
        "typed": request.POST if error else QueryDict(),
        "problem": problem_of(error, at="bring") if error else None,
        "bad": rows[:NAMED],
        "more": len(rows) - NAMED,
    }
    return render(request, "desk/lists.html", context, status=error.status if error else 200)
