"""Work on a notice beside its approval: submitted by hand, reminded, written into; and the board of what is late.

Refuses: to lose what was typed; a refused form stands on the notice's page again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, NotFoundError, RecourseError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk import drafts
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.forms import chosen_lines, moment, offered, page_from
from recourse.surfaces.desk.pages.work import SAID, late_rows
from recourse.surfaces.desk.views import notice as notice_view
from recourse.surfaces.desk.words import REFUSAL_REASONS
from recourse.work.notices import selectors, services

SHOWN = 50


class WhenNeededError(BadInputError):
    """A submission without its time."""

    code = "when_needed"
    sentence = gettext_noop("Write when you submitted it.")


class ReminderNotReadError(BadInputError):
    """A reminder approved without saying that it was read."""

    code = "reminder_not_read"
    sentence = gettext_noop("Read the reminder, then tick the box above its button.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a form brought, for one notice and one person."""

    notice_id: UUID
    post: QueryDict
    actor: Actor
    now: datetime

    def submitted_at(self) -> datetime:
        """Return when it was submitted; the minute that has not ended counts as now.

        Raises:
            WhenNeededError: the fields are empty.
            NotATimeError: they hold no time.
        """
        at = moment(self.post.get("day", ""), self.post.get("hour", ""))
        if at is None:
            raise WhenNeededError
        return self.now if at.replace(second=0) == self.now.replace(second=0, microsecond=0) else at


def _submitted(told: Told) -> None:
    services.record_submission(
        notice_id=told.notice_id,
        actor=told.actor,
        now=told.now,
        submitted_at=told.submitted_at(),
        their_reference=told.post.get("their_reference", ""),
        confirmation=told.post.get("confirmation", ""),
        already=told.post.get("already") == "1",
    )


def _resubmitted(told: Told) -> None:
    services.record_reminder_submitted(
        notice_id=told.notice_id, actor=told.actor, now=told.now, submitted_at=told.submitted_at()
    )


def _unsubmit(told: Told) -> None:
    services.undo_submission(notice_id=told.notice_id, actor=told.actor, now=told.now)


def _freshen(told: Told) -> None:
    services.check_again(notice_id=told.notice_id, now=told.now)


def _remind(told: Told) -> None:
    if told.post.get("read") != "1":
        raise ReminderNotReadError
    digest = told.post.get("digest", "")
    services.remind(notice_id=told.notice_id, digest=digest, actor=told.actor, now=told.now)


def _write_into(told: Told) -> None:
    services.write_into(
        notice_id=told.notice_id,
        addition=told.post.get("addition", ""),
        reasons=told.post.get("own_reasons", ""),
        actor=told.actor,
        now=told.now,
    )


def _answered(told: Told) -> None:
    """Record what they say on their own page, where no mail says it."""
    reason = told.post.get("reason", "")
    services.record_answer(
        notice_id=told.notice_id,
        kind=offered(told.post.get("kind", ""), SAID),
        came_at=told.submitted_at(),
        reason=reason if reason in REFUSAL_REASONS else "",
        line_ids=chosen_lines(told.post),
        actor=told.actor,
        now=told.now,
    )


VERBS: Mapping[str, Callable[[Told], None]] = {
    "submitted": _submitted,
    "resubmitted": _resubmitted,
    "unsubmit": _unsubmit,
    "answered": _answered,
    "freshen": _freshen,
    "remind": _remind,
    "write-into": _write_into,
}
_KEPT = {"submitted": "submission", "write-into": "letter"}


@require_POST
@staff(action=Action.CASE_OPEN)
def act(request: HttpRequest, number: str, verb: str, *, actor: Actor) -> HttpResponse:
    """Do what one form says; a refused one stands again."""
    notice_id, now = selectors.id_of(number), clock.now()
    if verb not in VERBS:
        raise NotFoundError("verb")
    accounts.require(actor, Action.NOTICE_RECORD_ANSWER if verb == "answered" else Action.NOTICE_APPROVE)
    try:
        VERBS[verb](Told(notice_id, request.POST, actor, now))
    except RecourseError as error:
        if error.status >= 500 or isinstance(error, NotFoundError):  # noqa: PLR2004 - no form to show again
            raise
        return notice_view.again(request, notice_id, actor=actor, now=now, error=error)
    if verb in _KEPT:
        drafts.sent(actor, _KEPT[verb], number, now=now)
    return redirect("notice", number)


@require_safe
@staff(action=Action.CASE_LIST)
def overdue(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what is late, longest late first, with what we would do next."""
    now = clock.now()
    offset = page_from(request.GET.get("from", ""))
    found = selectors.overdue(now=now, limit=SHOWN + 1, offset=offset)
    context = {
        "rows": late_rows(found[:SHOWN], now=now),
        "before": max(offset - SHOWN, 0) if offset else None,
        "after": offset + SHOWN if len(found) > SHOWN else None,
    }
    return render(request, "desk/overdue.html", context)
