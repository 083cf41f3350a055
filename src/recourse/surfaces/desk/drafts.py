"""Half-written forms across a sign-out: which forms are kept, which of their fields, and where they stand.

Refuses: to keep a tick that says something was read, a purpose, or a token; those are given anew each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.people.accounts.services import Kept
from recourse.surfaces.desk.actor import staff

FIELDS: Mapping[str, tuple[str, ...]] = {
    "assess": ("item", "of_items", "in_scope", "basis", "grounds", "reasons"),
    "facts": (
        *("depicted", "nature", "names_visible", "relation", "threat"),
        *("threat_day", "threat_hour", "position", "words_of_facts"),
    ),
    "remark": ("remark",),
    "message": ("message",),
    "submission": ("their_reference", "confirmation", "day", "hour"),
    "letter": ("own_reasons", "addition"),
}
_SUBJECT = re.compile(r"[CN]-[0-9A-Z]{1,10}(/[0-9]{1,4})?")


def name_of(kind: str, subject: str) -> str:
    """Return the name of one form about one thing, as the page carries it."""
    return f"{kind}:{subject}"


def restored(actor: Actor, kind: str, subject: str, *, now: datetime) -> Kept | None:
    """Return what this person had written in the form, if it was kept and not sent."""
    return accounts.kept(actor=actor, form=name_of(kind, subject), now=now)


def post_of(kept: Kept) -> QueryDict:
    """Return what was kept as the form would have brought it."""
    post = QueryDict(mutable=True)
    for name, values in kept.fields.items():
        post.setlist(name, list(values))
    return post


def sent(actor: Actor, kind: str, subject: str, *, now: datetime) -> None:
    """Forget what was kept: the form was sent."""
    accounts.discard(actor=actor, form=name_of(kind, subject), now=now)


@require_POST
@staff(action=Action.CASE_OPEN)
def keep(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Keep a form for later, or forget what was kept of it; by a button, or by the page itself every few seconds."""
    name, now = request.POST.get("form", ""), clock.now()
    kind, _, subject = name.partition(":")
    if kind not in FIELDS or not _SUBJECT.fullmatch(subject):
        raise NotFoundError("form to keep")
    if "forget" in request.POST:
        accounts.discard(actor=actor, form=name, now=now)
    else:
        fields = {one: request.POST.getlist(one) for one in FIELDS[kind] if one in request.POST}
        accounts.keep(actor=actor, form=name, fields=fields, now=now)
    if "by_page" in request.POST:
        return HttpResponse(status=204)
    return redirect(_page_of(kind, subject))


def _page_of(kind: str, subject: str) -> str:
    number, _, item = subject.partition("/")
    if number.startswith("N-"):
        return reverse("notice", args=[number])
    if kind == "facts" and item:
        return reverse("item", args=[number, int(item)])
    return reverse("desk-case", args=[number])
