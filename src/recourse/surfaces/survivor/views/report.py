"""The report: first page, one question a page, the check before sending, sending, stopping for now.

Each view reads a form, calls the hotline once and renders. Refuses: to lose what was typed. A refused answer
stands in its field again, with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError
from recourse.surfaces.frame.answers import all_told, told
from recourse.surfaces.frame.language import PARAMETER, offered
from recourse.surfaces.frame.problems import FormExpiredError
from recourse.surfaces.survivor import cookies, drafts, forms
from recourse.surfaces.survivor.tokens import is_from_our_form
from recourse.work.cases.domain import gives_mandate
from recourse.work.cases.domain.text import FieldTooLongError
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import (
    QUESTIONS,
    AlreadySentError,
    BadAnswerError,
    ContactRefusedError,
    Question,
    check_contact,
    checked,
    first,
    next_question,
    on_minor_path,
    question_of,
)
from recourse.work.hotline.services.drafts import NoDraftError

FIRST = QUESTIONS[0].key
CONTACT = "safe_contact"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above a question; `field` names the one to mend, `code` is the stable one of a refusal."""

    words: str
    todo: str
    code: str = ""
    field: str = ""

    @property
    def problem(self) -> bool:
        """Whether something was refused."""
        return bool(self.code)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show the first page; no cookie is needed to read it."""
    draft = drafts.current(request, now=clock.now())
    return render(request, "survivor/start.html", {"first": FIRST, "draft": draft})


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Go on where she stopped."""
    draft = drafts.current(request, now=clock.now())
    if draft is None:
        return redirect("question", FIRST)
    key = drafts.to_go_on(draft)
    return redirect("question", key) if key else redirect("check")


@csrf_exempt  # checked inside, so that a stale token does not cost her the text
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, key: str) -> HttpResponse:
    """Show one question; store its answer and go on."""
    asked = question_of(key)
    now = clock.now()
    if request.method == "POST":
        return _answer(request, asked, now)
    draft = drafts.current(request, now=now)
    if draft is not None and draft.code:
        return redirect("code")
    notice = None
    if "lost" in request.GET:
        notice = Notice(
            _("What you wrote before was more than a day old and is deleted."),
            _("Your last answer is saved."),
        )
    values = draft.answers.get(key, {}) if draft else {}
    return _page(request, asked, values, now, notice=notice or _unusable(asked, values))


def _answer(request: HttpRequest, asked: Question, now: datetime) -> HttpResponse:
    values = {} if "skip" in request.POST else forms.typed(asked, request.POST)
    if not is_from_our_form(request):
        notice = Notice(
            _("This page was open for too long, or cookies are switched off."),
            _("Nothing is lost: what you wrote stands below. Press the button once more."),
            code=FormExpiredError.code,
        )
        return _page(request, asked, forms.typed(asked, request.POST), now, notice=notice, status=403)
    try:
        kept = drafts.keep(request, asked.key, values, now=now)
    except AlreadySentError:
        return redirect("code")
    except (FieldTooLongError, BadAnswerError) as error:
        return _page(request, asked, values, now, notice=_refusal(error), status=error.status)
    unusable = _unusable(asked, values) if _goes_on(request) else None
    if unusable is not None:
        response = _page(request, asked, values, now, notice=unusable, status=400)
    elif forms.is_marred(values) and "marred" not in request.POST:
        response = _page(request, asked, values, now, notice=_marred(), status=400)
    else:
        response = _onward(request, asked, lost=kept.lost)
    if kept.new:
        cookies.give_draft_ticket(response, kept.ticket)
    return response


def _onward(request: HttpRequest, asked: Question, *, lost: bool) -> HttpResponseRedirect:
    """Go where the pressed button leads."""
    if language := offered(request.POST.get(PARAMETER)):
        return HttpResponseRedirect(
            f"{request.path}?{urlencode({**request.GET.dict(), PARAMETER: language})}"
        )
    if "stop" in request.POST:
        return redirect("saved")
    if "back" in request.POST:
        before = forms.question_view(asked, {}).before
        return redirect("question", before) if before else redirect("start")
    after = next_question(asked.key)
    then = request.POST.get("then")
    if then == "on":  # she changed an answer on the way: back to where she was
        return redirect("begin")
    if then == "check" or after is None:
        return redirect("check" if then == "check" else "fingerprints-step")
    address = reverse("question", args=[after])
    return HttpResponseRedirect(f"{address}?lost=1" if lost else address)


def _refusal(error: FieldTooLongError | BadAnswerError) -> Notice:
    if isinstance(error, FieldTooLongError):
        todo = ngettext(
            "It has %(length)d characters; %(limit)d fit. Nothing is lost: shorten it and go on.",
            "It has %(length)d characters; %(limit)d fit. Nothing is lost: shorten it and go on.",
            error.length,
        )
        counts = {"length": error.length, "limit": error.limit}
        return Notice(_("This is longer than we can take."), todo % counts, error.code, error.field)
    return Notice(
        _("One of the answers is not on the list."), _("Please choose again."), error.code, error.field
    )


def _goes_on(request: HttpRequest) -> bool:
    """Tell whether she goes on; whoever stops, goes back or changes the language is not held up by a mistake."""
    return not ({"stop", "back", PARAMETER} & request.POST.keys())


def _unusable(asked: Question, values: Mapping[str, Sequence[str]]) -> Notice | None:
    """Return what is wrong with a safe contact as it was typed, which is saved all the same."""
    if asked.key != CONTACT:
        return None
    try:
        check_contact(checked(asked.key, values))
    except ContactRefusedError as error:
        return Notice(
            _(error.sentence), _("Your answer is saved as it stands below."), error.code, error.field
        )
    return None


def _marred() -> Notice:
    return Notice(
        _("Some signs could not be read. They are shown as “�”."),
        _("Your answer is saved as it stands below. Correct it if you like, then go on."),
        code=BadInputError.code,
    )


def _page(
    request: HttpRequest,
    asked: Question,
    values: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    notice: Notice | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = drafts.current(request, now=now)
    context = {
        "question": forms.question_view(asked, values, notice.field if notice else ""),
        "draft": draft,
        "told": told(draft.answers, but=asked.key) if draft else [],
        "notice": notice,
        "then": _then(request),
        "marred": request.method == "POST" and forms.is_marred(values),
    }
    return render(request, "survivor/question.html", context, status=status)


def _then(request: HttpRequest) -> str:
    """Return where a changed answer leads back to: the list before sending, or where she was; "" for onward."""
    asked_for = request.POST.get("then") or request.GET.get("then")
    return asked_for if asked_for in {"check", "on"} else ""


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show every answer before it is sent."""
    draft = drafts.current(request, now=clock.now())
    if draft is None:
        return redirect("question", FIRST)
    if draft.code:
        return redirect("code")
    context = {
        "draft": draft,
        "answers": all_told(draft.answers),
        "minor": on_minor_path(draft.answers),
        "mandate": gives_mandate(first(draft.answers, "for_whom", "for_whom")),
    }
    return render(request, "survivor/check.html", context)


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Store the report for good; pressed twice, it is stored once."""
    ticket = cookies.read_draft_ticket(request)
    if ticket is None:
        return _nothing_to_send(request)
    try:
        hotline.submit_report(
            draft_id=ticket.draft_id,
            secret=ticket.secret,
            now=clock.now(),
            language=get_language() or "",
        )
    except NoDraftError:
        return _nothing_to_send(request)
    except ContactRefusedError:  # the question says why, above what she typed
        return HttpResponseRedirect(f"{reverse('question', args=[CONTACT])}?then=check")
    return redirect("code")


def _nothing_to_send(request: HttpRequest) -> HttpResponse:
    if cookies.read_case_ticket(request):
        return redirect("case")  # sent and acknowledged before, and sent again by the browser
    raise NoDraftError("nothing to send")


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """Say that it is saved, for how long, and where."""
    draft = drafts.current(request, now=clock.now())
    if draft is None:
        return redirect("start")
    if draft.code:
        return redirect("code")
    return render(request, "survivor/saved.html", {"draft": draft})


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """Delete the draft at once; never one that was sent, because the code is in it."""
    if drafts.code_of(request, now=clock.now()):
        return redirect("code")
    ticket = cookies.read_draft_ticket(request)
    response = redirect("start")
    if ticket is not None:
        hotline.discard_draft(draft_id=ticket.draft_id, secret=ticket.secret, now=clock.now())
        cookies.take(response, cookies.DRAFT)
    return response
