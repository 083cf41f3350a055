"""What a person decides about a drafted notice: approve it, send it back, cancel it, have it written anew.

Refuses: an approval of anything that lacks an element, by name; an approval by a role that may not.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core.errors import ConflictError, IllegalMoveError, TooLongError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.notices.domain import BEFORE_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice
from recourse.work.notices.selectors.letters import (
    element_views,
    letter_facts,
    live_lines,
    missing_elements,
    unsigned_digest,
    written,
)
from recourse.work.notices.services.drafting import redraw
from recourse.work.notices.services.moving import cancel_notice, locked, move, send_soon
from recourse.work.notices.services.taking_off import replace
from recourse.work.notices.services.writing import (
    UNAPPROVED,
    recheck,
    seal_into,
    store_letter,
    take_contact,
)
from recourse.world.recipients import selectors as recipients

LONGEST_REMARK = 2000


class ElementsMissingError(ConflictError):
    """The notice lacks something that a law or our own rules ask for; `detail` has the keys."""

    code = "elements_missing"
    sentence = gettext_noop("This notice is not complete yet. The page says which elements are missing.")


class LetterChangedError(ConflictError):
    """The letter that was read is not the one that would be approved."""

    code = "letter_changed"
    sentence = gettext_noop(
        "The letter has changed since you read it. Read it as it is now, then approve it."
    )


def approve(*, notice_id: UUID, digest: str, actor: Actor, now: datetime) -> None:
    """Approve a notice under the actor's name and have it sent.

    Args:
        notice_id: the notice.
        digest: of the letter that was read (`OpenNotice.digest`); it is approved only as it was read.
        actor: whose name stands under it.
        now: the business time.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such notice.
        ElementsMissingError: something is missing.
        LetterChangedError: it was read as it is not any more.
        IllegalMoveError: it was approved, cancelled or sent meanwhile.
        HeldBySomeoneError: another person holds the case.
        KeyNotHeldError: this process does not hold the identity.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = decidable(notice_id, actor, now)
        if notice.state == NoticeState.INCOMPLETE:
            recheck(notice, now=now)
        if notice.state == NoticeState.READY:
            if digest != unsigned_digest(notice, on=now):
                raise LetterChangedError(f"notice {notice_id}")
            _sign(notice, actor, now)
        elif notice.state == NoticeState.INCOMPLETE:
            raise ElementsMissingError(f"notice {notice_id}")
        else:
            raise IllegalMoveError(f"notice {notice_id} is {notice.state}")
        move(notice, NoticeState.APPROVED, now=now)
        send_soon(notice.id, now)


def send_back(*, notice_id: UUID, remark: str, actor: Actor, now: datetime) -> None:
    """Send a drafted notice back with a remark; `redraft` writes it anew.

    Raises:
        NotAllowedError, NotFoundError, IllegalMoveError, HeldBySomeoneError: as `approve`.
        TooLongError: the remark is longer than 2,000 characters.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    if len(remark) > LONGEST_REMARK:
        raise TooLongError("remark")
    with transaction.atomic():
        notice = decidable(notice_id, actor, now)
        seal_into(notice, "remark", remark.strip())
        move(notice, NoticeState.DRAFT, now=now)


def redraft(*, notice_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Write a notice anew from the present facts. One that is held becomes a new notice, which has to be approved.

    Returns:
        The id of the notice that now stands for it.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        IllegalMoveError: it is neither unapproved nor held, or nobody's mandate backs it any more.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = decidable(notice_id, actor, now)
        if notice.state == NoticeState.HELD:
            drafted = replace(notice, Reason.BY_OFFICER, now=now)
            if not drafted:
                raise IllegalMoveError(f"notice {notice_id} is not backed any more")
            return drafted[0]
        if NoticeState(notice.state) not in UNAPPROVED:
            raise IllegalMoveError(f"notice {notice_id} is {notice.state}")
        notice.remark = b""
        recheck(notice, now=now)
        return notice.id


def cancel(*, notice_id: UUID, actor: Actor, now: datetime) -> None:
    """Cancel a notice that has not left, or not after all.

    What other cases asked by joining it was approved for each, and is drafted anew for each.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        IllegalMoveError: it is on its way or there already.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = decidable(notice_id, actor, now)
        if NoticeState(notice.state) not in BEFORE_LEAVING:
            raise IllegalMoveError(f"notice {notice_id} is {notice.state}")
        cancel_notice(notice, Reason.BY_OFFICER, now=now)
        redraw(notice, now=now, joined_only=True)


def decidable(notice_id: UUID, actor: Actor, now: datetime) -> Notice:
    """Return the notice, locked, unless another person holds its case or another one behind it."""
    notice = locked(notice_id)
    behind = Backing.objects.filter(line__notice=notice, line__open=True).values_list("case_id", flat=True)
    for case_id in sorted({notice.case_id, *behind}):
        cases.require_free(case_id=case_id, actor=actor, now=now)
    return notice


def _sign(notice: Notice, actor: Actor, now: datetime) -> None:
    """Put the approving officer's name under the letter and see that nothing is missing then."""
    contact = recipients.by_channel(notice.channel_id, now=now)
    notice.approved_by, notice.approved_label, notice.approved_at = actor.staff_id, actor.label, now
    take_contact(notice, contact, now=now)
    facts = letter_facts(notice, live_lines(notice), on=now)
    missing = missing_elements(element_views(facts, notice, contact))
    if missing:
        raise ElementsMissingError(", ".join(missing))
    notice.remark = b""
    store_letter(notice, *written(facts, notice.language))
