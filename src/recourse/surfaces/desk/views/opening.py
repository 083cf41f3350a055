"""Opening a case on any of its pages: for the purpose it was taken for, or for one that is asked and recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from recourse.base.core.errors import BadInputError
from recourse.people.accounts.domain import Actor
from recourse.surfaces.desk.views import purpose
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import OpenCase, Purpose, PurposeNeededError


def opened(
    request: HttpRequest, case_id: UUID, *, title: str, suggested: Purpose, actor: Actor, now: datetime
) -> OpenCase | HttpResponse:
    """Return the opened case, or the answer that stands for it: the question why, or the way back here."""
    if request.method != "POST":
        try:
            return cases.access_case(actor=actor, case_id=case_id, purpose=None, now=now)
        except PurposeNeededError:
            return purpose.ask(request, title=title, actor=actor, suggested=suggested)
    said = purpose.said_in(request)
    # The claim carries the purpose on, and no words: with words the page itself is the answer, and records them.
    if purpose.take(case_id, said, actor=actor, now=now) and not said.words.strip():
        return redirect(request.path)
    try:
        return cases.access_case(
            actor=actor, case_id=case_id, purpose=said.purpose, words=said.words, now=now
        )
    except (PurposeNeededError, BadInputError) as error:
        return purpose.ask(request, title=title, actor=actor, said=said, error=error)


def again(request: HttpRequest, case_id: UUID, *, actor: Actor, now: datetime) -> OpenCase:
    """Return the case for a refused form, for the reason that was given when it was opened.

    Raises:
        PurposeNeededError: none was, and the actor holds no claim: then nothing is shown.
    """
    said = purpose.said_in(request)
    return cases.access_case(
        actor=actor, case_id=case_id, purpose=said.purpose or None, words=said.words, now=now
    )
