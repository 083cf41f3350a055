"""Telling her something outside her page: neutral words by mail where she allowed it, else a task for a person.

`tell` runs anywhere; `reach` opens her safe contact and so runs in a worker. Refuses: a second telling of the same
thing, a way she did not choose, an hour a machine cannot read.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from recourse.base.core import wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor, Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, NothingToTakeBackError
from recourse.work.hotline.domain import (
    NOT_SAFE_BEFORE,
    ONE_A_DAY,
    WORDS,
    ContactHow,
    MayNotWriteError,
    NotToldYetError,
    OpenContact,
    Reached,
    ReachState,
    SecondPersonError,
    Tell,
    after_try,
    is_news,
    needs_supervisor,
    way,
)
from recourse.work.hotline.models import Outreach
from recourse.work.hotline.ports import TRANSPORT, QuietPost
from recourse.work.hotline.selectors import contact_for_machine
from recourse.work.hotline.services.pickups import stop, was_fetched
from recourse.work.hotline.services.steps import plan

REACH = "hotline.reach"
log = structlog.get_logger(__name__)


def tell(*, case_id: UUID, what: Tell | str, now: datetime, ref: str = "") -> UUID | None:
    """Have her told, once for each `what` and `ref`. Her page shows it anyway; this is for her safe contact.

    Returns:
        The telling, or None when she was, or is being, told already, or the case is erased.
    """
    if cases_read.case_facts(case_id).state is CaseState.ERASED:
        return None
    with transaction.atomic():
        outreach, new = Outreach.objects.get_or_create(
            case_id=case_id,
            what=Tell(what),
            ref=ref,
            defaults={"state": ReachState.WAITING, "at": now, "state_since": now},
        )
        if new:
            jobs.enqueue(kind=REACH, args={"outreach": str(outreach.id)}, due_at=now, key=_key(outreach.id))
    return outreach.id if new else None


def reach(*, outreach_id: UUID, now: datetime) -> None:
    """Take the way that she chose: a mail by itself, a task for a person, or her page alone."""
    outreach = Outreach.objects.filter(id=outreach_id, state=ReachState.WAITING).first()
    if outreach is None:
        return
    try:
        contact = contact_for_machine(outreach.case_id)
    except NotFoundError:
        return  # erased meanwhile
    by_hand = outreach.by is not None and contact is not None and contact.may_be_mailed
    state = _way(contact)
    if state is ReachState.SENT and _told_today(outreach, now):
        state = ReachState.FOLDED
    if state is ReachState.FOR_A_PERSON and _was_not_safe(outreach):
        state = ReachState.UNSAFE
    if (state is ReachState.SENT or by_hand) and contact is not None:
        mail(outreach, contact, now=now)
    else:
        with transaction.atomic():
            _move(outreach, state, now)
            plan(outreach.case_id, now=now)


def mail(outreach: Outreach, contact: OpenContact, *, now: datetime, code: str = "") -> None:
    """Put a quiet mail into the outbox, in her language.

    Raises:
        MayNotWriteError: she allowed no message there, or it is no mailbox.
    """
    if not contact.may_be_mailed:
        raise MayNotWriteError(f"outreach {outreach.id}")
    case_id = outreach.case_id
    key = cases_read.key_for_machine(case_id)
    words = WORDS[Tell(outreach.what)]
    with translation.override(cases_read.case_facts(case_id).language or "en"):
        subject, body = gettext(words.subject), gettext(words.body)
    post = wiring.resolve(QuietPost)  # type: ignore[type-abstract]
    letter = post.letter(to=contact.address, subject=subject, body=_filled(body, code), at=now)
    with transaction.atomic():
        outreach.outbox_id = jobs.put_out(
            transport=TRANSPORT,
            idempotency_key=letter.message_id,
            key=key,
            envelope=letter.envelope,
            body=letter.raw,
            now=now,
        )
        _move(outreach, ReachState.SENT, now)
        plan(case_id, now=now)
    log.info("told_quietly", case_id=str(case_id), outreach_id=str(outreach.id))


def write_at_her_hour(*, outreach_id: UUID, actor: Actor, now: datetime) -> None:
    """Send the quiet mail now, because a person has read the hours that she named and it is one of them.

    Raises:
        NotAllowedError: the role may not write to her.
        NotFoundError: no such telling.
        MayNotWriteError: she allowed no message there, or it is no mailbox.
        NotToldYetError: it does not wait for a person, or it is a pick-up code: begin another one.
    """
    accounts.require(actor, Action.CASE_NOTE)
    with transaction.atomic():
        outreach = _for_a_person(outreach_id)
        if outreach.what == Tell.PICKUP:
            raise NotToldYetError(f"outreach {outreach_id} carried a code that stands nowhere")
        contact = contact_for_machine(outreach.case_id)
        if contact is None or not contact.may_be_mailed:
            raise MayNotWriteError(f"outreach {outreach_id}")
        outreach.by, outreach.label = actor.staff_id, actor.label
        _move(outreach, ReachState.WAITING, now)
        jobs.enqueue(kind=REACH, args={"outreach": str(outreach_id)}, due_at=now, key=_key(outreach_id))


def record_reached(*, outreach_id: UUID, outcome: Reached | str, actor: Actor, now: datetime) -> None:
    """Write down how a person's try to reach her went.

    Where she says that she asked for nothing of the kind, somebody else has her code: what was begun with it stops,
    and the case is frozen. A new code that she did not ask for stops; the case is frozen if it was fetched. What
    could not be asked safely about an ending keeps that from becoming final, until a supervisor has it from her.

    Raises:
        NotAllowedError: the role may not write to her.
        NotFoundError: no such telling.
        NotToldYetError: it does not wait for a person, or this is no way in which it can have gone.
        SecondPersonError: it was not safe before, and this is no supervisor.
    """
    accounts.require(actor, Action.CASE_NOTE)
    how = Reached(outcome)
    with transaction.atomic():
        outreach = _locked(outreach_id)
        state = ReachState(outreach.state)
        after = after_try(state, Tell(outreach.what), how)
        if needs_supervisor(state, how) and actor.role is not Role.SUPERVISOR:
            raise SecondPersonError(f"outreach {outreach_id} was not safe")
        outreach.by, outreach.label, outreach.outcome = actor.staff_id, actor.label, how
        _move(outreach, after, now)
        if how is Reached.NOT_HER:
            _stop_what_was_begun(outreach, actor, now)
        plan(outreach.case_id, now=now)


def _stop_what_was_begun(outreach: Outreach, actor: Actor, now: datetime) -> None:
    """Stop a new code, or end what an old one began; freeze where somebody else has, or had, what opens her case."""
    case_id, what = outreach.case_id, outreach.what
    new_code = what in {Tell.NEW_CODE, Tell.PICKUP} and not stop(case_id, actor=actor, now=now)
    if new_code and was_fetched(outreach.ref):
        cases.freeze_case(case_id=case_id, actor=actor, now=now)
    if what in {Tell.ENDING, Tell.FROZEN}:
        with suppress(NothingToTakeBackError):
            cases.take_back_ending(case_id=case_id, actor=actor, now=now)
        cases.freeze_case(case_id=case_id, actor=actor, now=now)


def record_delivered(*, outbox_id: UUID, now: datetime) -> None:
    """Note that the mail server took a quiet mail."""
    _follow(outbox_id, ReachState.DELIVERED, now)


def record_gave_up(*, outbox_id: UUID, now: datetime) -> None:
    """Leave to a person what the mail server would not take."""
    _follow(outbox_id, ReachState.FOR_A_PERSON, now)


def _follow(outbox_id: UUID, after: ReachState, now: datetime) -> None:
    with transaction.atomic():
        outreach = Outreach.objects.filter(outbox_id=outbox_id, state=ReachState.SENT).first()
        if outreach is not None:
            _move(outreach, after, now)
            plan(outreach.case_id, now=now)


def _way(contact: OpenContact | None) -> ReachState:
    if contact is None:
        return ReachState.ONLY_HERE
    return way(
        ContactHow(contact.how),
        address=contact.address,
        window=contact.window,
        may_leave=contact.may_leave,
    )


def _told_today(outreach: Outreach, now: datetime) -> bool:
    if not is_news(Tell(outreach.what)):
        return False
    lately = Outreach.objects.filter(
        case_id=outreach.case_id,
        state__in=[ReachState.SENT, ReachState.DELIVERED],
        state_since__gt=now - ONE_A_DAY,
    )
    return any(is_news(Tell(what)) for what in lately.values_list("what", flat=True))


def _was_not_safe(outreach: Outreach) -> bool:
    """Tell whether the last try to ask her about an ending was not safe: a supervisor looks before anybody calls."""
    if outreach.what != Tell.ENDING:
        return False
    asked = Outreach.objects.filter(case_id=outreach.case_id, what=Tell.ENDING).exclude(outcome="")
    last = asked.order_by("state_since").values_list("state", "outcome").last()
    return last is not None and (last[0] in NOT_SAFE_BEFORE or last[1] in {Reached.NOT_SAFE, Reached.LEFT})


def _locked(outreach_id: UUID) -> Outreach:
    outreach = Outreach.objects.select_for_update().filter(id=outreach_id).first()
    if outreach is None:
        raise NotFoundError(f"outreach {outreach_id}")
    return outreach


def _for_a_person(outreach_id: UUID) -> Outreach:
    outreach = _locked(outreach_id)
    if outreach.state != ReachState.FOR_A_PERSON:
        raise NotToldYetError(f"outreach {outreach_id} is {outreach.state}")
    return outreach


def _move(outreach: Outreach, after: ReachState, now: datetime) -> None:
    outreach.state, outreach.state_since = after, now
    outreach.save()


def _filled(body: str, code: str) -> str:
    return body % {"code": code} if code else body


def _key(outreach_id: UUID) -> str:
    return f"{REACH}:{outreach_id}"
