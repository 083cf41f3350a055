"""One item: its story, its facts, and what more can be asked about it.

Refuses: to lose what was typed; a refused form stands again with everything in it.
"""

from __future__ import annotations

from dataclasses import fields as fields_of
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError, RecourseError
from recourse.people.accounts.domain import Action, Actor, may
from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import moment, offered
from recourse.surfaces.desk.pages.further import further
from recourse.surfaces.desk.pages.item import Around, FactsForm, choices, facts_form, item_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.views import opening, purpose
from recourse.surfaces.desk.words_items import DEPICTED, NAMES_VISIBLE, NATURES, RELATIONS, THREATS
from recourse.work.cases import selectors as cases
from recourse.work.cases import services
from recourse.work.cases.domain import (
    Depicted,
    Facts,
    NamesVisible,
    Nature,
    OpenCase,
    OpenItem,
    Purpose,
    Relation,
    Threat,
)
from recourse.work.notices import selectors as notices
from recourse.world.checks import selectors as checks
from recourse.world.evidence import selectors as evidence
from recourse.world.locations import selectors as locations


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, number: str, item: int, *, actor: Actor) -> HttpResponse:
    """Ask for a purpose, or show the item for the one its case was taken for."""
    case_id, now = cases.id_of(number), clock.now()
    title = _("Case %(number)s") % {"number": number}
    case = opening.opened(request, case_id, title=title, suggested=Purpose.ASSESS, actor=actor, now=now)
    if isinstance(case, HttpResponse):
        return case
    return _page(request, case, item, actor=actor, now=now)


@require_POST
@staff(action=Action.CASE_NOTE)
def record(request: HttpRequest, number: str, item: int, *, actor: Actor) -> HttpResponse:
    """Record the facts of an item, or with item 0 of the report itself."""
    case_id, now = cases.id_of(number), clock.now()
    form = _form(request.POST)
    try:
        item_id = None if item == 0 else cases.item_id_of(case_id, item)
        services.record_facts(case_id=case_id, facts=_facts(form, item_id), actor=actor, now=now)
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        case = opening.again(request, case_id, actor=actor, now=now)
        return _page(request, case, item, actor=actor, now=now, form=form, error=error)
    drafts.sent(actor, "facts", f"{number}/{item}", now=now)
    return redirect("item", number, item)


def again(
    request: HttpRequest, case_id: UUID, item: int, *, actor: Actor, now: datetime, error: RecourseError
) -> HttpResponse:
    """Show the item with a refused form of asking further, for the reason its case was opened for."""
    case = opening.again(request, case_id, actor=actor, now=now)
    return _page(request, case, item, actor=actor, now=now, error=error)


def _form(post: QueryDict) -> FactsForm:
    return FactsForm(**{one.name: post.get(one.name, "") for one in fields_of(FactsForm)})


def _facts(form: FactsForm, item_id: object) -> Facts:
    return Facts(
        item_id=item_id,  # type: ignore[arg-type]
        depicted=Depicted(offered(form.depicted, DEPICTED)),
        nature=Nature(offered(form.nature, NATURES)),
        names_visible=NamesVisible(offered(form.names_visible, NAMES_VISIBLE)),
        relation=Relation(offered(form.relation, RELATIONS)),
        threat=Threat(offered(form.threat, THREATS)),
        threat_by=moment(form.threat_day, form.threat_hour),
        position=form.position,
        words=form.words_of_facts,
    )


def _page(
    request: HttpRequest,
    case: OpenCase,
    number: int,
    *,
    actor: Actor,
    now: datetime,
    form: FactsForm | None = None,
    error: RecourseError | None = None,
) -> HttpResponse:
    item = next((one for one in case.items if one.number == number), None)
    if item is None and number:
        raise NotFoundError(f"item {number} of case {case.id}")
    subject = f"{case.number}/{number}"
    facts = drafts.written(request, "facts", subject, refused=form is not None, actor=actor, now=now)
    recorded = next((one for one in case.facts if one.item_id == (item.id if item else None)), None)
    shown = form or (_form(facts.fields) if facts.kept_at else facts_form(recorded))
    asks_refused = drafts.refused(request, "ask")
    around = _around(case, item, actor, now) if item else None
    place_id = item.place_id if item else None
    asks = may(actor.role, Action.NOTICE_APPROVE) and item is not None and bool(item.in_scope)
    context = {
        "further": further(place_id, item.platform, around.requests, now=now)
        if item and around and place_id
        else None,
        "may_ask": asks,
        "may_contact": may(actor.role, Action.CONTACT_RECORD),
        "asked": drafts.written(request, "further", subject, refused=asks_refused, actor=actor, now=now),
        "host": request.POST if drafts.refused(request, "host") else QueryDict(),
        "said": purpose.Said(case.purpose, request.POST.get("words", "")),
        "number": case.number,
        "item": number,
        "page": item_page(case, item, around, now=now) if item and around else None,
        "form": shown,
        "choices": choices(shown),
        "recorded": recorded,
        "may_note": may(actor.role, Action.CASE_NOTE),
        "written": facts,
        "case_link": reverse("desk-case", args=[case.number]),
        "problem": problem_of(error, at="facts" if form else "further") if error else None,
    }
    return render(request, "desk/item.html", context, status=error.status if error else 200)


def _around(case: OpenCase, item: OpenItem, actor: Actor, now: datetime) -> Around:
    place_id = item.place_id
    return Around(
        availability=checks.availability([place_id]).get(place_id) if place_id else None,
        looks=checks.history_since(place_id, item.created_at) if place_id else (),
        captures=evidence.captures_since(place_id, item.created_at) if place_id else (),
        requests=notices.about_item(actor=actor, item_id=item.id),
        rule=locations.rule_view(item.platform, item.kind, now=now) if place_id else None,
    )
