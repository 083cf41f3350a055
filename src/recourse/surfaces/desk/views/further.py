"""Asking further about one item: another kind, another channel, an authority; and the contact of a site's host.

A voluntary request and a formal decision run beside each other; each is a notice of its own, approved as any other.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, NotFoundError, RecourseError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import offered
from recourse.surfaces.desk.views import item as item_view
from recourse.surfaces.desk.words import NOTICE_KINDS
from recourse.surfaces.desk.words_notices import HOST_FOUND_BY
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.notices import services
from recourse.work.notices.selectors import number_of
from recourse.world.recipients import selectors as recipients_read
from recourse.world.recipients import services as recipients
from recourse.world.recipients.domain import FoundBy


class NoWayError(BadInputError):
    """Asked further without saying whom."""

    code = "no_way_chosen"
    sentence = gettext_noop("Choose whom to ask, and for what.")


@require_POST
@staff(action=Action.NOTICE_APPROVE)
def ask(request: HttpRequest, number: str, item: int, *, actor: Actor) -> HttpResponse:
    """Draft a notice of the chosen kind on the chosen channel, and go to it."""
    case_id, now = cases_read.id_of(number), clock.now()
    kind, _, channel_id = request.POST.get("way", "").partition(" ")
    try:
        if kind not in NOTICE_KINDS or not channel_id:
            raise NoWayError
        drafted = services.draft_further(
            case_id=case_id,
            place_ids=[_place(case_id, item)],
            kind=kind,
            channel_id=channel_id[:64],
            actor=actor,
            now=now,
            new_facts=request.POST.get("new_facts", ""),
        )
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        return item_view.again(request, case_id, item, actor=actor, now=now, error=error)
    drafts.sent(actor, "further", f"{number}/{item}", now=now)
    return redirect("notice", number_of(drafted[0]))


@require_POST
@staff(action=Action.CONTACT_RECORD)
def host(request: HttpRequest, number: str, item: int, *, actor: Actor) -> HttpResponse:
    """Enter the abuse contact of the host that the item's place is at, or say that it is still the right one."""
    case_id, now = cases_read.id_of(number), clock.now()
    accounts.require(actor, Action.CONTACT_RECORD)
    try:
        cases.require_free(case_id=case_id, actor=actor, now=now)
        _enter(request.POST, _place(case_id, item), actor, now)
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        return item_view.again(request, case_id, item, actor=actor, now=now, error=error)
    return redirect("item", number, item)


def _enter(post: QueryDict, place_id: UUID, actor: Actor, now: datetime) -> None:
    known = recipients_read.host_at(place_id) if "confirm" in post else None
    if known is not None:
        recipients.confirm_host(recipient_id=known.recipient_id, now=now, by=actor.staff_id)
        return
    found_by = FoundBy(offered(post.get("found_by", ""), HOST_FOUND_BY))
    address = post.get("address", "")
    recipients.set_host(place_id=place_id, address=address, found_by=found_by, now=now, by=actor.staff_id)


def _place(case_id: UUID, number: int) -> UUID:
    """Return the place of an item of this case.

    Raises:
        NotFoundError: the case has no such item, or it names no place any more.
    """
    place_id = cases_read.place_of(case_id, number)
    if place_id is None:
        raise NotFoundError(f"place of item {number} of case {case_id}")
    return place_id
