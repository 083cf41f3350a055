"""Half-written forms across a sign-out: which forms are kept, which of their fields, and where they stand.

Refuses: to keep a tick that says something was read, a purpose, or a token; those are given anew each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
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
    "further": ("way", "new_facts"),
    "override": ("channel", "rule", "why"),
}
_ON_HER_PAGE = frozenset({"message", "override"})
_ON_AN_ITEM = frozenset({"facts", "further"})
_SUBJECT = re.compile(r"[CN]-[0-9A-Z]{1,10}(/[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in one form about one thing: as it was refused, as it was kept, or nothing yet."""

    name: str  # under which the page has it kept
    fields: QueryDict
    kept_at: datetime | None = None

    @property
    def unwritten(self) -> Written:
        """The same form about another thing, of which nothing is written."""
        return Written(self.name, QueryDict())


def written(
    request: HttpRequest, kind: str, subject: str, *, refused: bool, actor: Actor, now: datetime
) -> Written:
    """Return what stands in a form of the page: what came when it was refused, else what this person had kept."""
    name = _name(kind, subject)
    if refused:
        return Written(name, request.POST)
    kept = accounts.kept(actor=actor, form=name, now=now)
    if kept is None:
        return Written(name, QueryDict())
    post = QueryDict(mutable=True)
    for field, values in kept.fields.items():
        post.setlist(field, list(values))
    return Written(name, post, kept.saved_at)


def refused(request: HttpRequest, *verbs: str) -> bool:
    """Tell whether a page answers the form of one of these verbs: what is taken leads on, so it was refused."""
    return request.method == "POST" and request.path.rpartition("/")[2] in verbs


def put_by(actor: Actor, kind: str, subject: str, post: QueryDict, *, now: datetime) -> None:
    """Keep what a form brought."""
    fields = {one: post.getlist(one) for one in FIELDS[kind] if one in post}
    accounts.keep(actor=actor, form=_name(kind, subject), fields=fields, now=now)


def sent(actor: Actor, kind: str, subject: str, *, now: datetime) -> None:
    """Forget what was kept: the form was sent."""
    accounts.discard(actor=actor, form=_name(kind, subject), now=now)


def _name(kind: str, subject: str) -> str:
    return f"{kind}:{subject}"


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
        put_by(actor, kind, subject, request.POST, now=now)
    if "by_page" in request.POST:
        return HttpResponse(status=204)
    return redirect(_page_of(kind, subject))


def _page_of(kind: str, subject: str) -> str:
    number, _, item = subject.partition("/")
    if number.startswith("N-"):
        return reverse("notice", args=[number])
    if kind in _ON_AN_ITEM and item:
        return reverse("item", args=[number, int(item)])
    if kind in _ON_HER_PAGE:
        return reverse("her", args=[number])
    return reverse("desk-case", args=[number])
