"""The shortcuts of the desk, on a page that a person without them can read too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff


@require_safe
@staff(action=Action.CASE_LIST)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List the keys."""
    keys = (
        ("j", _("Next line of a list")),
        ("k", _("Line before")),
        ("o", _("Open the line")),
        ("c", _("Take the case of the line, or let it go")),
        ("n", _("Take the next one")),
        ("g q", _("Go to the queue")),
        ("g m", _("Go to the mail")),
        ("g o", _("Go to what is overdue")),
        ("g b", _("Go to the notices that are ready")),
        ("u", _("Up: from an item to its case")),
        ("h", _("From a case to reaching her")),
        ("a", _("Go to the approval")),
        ("s", _("Go to the button of the page's form")),
        ("/", _("Search")),
        ("?", _("This page")),
    )
    return render(request, "desk/keys.html", {"keys": keys})
