"""A new code for her: asked for by a person of ours, confirmed, handed over as a pick-up code, fetched by herself.

The pick-up code goes to her alone and stands nowhere; with it she fetches the new code from her own browser, so that
no member of staff sees what opens her case. Refuses: one person alone without her answer; a frozen case without a
supervisor.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.vault import pickup as vault
from recourse.base.vault.domain import BadCaseCodeError, SealBrokenError, new_case_code
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor, Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import StepKind
from recourse.work.hotline.domain import (
    FETCH_WITHIN,
    SHOWN_AGAIN,
    Confirmed,
    ContactHow,
    NoSafeWayError,
    NotReadyError,
    PickupState,
    SecondPersonError,
    Tell,
    is_number,
    ready_at,
)
from recourse.work.hotline.models import Pickup
from recourse.work.hotline.names import pickup_name
from recourse.work.hotline.selectors import contact_for_machine
from recourse.work.hotline.services.pickups import end, end_void, is_void, plan_end
from recourse.work.hotline.services.reaching import tell
from recourse.work.hotline.services.steps import plan

MAIL = "hotline.mail_pickup"
log = structlog.get_logger(__name__)


def ask_new_code(*, case_id: UUID, by_mail: bool, actor: Actor, now: datetime) -> UUID:
    """Begin to replace her code. Her page says so, and whoever still has the old code can stop it there.

    Args:
        case_id: which case.
        by_mail: send the pick-up code to the mailbox she gave, a day from now; else a person hands it over.
        actor: who helps her; for a frozen case a supervisor.
        now: the business time.

    Raises:
        NotAllowedError: the role may not.
        SecondPersonError: the case is frozen and this is no supervisor.
        NoSafeWayError: she gave no mailbox, or allowed nothing to be written to it.
        NotFoundError: no such case, or it is erased.
    """
    accounts.require(actor, Action.CASE_PROTECT)
    _supervised(case_id, actor)
    if by_mail and not _has_mailbox(case_id):
        raise NoSafeWayError(f"case {case_id}")
    with transaction.atomic():
        end_void(case_id, now)
        waits = Pickup.objects.filter(case_id=case_id, ended_at=None).first()
        if waits is not None:
            return waits.id
        found = Pickup.objects.create(
            case_id=case_id,
            state=PickupState.ASKED,
            by_mail=by_mail,
            asked_at=now,
            asked_by=actor.staff_id,
            asked_label=actor.label,
            ready_at=ready_at(asked_at=now, confirmed=None, now=now),
            key_id=cases_read.key_for_machine(case_id).id,
        )
        cases.note(case_id=case_id, what=StepKind.NEW_CODE_ASKED, actor=actor, now=now)
        tell(case_id=case_id, what=Tell.NEW_CODE, ref=str(found.id), now=now)
        if by_mail:
            _plan_mail(found)
        plan(case_id, now=now)
    return found.id


def confirm_new_code(*, pickup_id: UUID, how: Confirmed | str, actor: Actor, now: datetime) -> None:
    """Say why we believe that it is she: she answered at her number (at once), or a second person agrees (a day).

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such new code on its way.
        NoSafeWayError: she gave no number at which she could have answered.
        SecondPersonError: the second is the first, or no supervisor where the case is frozen.
    """
    accounts.require(actor, Action.CASE_PROTECT)
    why = Confirmed(how)
    with transaction.atomic():
        found = _live(pickup_id, now, PickupState.ASKED)
        _supervised(found.case_id, actor)
        if why is Confirmed.ANSWERED and not _has_number(found.case_id):
            raise NoSafeWayError(f"case {found.case_id}")
        if why is Confirmed.SECOND_PERSON and actor.staff_id == found.asked_by:
            raise SecondPersonError(f"pickup {pickup_id}")
        found.confirmed, found.confirmed_by, found.confirmed_label = why, actor.staff_id, actor.label
        found.state = PickupState.CONFIRMED
        found.ready_at = ready_at(asked_at=found.asked_at, confirmed=why, now=now)
        found.save()
        cases.note(case_id=found.case_id, what=StepKind.NEW_CODE_CONFIRMED, actor=actor, now=now)
        if found.by_mail:
            _plan_mail(found)
        plan(found.case_id, now=now)


def hand_over(*, pickup_id: UUID, actor: Actor, now: datetime) -> str:
    """Return the pick-up code for a person to read to her, once; asked again, another one takes its place.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such new code on its way.
        NotReadyError: it is not confirmed, its day is not over, or it goes by mail.
    """
    accounts.require(actor, Action.CASE_PROTECT)
    with transaction.atomic():
        found = _live(pickup_id, now, PickupState.CONFIRMED, PickupState.HANDED_OVER)
        _supervised(found.case_id, actor)
        if found.ready_at > now or found.by_mail:
            raise NotReadyError(f"pickup {pickup_id}")
        return issue(found, now)


def issue(found: Pickup, now: datetime) -> str:
    """Make the pick-up code and let it open the case's key; it is returned and stands nowhere."""
    code = new_case_code()
    vault.wrap_for_pickup(key=cases_read.key_for_machine(found.case_id), code=code)
    found.lookup, found.expires_at = vault.pickup_lookup(code), now + FETCH_WITHIN
    found.state = PickupState.HANDED_OVER
    found.save()
    plan_end(found)
    plan(found.case_id, now=now)
    log.info("pickup_handed_over", case_id=str(found.case_id), by_mail=found.by_mail)
    return code


def fetch(*, pickup_code: str, now: datetime) -> str | None:
    """Return the new case code to the holder of a pick-up code; the old one is dead from here on.

    Asked again within the hour and before she says that she kept it, the same code is returned: an answer may get
    lost on the way. Needs no identity. None for a code that is wrong, over or used; nobody learns which.
    """
    with transaction.atomic():
        found = _by_code(pickup_code, now)
        if found is None:
            return None
        try:
            if found.state == PickupState.FETCHED:
                return vault.unseal_with_pickup(pickup_code, pickup_name(found.id), found.sealed)
            key = vault.open_key_with_pickup(found.key_id, pickup_code)
        except (NotFoundError, SealBrokenError):
            return None
        code = new_case_code()
        cases.renew_code(case_id=found.case_id, key=key, code=code, now=now)
        found.sealed = vault.seal_for_pickup(pickup_code, pickup_name(found.id), code)
        vault.forget_pickup(key_id=found.key_id)
        found.state, found.expires_at = PickupState.FETCHED, min(found.expires_at or now, now + SHOWN_AGAIN)
        found.save()
        plan_end(found)
        plan(found.case_id, now=now)
    return code


def keep(*, pickup_code: str, now: datetime) -> str | None:
    """She kept the new code: the pick-up code opens nothing any more, and the new one stands nowhere but with her.

    Returns:
        The new code, this last time, so that her case opens; None when there is none that was shown.
    """
    with transaction.atomic():
        found = _by_code(pickup_code, now)
        if found is None or found.state != PickupState.FETCHED:
            return None
        code = vault.unseal_with_pickup(pickup_code, pickup_name(found.id), found.sealed)
        end(found, PickupState.USED, now)
    return code


def _by_code(pickup_code: str, now: datetime) -> Pickup | None:
    try:
        lookup = vault.pickup_lookup(pickup_code)
    except BadCaseCodeError:
        return None
    found = Pickup.objects.select_for_update().filter(lookup=lookup, ended_at=None).first()
    return None if found is None or is_void(found, now) else found


def _live(pickup_id: UUID, now: datetime, *states: PickupState) -> Pickup:
    found = Pickup.objects.select_for_update().filter(id=pickup_id, ended_at=None).first()
    if found is None or is_void(found, now):
        raise NotFoundError(f"pickup {pickup_id}")
    if found.state not in states:
        raise NotReadyError(f"pickup {pickup_id} is {found.state}")
    return found


def _supervised(case_id: UUID, actor: Actor) -> None:
    """Let a supervisor alone help somebody whose code is in other hands."""
    if cases_read.is_stopped(case_id) and actor.role is not Role.SUPERVISOR:
        raise SecondPersonError(f"case {case_id} is frozen")


def _has_mailbox(case_id: UUID) -> bool:
    contact = contact_for_machine(case_id)
    return contact is not None and contact.may_be_mailed


def _has_number(case_id: UUID) -> bool:
    contact = contact_for_machine(case_id)
    return contact is not None and contact.how is ContactHow.PHONE and is_number(contact.address)


def _plan_mail(found: Pickup) -> None:
    args = {"pickup": str(found.id)}
    jobs.enqueue(kind=MAIL, args=args, due_at=found.ready_at, key=f"{MAIL}:{found.id}")
