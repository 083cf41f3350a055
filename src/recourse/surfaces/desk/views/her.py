"""Reaching her: messages, tellings, a new code, her choices, freezing, a legal hold. One address per verb.

Refuses: to show a pick-up code twice, or to anybody but the person who asked for it in that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import offered
from recourse.surfaces.desk.pages.her import Around, her_page
from recourse.surfaces.desk.pages.parts import problem_of
from recourse.surfaces.desk.views import opening, purpose
from recourse.surfaces.desk.words_her import CHOICE_RULES, CONFIRMED, LINKS, REACHED
from recourse.surfaces.frame.spelling import spoken
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OpenCase, Purpose
from recourse.work.hotline import selectors as hotline_read
from recourse.work.hotline import services as hotline
from recourse.world.matching import selectors as matching


@dataclass(frozen=True, slots=True)
class Told:
    """What a form brought, for one case and one person."""

    case_id: UUID
    post: QueryDict
    actor: Actor
    now: datetime

    def id_of(self, name: str) -> UUID:
        """Return an id of the form.

        Raises:
            NotFoundError: it is none.
        """
        try:
            return UUID(self.post.get(name, ""))
        except ValueError:
            raise NotFoundError(name) from None

    def of_this_case(self, row_id: UUID) -> UUID:
        """Let pass an id of a telling of this case.

        Raises:
            NotFoundError: it belongs to another.
        """
        if row_id not in {row.id for row in hotline_read.reached_of(self.case_id)}:
            raise NotFoundError(f"telling of case {self.case_id}")
        return row_id

    def pickup(self) -> UUID:
        """Return the new code that is on its way in this case.

        Raises:
            NotFoundError: none is.
        """
        found = hotline_read.pickup_of(self.case_id)
        if found is None:
            raise NotFoundError(f"new code of case {self.case_id}")
        return found.id


def _reached(told: Told) -> None:
    row_id = told.of_this_case(told.id_of("telling"))
    outcome = offered(told.post.get("outcome", ""), REACHED)
    hotline.record_reached(outreach_id=row_id, outcome=outcome, actor=told.actor, now=told.now)


def _write_now(told: Told) -> None:
    row_id = told.of_this_case(told.id_of("telling"))
    hotline.write_at_her_hour(outreach_id=row_id, actor=told.actor, now=told.now)


def _ask_code(told: Told) -> None:
    by_mail = told.post.get("by_mail") == "1"
    hotline.ask_new_code(case_id=told.case_id, by_mail=by_mail, actor=told.actor, now=told.now)


def _confirm_code(told: Told) -> None:
    how = offered(told.post.get("how", ""), CONFIRMED)
    hotline.confirm_new_code(pickup_id=told.pickup(), how=how, actor=told.actor, now=told.now)


def _stop_code(told: Told) -> None:
    hotline.stop_new_code(case_id=told.case_id, actor=told.actor, now=told.now)


def _freeze(told: Told) -> None:
    cases.freeze_case(case_id=told.case_id, actor=told.actor, now=told.now)


def _hold(told: Told) -> None:
    hold = told.post.get("hold") == "1"
    cases.set_legal_hold(case_id=told.case_id, hold=hold, actor=told.actor, now=told.now)


def _link(told: Told) -> None:
    number = told.post.get("number", "")
    seen = offered(told.post.get("seen", ""), LINKS)
    cases.answer_link(
        case_id=told.case_id,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,  # noqa: PLR2004
        seen=seen,
        actor=told.actor,
        now=told.now,
    )


def _override(told: Told) -> None:
    cases.override_choice(
        case_id=told.case_id,
        channel_id=told.post.get("channel", "")[:64],
        rule=offered(told.post.get("rule", ""), CHOICE_RULES),
        words=told.post.get("why", ""),
        actor=told.actor,
        now=told.now,
    )


VERBS: Mapping[str, Callable[[Told], None]] = {
    "reached": _reached,
    "write-now": _write_now,
    "ask-code": _ask_code,
    "confirm-code": _confirm_code,
    "stop-code": _stop_code,
    "freeze": _freeze,
    "hold": _hold,
    "link": _link,
    "override": _override,
}
_OF_THE_CASE = frozenset({"message", "read", "hand-over"})
# Where the form of a verb stands on the page.
_AT: Mapping[str, str] = {
    "message": "ms", "read": "ms", "reached": "rc", "write-now": "rc", "override": "ch", "link": "lk",
    "ask-code": "nc", "confirm-code": "nc", "stop-code": "nc", "hand-over": "nc", "freeze": "pr", "hold": "pr",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.CASE_OPEN)
def show(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Ask for a purpose, or show how she is reached."""
    case_id, now = cases_read.id_of(number), clock.now()
    title = _("Case %(number)s") % {"number": number}
    case = opening.opened(
        request, case_id, title=title, suggested=Purpose.ANSWER_SURVIVOR, actor=actor, now=now
    )
    if isinstance(case, HttpResponse):
        return case
    return _page(request, case, actor=actor, now=now)


@require_POST
@staff(action=Action.CASE_OPEN)
def act(request: HttpRequest, number: str, verb: str, *, actor: Actor) -> HttpResponse:
    """Do what one form says; a refused one stands again."""
    case_id, now = cases_read.id_of(number), clock.now()
    told = Told(case_id, request.POST, actor, now)
    try:
        if verb in _OF_THE_CASE:
            return _with_her_words(request, told, verb, number)
        if verb not in VERBS:
            raise NotFoundError("verb")
        VERBS[verb](told)
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        case = opening.again(request, case_id, actor=actor, now=now)
        return _page(request, case, actor=actor, now=now, error=error)
    if verb == "override":
        drafts.sent(actor, verb, number, now=now)
    return redirect("her", number)


def _with_her_words(request: HttpRequest, told: Told, verb: str, number: str) -> HttpResponse:
    """Do what needs the case opened: write to her, note hers as read, read a pick-up code aloud."""
    actor, now = told.actor, told.now
    if verb == "hand-over":
        code = hotline.hand_over(pickup_id=told.pickup(), actor=actor, now=now)
        return render(request, "desk/pickup.html", {"number": number, "code": code, "spoken": spoken(code)})
    case = opening.again(request, told.case_id, actor=actor, now=now)
    if verb == "read":
        hotline.note_read_by_us(case=case, actor=actor, now=now)
        if told.post.get("message", "").strip():  # what was begun beside it is not sent, and not lost either
            drafts.put_by(actor, "message", number, told.post, now=now)
    else:
        hotline.write_to_her(case=case, text=told.post.get("message", ""), actor=actor, now=now)
        drafts.sent(actor, "message", number, now=now)
    return redirect("her", number)


def _page(
    request: HttpRequest,
    case: OpenCase,
    *,
    actor: Actor,
    now: datetime,
    error: RecourseError | None = None,
) -> HttpResponse:
    def written(kind: str, *verbs: str) -> drafts.Written:
        was_refused = drafts.refused(request, *verbs)
        return drafts.written(request, kind, case.number, refused=was_refused, actor=actor, now=now)

    verb = request.path.rpartition("/")[2]
    context = {
        "said": purpose.Said(case.purpose, request.POST.get("words", "")),
        "page": her_page(case, _around(case), actor=actor, now=now),
        "written": written("message", "message", "read"),
        "over": written("override", "override"),
        "typed": request.POST if error else QueryDict(),
        "problem": problem_of(error, at=_AT[verb]) if error else None,
    }
    return render(request, "desk/her.html", context, status=error.status if error else 200)


def _around(case: OpenCase) -> Around:
    return Around(
        talks=hotline_read.messages_of(case),
        contact=hotline_read.safe_contact_of(case),
        reached=hotline_read.reached_of(case.id),
        pickup=hotline_read.pickup_of(case.id),
        choices=cases_read.choices_made(case.id),
        links=cases_read.links_of(case.id),
        ending=cases_read.own_ending(case.id),
        fingerprints=matching.fingerprints_of(case.id),
    )
