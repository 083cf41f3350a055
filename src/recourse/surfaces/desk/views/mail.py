"""Answers: the list that waits for a person, one mail as plain text, and what a person says it means.

Opening a mail from this list is reading an answer; that purpose is recorded with the case it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, NotFoundError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import chosen_lines, page_from
from recourse.surfaces.desk.pages.mail import mail_lines, mail_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.words import ANSWERS, REFUSAL_REASONS
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services

SHOWN = 50


class AnswerNeededError(BadInputError):
    """Recorded without saying what."""

    code = "answer_needed"
    sentence = gettext_noop("Choose what they say.")


class NoSuchNoticeError(BadInputError):
    """A notice was named that was never sent."""

    code = "no_such_notice"
    sentence = gettext_noop("No notice with this number was sent. Check the number.")


@dataclass(frozen=True, slots=True)
class Form:
    """What the form brought, or nothing."""

    kind: str = ""
    number: str = ""
    reason: str = ""
    lines: tuple[str, ...] = ()


@require_safe
@staff(action=Action.MAIL_READ)
def listed(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the mails that wait for a person."""
    offset = page_from(request.GET.get("from", ""))
    found = selectors.mail_waiting(actor, limit=SHOWN + 1, offset=offset)
    context = {
        "rows": mail_lines(found[:SHOWN]),
        "count": selectors.count_mail_waiting(actor),
        "before": max(offset - SHOWN, 0) if offset else None,
        "after": offset + SHOWN if len(found) > SHOWN else None,
    }
    return render(request, "desk/mails.html", context)


@require_safe
@staff(action=Action.MAIL_READ)
def show(request: HttpRequest, mail_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show one mail as plain text."""
    return _page(request, mail_id, None, actor=actor, now=clock.now())


@require_POST
@staff(action=Action.NOTICE_RECORD_ANSWER)
def record(request: HttpRequest, mail_id: UUID, *, actor: Actor) -> HttpResponse:
    """Do what the pressed button says: record the answer, join it to a notice, or set it aside."""
    now = clock.now()
    kind, number, reason = (request.POST.get(name, "")[:40] for name in ("kind", "number", "reason"))
    form = Form(kind, number, reason, lines=tuple(request.POST.getlist("line")[:200]))
    try:
        _decide(request, mail_id, form, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        return _page(request, mail_id, form, actor=actor, now=now, error=error)
    return redirect("mail-one", mail_id) if "join" in request.POST else redirect("mail")


def _decide(request: HttpRequest, mail_id: UUID, form: Form, *, actor: Actor, now: datetime) -> None:
    if "join" in request.POST:
        try:
            services.attach_mail(mail_id=mail_id, notice_number=form.number, actor=actor, now=now)
        except NotFoundError:
            raise NoSuchNoticeError from None
    elif "aside" in request.POST:
        services.set_aside(mail_id=mail_id, actor=actor, now=now)
    elif form.kind in ANSWERS:
        reason = form.reason if form.reason in REFUSAL_REASONS else ""
        services.confirm_answer(
            mail_id=mail_id,
            kind=form.kind,
            reason=reason,
            line_ids=chosen_lines(request.POST),
            actor=actor,
            now=now,
        )
    else:
        raise AnswerNeededError


def _page(
    request: HttpRequest,
    mail_id: UUID,
    form: Form | None,
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError | None = None,
) -> HttpResponse:
    opened = selectors.access_mail(actor=actor, mail_id=mail_id, purpose=Purpose.READ_ANSWER, now=now)
    page = mail_page(opened, actor=actor, now=now)
    context = {
        "page": page,
        "form": form or Form(kind=page.confirmed or page.proposed, reason=page.proposed_reason),
        "problem": problem_of(error, at="kind") if error else None,
    }
    return render(request, "desk/mail.html", context, status=error.status if error else 200)
