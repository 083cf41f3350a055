"""Approving many notices under one name: chosen, read side by side, confirmed once, answered one by one.

Refuses: to approve a letter that was not on the page that was read, and to leave any chosen notice without a word
of what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.pages.ready import Outcome, approved, groups, letters, ready_lines, refused
from recourse.surfaces.desk.words import ELEMENTS, NOTICE_KINDS
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import OpenNotice

AT_ONCE = 20
SHOWN = 50
_NUMBER = re.compile(r"N-[0-9A-Z]{1,10}")
_RECIPIENT = re.compile(r"[a-z0-9_.-]{1,64}")
_READ = re.compile(r"(N-[0-9A-Z]{1,10}) ([0-9a-f]{16,128})")


class NoneChosenError(BadInputError):
    """Nothing was chosen to be read."""

    code = "none_chosen"
    sentence = gettext_noop("Choose at least one notice.")


class TooManyChosenError(BadInputError):
    """More than a person reads in one go."""

    code = "too_many_chosen"
    sentence = gettext_noop("Choose at most twenty at a time: somebody has to read them.")


class NotReadTogetherError(BadInputError):
    """Approved without saying that they were read."""

    code = "not_read_together"
    sentence = gettext_noop("Read the letters, then tick the box above the button.")


@require_safe
@staff(action=Action.NOTICE_APPROVE)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what is ready, of all recipients or of one."""
    recipient, kind = request.GET.get("to", ""), request.GET.get("kind", "")
    recipient = recipient if _RECIPIENT.fullmatch(recipient) else ""
    return _list_page(request, actor=actor, recipient=recipient, kind=kind if kind in NOTICE_KINDS else "")


@require_POST
@staff(action=Action.NOTICE_APPROVE)
def read(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the chosen letters side by side; each reading is recorded in its case."""
    chosen = [one for one in request.POST.getlist("notice")[: SHOWN + 1] if _NUMBER.fullmatch(one)]
    try:
        if not chosen:
            raise NoneChosenError
        if len(chosen) > AT_ONCE:
            raise TooManyChosenError
    except BadInputError as error:
        return _list_page(request, actor=actor, chosen=chosen, error=error)
    return _letters_page(request, chosen, actor=actor, now=clock.now())


@require_POST
@staff(action=Action.NOTICE_APPROVE)
def approve(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Approve what was read, each for itself, and say what became of every one."""
    now = clock.now()
    taken = [_READ.fullmatch(one) for one in request.POST.getlist("notice")[:AT_ONCE]]
    pairs = [(one[1], one[2]) for one in taken if one]
    if not pairs:
        return _list_page(request, actor=actor, error=NoneChosenError())
    if request.POST.get("read") != "1":
        numbers = [number for number, _digest in pairs]
        return _letters_page(request, numbers, actor=actor, now=now, error=NotReadTogetherError())
    outcomes = [_approve_one(number, digest, actor, now) for number, digest in pairs]
    return render(request, "desk/ready_done.html", {"outcomes": outcomes})


def _approve_one(number: str, digest: str, actor: Actor, now: datetime) -> Outcome:
    try:
        services.approve(notice_id=selectors.id_of(number), digest=digest, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours: the others of the list are not approved either
            raise
        return refused(number, _(error.sentence), error.code)
    return approved(number)


def _list_page(
    request: HttpRequest,
    *,
    actor: Actor,
    recipient: str = "",
    kind: str = "",
    chosen: Sequence[str] | None = None,
    error: RecourseError | None = None,
) -> HttpResponse:
    rows = selectors.ready(actor=actor, recipient=recipient, kind=kind, limit=SHOWN)
    if chosen is None and not (recipient and kind):
        chosen = ()
    context = {
        "groups": groups(selectors.ready_groups(actor=actor), recipient, kind),
        "rows": ready_lines(rows, chosen),
        "all": not (recipient or kind),
        "at_once": AT_ONCE,
        "problem": problem_of(error) if error else None,
    }
    return render(request, "desk/ready.html", context, status=error.status if error else 200)


def _letters_page(
    request: HttpRequest,
    numbers: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError | None = None,
) -> HttpResponse:
    opened: list[OpenNotice] = []
    gone: list[Outcome] = []
    for number in dict.fromkeys(numbers):
        try:
            notice_id = selectors.id_of(number)
            opened.append(
                selectors.access_notice(
                    actor=actor, notice_id=notice_id, purpose=Purpose.APPROVE_NOTICE, now=now
                )
            )
        except RecourseError as refusal:
            if refusal.status >= 500:  # noqa: PLR2004
                raise
            gone.append(refused(number, _(refusal.sentence), refusal.code))
    shown = letters(opened, ELEMENTS)
    context = {
        "letters": shown,
        "approvable": [one for one in shown if one.may_be_approved],
        "gone": gone,
        "label": actor.label,
        "problem": problem_of(error) if error else None,
    }
    return render(request, "desk/ready_read.html", context, status=error.status if error else 200)
