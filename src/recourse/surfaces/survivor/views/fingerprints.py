"""Fingerprints that her own device makes: a step of the report, and a page of her case.

What comes is text, letter by letter what stood on her page. Refuses: a file, as everywhere; anything on the minor
path, where the page leads to the body that may deal with it; to lose what was made when a sending is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.surfaces.frame.headers import plays_chosen_files
from recourse.surfaces.frame.language import PARAMETER, offered
from recourse.surfaces.frame.problems import FormExpiredError
from recourse.surfaces.survivor import cookies, drafts, lines
from recourse.surfaces.survivor.elsewhere import guides
from recourse.surfaces.survivor.opened import Here, in_her_case
from recourse.surfaces.survivor.refusals import Refusal, refusal
from recourse.surfaces.survivor.tokens import is_from_our_form
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import (
    AlreadySentError,
    DraftView,
    NothingOfMinorsError,
    NothingWrittenError,
    on_minor_path,
)
from recourse.work.hotline.services.drafts import NoDraftError
from recourse.world.matching import selectors as matching
from recourse.world.matching.domain import BadFingerprintError, TooManyFingerprintsError

FIELD = "fingerprint"
REFUSED = (BadFingerprintError, TooManyFingerprintsError, NothingOfMinorsError, NothingWrittenError)


@csrf_exempt  # checked inside, so that a stale token does not cost her what was made
@require_http_methods(["GET", "HEAD", "POST"])
def in_report(request: HttpRequest) -> HttpResponse:
    """Show the step of the report; keep what she made and go on."""
    now = clock.now()
    draft = drafts.current(request, now=now)
    if draft is None:
        return redirect("begin")
    if draft.code:
        return redirect("code")
    if request.method == "POST":
        return _take(request, draft, now)
    return _step(request, draft, draft.fingerprints, now)


def _take(request: HttpRequest, draft: DraftView, now: datetime) -> HttpResponse:
    given = request.POST.getlist(FIELD)
    if not is_from_our_form(request):
        problem = Refusal(_("Nothing is lost"), _(FormExpiredError.sentence), FormExpiredError.code)
        return _step(request, draft, given, now, problem, status=403)
    try:
        _keep(request, given, now)
    except REFUSED as error:
        return _step(request, draft, given, now, refusal(error, _("Not kept")), status=error.status)
    except (NoDraftError, AlreadySentError):
        return redirect("begin")
    return _onward(request)


def _keep(request: HttpRequest, given: Sequence[str], now: datetime) -> None:
    ticket = cookies.read_draft_ticket(request)
    if ticket is None:
        raise NoDraftError("fingerprints")
    hotline.keep_fingerprints(
        draft_id=ticket.draft_id, secret=ticket.secret, texts=given, now=now, language=get_language() or ""
    )


def _onward(request: HttpRequest) -> HttpResponse:
    """Go where the pressed button leads; a button of the languages leads back here."""
    if language := offered(request.POST.get(PARAMETER)):
        return HttpResponseRedirect(f"{request.path}?{urlencode({PARAMETER: language})}")
    return redirect("saved" if "stop" in request.POST else "check")


def _step(
    request: HttpRequest,
    draft: DraftView,
    given: Sequence[str],
    now: datetime,
    problem: Refusal | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    minor = on_minor_path(draft.answers)
    context = {
        "draft": draft,
        "minor": minor,
        "guides": guides(minor_path=minor, today=now.date()),
        "lines": lines.of(given),
        "problem": problem,
    }
    return plays_chosen_files(render(request, "survivor/step.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
@in_her_case
def in_case(request: HttpRequest, here: Here) -> HttpResponse:
    """Show what the case holds, and take more."""
    if request.method != "POST":
        return _page(request, here)
    given = request.POST.getlist(FIELD)
    try:
        hotline.add_fingerprints(case=here.own, texts=given, now=here.now)
    except REFUSED as error:
        return _page(request, here, given, refusal(error, _("Not sent")), status=error.status)
    return redirect("fingerprints")


@require_POST
@in_her_case
def take_out(request: HttpRequest, here: Here) -> HttpResponse:
    """Take one out; pressed twice, it is out once."""
    try:
        which = UUID(request.POST.get("which", ""))
        hotline.take_out_fingerprint(case=here.own, fingerprint_id=which, now=here.now)
    except (ValueError, NotFoundError):
        pass  # out already, or never hers: the page shows what is there
    return redirect("fingerprints")


@require_POST
@in_her_case
def agree(request: HttpRequest, here: Here) -> HttpResponse:
    """Note whether companies may get the fingerprints of her pictures."""
    agreed = request.POST.get("agreed", "")
    if agreed in {"0", "1"}:
        hotline.agree_to_sharing(case=here.own, agreed=agreed == "1", now=here.now)
    return redirect("fingerprints")


def _page(
    request: HttpRequest,
    here: Here,
    given: Sequence[str] = (),
    problem: Refusal | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    minor = here.own.minor_path
    context = {
        "minor": minor,
        "guides": guides(minor_path=minor, today=here.now.date()),
        "agreed_since": matching.agreed_since(here.own.case_id),
        "held": lines.held(matching.fingerprints_of(here.own.case_id)),
        "lines": lines.of(given),
        "problem": problem,
        "back": reverse("case"),
    }
    return plays_chosen_files(render(request, "survivor/fingerprints.html", context, status=status))
