"""Asking why: the form before a case or a notice is opened, and the claim that carries the answer.

Refuses: to open anything on an empty or unknown purpose; the selector refuses it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from recourse.base.core.errors import RecourseError
from recourse.people.accounts.domain import Actor, may
from recourse.surfaces.desk.words import PURPOSES
from recourse.work.cases import services as cases
from recourse.work.cases.domain import PURPOSE_NEEDS, HeldBySomeoneError, Purpose, PurposeNeededError

# Work on the case: opening it also takes it. The others read and leave the case to whoever works on it.
_TAKES = frozenset({Purpose.ASSESS, Purpose.APPROVE_NOTICE, Purpose.READ_ANSWER, Purpose.ANSWER_SURVIVOR})


@dataclass(frozen=True, slots=True)
class Said:
    """The purpose as the form brought it."""

    purpose: str
    words: str


def said_in(request: HttpRequest) -> Said:
    """Return what the form says, bounded."""
    return Said(request.POST.get("purpose", "")[:40], request.POST.get("words", ""))


def take(case_id: UUID, said: Said, *, actor: Actor, now: datetime) -> bool:
    """Take the case for the purpose, if it is one of work; tell whether it is taken.

    A case that another person holds is not taken, and may still be read. A reason that is not this role's takes
    nothing, and is refused where the case is opened.
    """
    if said.purpose not in _TAKES:
        return False
    try:
        cases.claim(case_id=case_id, actor=actor, now=now, purpose=said.purpose)
    except (HeldBySomeoneError, PurposeNeededError):
        return False
    return True


def ask(
    request: HttpRequest,
    *,
    title: str,
    actor: Actor,
    suggested: str = "",
    said: Said | None = None,
    error: RecourseError | None = None,
) -> HttpResponse:
    """Show the form with the reasons that this role can have; after a refusal with what was entered and why."""
    offered = [one for one, needs in PURPOSE_NEEDS.items() if may(actor.role, needs)]
    context = {
        "title": title,
        "purposes": [(one.value, PURPOSES[one]) for one in offered],
        "chosen": said.purpose if said else suggested,
        "typed": said.words if said else "",
        "problem": _(error.sentence) if error else "",
        "problem_code": error.code if error else "",
    }
    return render(request, "desk/purpose.html", context, status=error.status if error else 200)
