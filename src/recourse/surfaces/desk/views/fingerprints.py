"""A person's review of a case's fingerprints: reviewed, given to companies, let in after somebody looked why they wait.

Refuses: to show a hash or a picture of one. A hash can be turned into a blurred shape of the picture.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, ConflictError, NotFoundError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import offered
from recourse.surfaces.desk.pages.fingerprints import fingerprints_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.views import opening, purpose
from recourse.work.cases import selectors as cases_read
from recourse.work.cases.domain import OpenCase, Purpose
from recourse.work.hotline import services as hotline
from recourse.world.matching import selectors as matching

MOST = 500
_AT = {"compare": "cmp", "match": "mt", "agree": "agr"}  # where the form of a verb stands on the page


class NoneChosenError(BadInputError):
    """A verb on no fingerprint."""

    code = "no_fingerprint_chosen"
    sentence = gettext_noop("Choose the fingerprints that you mean.")


class NotToldError(BadInputError):
    """Her agreement, without what she agreed to."""

    code = "not_told"
    sentence = gettext_noop(
        "Read it to her first, then tick the box: she can only agree to what she was told."
    )


class NothingNearError(ConflictError):
    """A hash that no fingerprint of the case is near."""

    code = "nothing_near"
    sentence = gettext_noop(
        "No fingerprint of this case is within 31 bits of this one. Nothing was recorded."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Ask for a purpose, or show the fingerprints of the case."""
    case_id, now = cases_read.id_of(number), clock.now()
    title = _("Case %(number)s") % {"number": number}
    case = opening.opened(request, case_id, title=title, suggested=Purpose.ASSESS, actor=actor, now=now)
    if isinstance(case, HttpResponse):
        return case
    return _page(request, case, actor=actor)


@require_POST
@staff(action=Action.CASE_NOTE)
def act(request: HttpRequest, number: str, verb: str, *, actor: Actor) -> HttpResponse:
    """Do what the pressed button says with the chosen ones; a refused form stands again."""
    case_id, now = cases_read.id_of(number), clock.now()
    try:
        _do(request, case_id, verb, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        case = opening.again(request, case_id, actor=actor, now=now)
        return _page(request, case, actor=actor, error=error)
    return redirect("desk-fingerprints", number)


def _do(request: HttpRequest, case_id: UUID, verb: str, *, actor: Actor, now: datetime) -> None:
    if verb == "let-in":
        hotline.let_in_fingerprints(case_id=case_id, actor=actor, now=now)
    elif verb == "review":
        hotline.review_fingerprints(case_id=case_id, only=_chosen(request), actor=actor, now=now)
    elif verb == "compare":
        case = opening.again(request, case_id, actor=actor, now=now)
        value, address = request.POST.get("hash", ""), request.POST.get("address", "")
        if not hotline.compare_found(case=case, value=value, address=address, actor=actor, now=now):
            raise NothingNearError
    elif verb == "match":
        case = opening.again(request, case_id, actor=actor, now=now)
        confirmed = offered(request.POST.get("hers", ""), {"0", "1"}) == "1"
        match_id = _id(request.POST.get("match", ""))
        hotline.decide_match(case=case, match_id=match_id, confirmed=confirmed, actor=actor, now=now)
    elif verb == "agree":
        agreed = offered(request.POST.get("agreed", ""), {"0", "1"}) == "1"
        if agreed and request.POST.get("told") != "1":
            raise NotToldError
        case = opening.again(request, case_id, actor=actor, now=now)
        hotline.record_agreement(case=case, agreed=agreed, actor=actor, now=now)
    elif verb == "share":
        only = _chosen(request)
        case = opening.again(request, case_id, actor=actor, now=now)
        hotline.share_fingerprints(case=case, only=only, actor=actor, now=now)
    else:
        raise NotFoundError("verb")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("match") from None


def _chosen(request: HttpRequest) -> list[UUID]:
    try:
        chosen = [UUID(one) for one in request.POST.getlist("which")[:MOST]]
    except ValueError:
        raise NoneChosenError from None
    if not chosen:
        raise NoneChosenError
    return chosen


def _page(
    request: HttpRequest, case: OpenCase, *, actor: Actor, error: RecourseError | None = None
) -> HttpResponse:
    views, agreed = matching.fingerprints_of(case.id), matching.agreed_since(case.id)
    found = matching.matches_of(case.id, case.key)
    context = {
        "typed": request.POST if error else QueryDict(),
        "said": purpose.Said(case.purpose, request.POST.get("words", "")),
        "page": fingerprints_page(case, views, found, matching.sources(), agreed, actor=actor),
        "chosen": request.POST.getlist("which") if error else [],
        "problem": problem_of(error, at=_AT.get(request.path.rpartition("/")[2], "held")) if error else None,
    }
    return render(request, "desk/fingerprints.html", context, status=error.status if error else 200)
