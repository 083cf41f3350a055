"""One case: opened for a stated purpose, decided on without looking.

Refuses: to lose a decision that was refused; the form stands again with everything in it.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from recourse.surfaces.desk.pages.case import Around, case_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.views import opening, purpose
from recourse.surfaces.desk.words import BASES, GROUNDS
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import OpenCase, Purpose
from recourse.work.hotline import selectors as hotline
from recourse.work.hotline import services as hotline_services
from recourse.work.notices import selectors as notices
from recourse.world.checks import selectors as checks

# Where the form of a verb stands on the page.
_AT = {"assess": "assess", "minor": "under", "mention": "mn", "hand-over": "minor"}


class IncompleteDecisionError(BadInputError):
    """The form of a decision lacks something."""

    code = "decision_incomplete"
    sentence = gettext_noop("Choose a decision and what it rests on.")


class NotSureError(BadInputError):
    """A step that nobody takes back, without its tick."""

    code = "not_ticked"
    sentence = gettext_noop("Tick that you mean it: this is not taken back.")


class NoItemsError(BadInputError):
    """A decision about places that names none."""

    code = "no_items"
    sentence = gettext_noop("Choose the items it is about.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for something she wrote, to stand in its field again."""

    mention: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision as the form brought it, or an empty one."""

    items: tuple[str, ...] = ()
    in_scope: str = ""
    basis: str = ""
    grounds: tuple[str, ...] = ()
    reasons: str = ""
    of_items: bool = False
    fresh: bool = True


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Ask for a purpose, or show the case for the one it was taken for."""
    case_id, now = cases.id_of(number), clock.now()
    title = _("Case %(number)s") % {"number": number}
    case = opening.opened(request, case_id, title=title, suggested=Purpose.ASSESS, actor=actor, now=now)
    if isinstance(case, HttpResponse):
        return case
    words = request.POST.get("words", "")
    return _page(request, case, Decision(), actor=actor, now=now, words=words)


@require_POST
@staff(action=Action.CASE_ASSESS)
def assess(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Record a decision; a refused one stands in its form again."""
    case_id, now = cases.id_of(number), clock.now()
    decision = _decision(request.POST)
    try:
        services.assess(
            case_id=case_id,
            item_ids=_item_ids(decision),
            in_scope=_chosen(decision, "in_scope", ("yes", "no")) == "yes",
            basis=_chosen(decision, "basis", tuple(BASES)),
            grounds=[ground for ground in decision.grounds if ground in GROUNDS],
            reasons=decision.reasons,
            actor=actor,
            now=now,
        )
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours, not a form's
            raise
        return _again(request, case_id, decision, actor=actor, now=now, error=error)
    drafts.sent(actor, "assess", number, now=now)
    return redirect("desk-case", number)


@require_POST
@staff(action=Action.CASE_ASSESS)
def mention(request: HttpRequest, number: str, mention_id: UUID, *, actor: Actor) -> HttpResponse:
    """Name the place that something she wrote means, or set it aside."""
    case_id, now = cases.id_of(number), clock.now()
    text = request.POST.get("text", "")
    try:
        if "aside" in request.POST:
            hotline_services.set_aside_mention(mention_id=mention_id, case_id=case_id, actor=actor, now=now)
        else:
            hotline_services.place_mention(
                mention_id=mention_id, case_id=case_id, text=text, actor=actor, now=now
            )
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours, not a form's
            raise
        typed = Typed(mention_id, text)
        return _again(request, case_id, Decision(), actor=actor, now=now, error=error, typed=typed)
    return redirect("desk-case", number)


@require_POST
@staff(action=Action.CASE_ASSESS)
def hand_over(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Record that a person handed the case to the licensed body."""
    case_id, now = cases.id_of(number), clock.now()
    body, reference = request.POST.get("body", ""), request.POST.get("their_reference", "")
    try:
        services.record_hand_over(case_id=case_id, body=body, their_reference=reference, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours, not a form's
            raise
        return _again(request, case_id, Decision(), actor=actor, now=now, error=error)
    return redirect("desk-case", number)


@require_POST
@staff(action=Action.CASE_NOTE)
def minor(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Put the case on the minor path; what companies hold of it is withdrawn in the same step."""
    case_id, now = cases.id_of(number), clock.now()
    try:
        if not request.POST.get("sure"):
            raise NotSureError
        hotline_services.mark_minor(case_id=case_id, actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500:  # noqa: PLR2004 - ours, not a form's
            raise
        return _again(request, case_id, Decision(), actor=actor, now=now, error=error)
    return redirect("desk-case", number)


def _decision(post: QueryDict) -> Decision:
    return Decision(
        items=tuple(post.getlist("item")),
        in_scope=post.get("in_scope", ""),
        basis=post.get("basis", ""),
        grounds=tuple(post.getlist("grounds")),
        reasons=post.get("reasons", ""),
        of_items="of_items" in post,
        fresh=False,
    )


def _item_ids(decision: Decision) -> list[UUID]:
    if decision.of_items and not decision.items:
        raise NoItemsError
    try:
        return [UUID(one) for one in decision.items]
    except ValueError:
        raise IncompleteDecisionError("item") from None


def _chosen(decision: Decision, name: str, offered: tuple[str, ...]) -> str:
    value: str = getattr(decision, name)
    if value not in offered:
        raise IncompleteDecisionError(name)
    return value


def _again(
    request: HttpRequest,
    case_id: UUID,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError,
    typed: Typed | None = None,
) -> HttpResponse:
    """Show the refused form again, for the reason that was given when it was opened.

    Raises:
        PurposeNeededError: none was, and the actor holds no claim: then nothing is shown.
    """
    opened = opening.again(request, case_id, actor=actor, now=now)
    words = request.POST.get("words", "")
    return _page(request, opened, decision, actor=actor, now=now, error=error, typed=typed, words=words)


def _page(
    request: HttpRequest,
    opened: OpenCase,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError | None = None,
    typed: Typed | None = None,
    words: str = "",
) -> HttpResponse:
    written = drafts.written(
        request, "assess", opened.number, refused=not decision.fresh, actor=actor, now=now
    )
    context = {
        "written": written,
        "handed": request.POST if error else None,
        "typed": typed,
        "said": purpose.Said(opened.purpose, words),
        "page": case_page(opened, _around(opened, actor), actor=actor, now=now),
        "form": _decision(written.fields) if written.kept_at else decision,
        "problem": problem_of(error, at=_AT[request.path.split("/")[3]]) if error else None,
    }
    return render(request, "desk/case.html", context, status=error.status if error else 200)


def _around(opened: OpenCase, actor: Actor) -> Around:
    """Collect what other rooms know of a case that is open already."""
    visible = [item for item in opened.items if item.place_id is not None]
    return Around(
        reports=hotline.reports_of(opened),
        contact=hotline.safe_contact_of(opened),
        availability=checks.availability([item.place_id for item in visible if item.place_id]),
        looks={
            item.id: checks.history_since(item.place_id, item.created_at) for item in visible if item.place_id
        },
        notices=notices.notices_of(actor=actor, case_id=opened.id),
        tracks=notices.tracks([item.id for item in visible]),
        waiting=notices.waiting_for([opened.id]).get(opened.id, ()),
        steps=cases.steps_of(opened.id),
    )
