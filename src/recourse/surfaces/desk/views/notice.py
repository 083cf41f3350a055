"""One notice: read as its recipient will, approved under a name, sent back, written anew, or cancelled.

Refuses: an approval by somebody who has not said that the letter was read, as it stands now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.pages.notice import notice_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.pages.work import work_part
from recourse.surfaces.desk.views import purpose
from recourse.work.cases.domain import Purpose, PurposeNeededError
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import OpenNotice


class NotReadError(BadInputError):
    """Approved without saying that it was read."""

    code = "not_read"
    sentence = gettext_noop("Read the letter, then tick the box above the button.")


class RemarkNeededError(BadInputError):
    """Sent back without a word."""

    code = "remark_needed"
    sentence = gettext_noop("Say in the remark what must change.")


# Where the form of a verb stands on the page.
_AT: Mapping[str, str] = {
    "approve": "decide", "submitted": "submit", "resubmitted": "submit", "answered": "answered",
    "remind": "remind", "write-into": "write",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What the form brought, or nothing."""

    read: bool = False
    digest: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Ask for a purpose, or show the notice for the one its case was taken for."""
    notice_id, now = selectors.id_of(number), clock.now()
    title = _("Notice %(number)s") % {"number": number}
    said = purpose.said_in(request) if request.method == "POST" else None
    try:
        opened = selectors.access_notice(
            actor=actor,
            notice_id=notice_id,
            purpose=said.purpose if said else None,
            words=said.words if said else "",
            now=now,
        )
    except (PurposeNeededError, BadInputError) as error:
        if said is None:
            return purpose.ask(request, title=title, actor=actor, suggested=Purpose.APPROVE_NOTICE)
        return purpose.ask(request, title=title, actor=actor, said=said, error=error)
    if said is not None:
        purpose.take(opened.row.case_id, said, actor=actor, now=now)
    return _page(request, opened, Form(), actor=actor, now=now, words=said.words if said else "")


@require_POST
@staff(action=Action.NOTICE_APPROVE)
def approve(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Do what the pressed button says; a refused step stands in its form again."""
    notice_id, now = selectors.id_of(number), clock.now()
    form = Form(read=request.POST.get("read") == "1", digest=request.POST.get("digest", ""))
    try:
        _decide(request, notice_id, form, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours, not a form's
            raise
        said = purpose.said_in(request)  # when the notice was opened; without it nothing is shown
        opened = selectors.access_notice(
            actor=actor, notice_id=notice_id, purpose=said.purpose or None, words=said.words, now=now
        )
        form = replace(form, read=form.read and form.digest == opened.digest)  # the tick is for what was read
        return _page(request, opened, form, actor=actor, now=now, error=error, words=said.words)
    if not {"again", "cancel"} & set(request.POST):
        drafts.sent(actor, "remark", number, now=now)
    return redirect("notice", number)


def again(
    request: HttpRequest, notice_id: UUID, *, actor: Actor, now: datetime, error: RecourseError
) -> HttpResponse:
    """Show the notice with a refused form of the work on it, for the reason it was opened for."""
    said = purpose.said_in(request)
    opened = selectors.access_notice(
        actor=actor, notice_id=notice_id, purpose=said.purpose or None, words=said.words, now=now
    )
    return _page(request, opened, Form(), actor=actor, now=now, error=error, words=said.words)


def _decide(request: HttpRequest, notice_id: UUID, form: Form, *, actor: Actor, now: datetime) -> None:
    if "later" in request.POST:
        remark = request.POST.get("remark", "")
        if not remark.strip():
            raise RemarkNeededError
        services.send_back(notice_id=notice_id, remark=remark, actor=actor, now=now)
    elif "again" in request.POST:
        services.redraft(notice_id=notice_id, actor=actor, now=now)
    elif "cancel" in request.POST:
        services.cancel(notice_id=notice_id, actor=actor, now=now)
    elif form.read:
        services.approve(notice_id=notice_id, digest=form.digest, actor=actor, now=now)
    else:
        raise NotReadError


def _page(
    request: HttpRequest,
    opened: OpenNotice,
    form: Form,
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError | None = None,
    words: str = "",
) -> HttpResponse:
    def written(kind: str, *verbs: str) -> drafts.Written:
        was_refused = drafts.refused(request, *verbs)
        return drafts.written(request, kind, opened.row.number, refused=was_refused, actor=actor, now=now)

    work, letter = work_part(opened, actor=actor, now=now), written("letter", "write-into")
    verb = request.path.rpartition("/")[2]
    answer = request.POST if drafts.refused(request, "answered") else QueryDict()
    context = {
        "work": work,
        "written": written("remark", "approve"),
        "submission": written("submission", "submitted", "resubmitted"),
        "answer": answer,
        "answered_lines": answer.getlist("line"),
        "letter": letter,
        "in_letter": letter.fields or {"own_reasons": work.reasons, "addition": work.addition},
        "said": purpose.Said(opened.purpose, words),
        "page": notice_page(opened, actor=actor, now=now),
        "form": form,
        "problem": problem_of(error, at=_AT.get(verb, "")) if error else None,
    }
    return render(request, "desk/notice.html", context, status=error.status if error else 200)
