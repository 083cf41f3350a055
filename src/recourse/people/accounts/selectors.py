"""Reads of accounts: the actor behind a session, the person behind an enrolment link, the staff list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.people.accounts.domain import (
    RECOVERY_OPEN_FOR,
    TOKEN_LENGTH,
    Action,
    Actor,
    Role,
    StaffState,
    StaffStep,
    may,
    may_manage,
    recovery_refusal,
    token_digest,
)
from recourse.people.accounts.models import Invitation, Recovery, Staff, StaffEvent


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the staff list, and what the reader may do about the account."""

    id: UUID
    username: str
    label: str
    role: Role
    state: StaffState
    since: datetime
    passkeys: int
    may_renew: bool
    may_deactivate: bool
    may_request_recovery: bool
    recovery_asked_by: str
    may_confirm_recovery: bool


def actor_of(staff: Staff) -> Actor:
    """Return the actor that a signed-in member of staff is."""
    return Actor(staff_id=staff.id, role=Role(staff.role), label=staff.label)


def require(actor: Actor, action: Action) -> None:
    """Let pass, or refuse.

    Raises:
        NotAllowedError: the actor's role does not include the action.
    """
    if not may(actor.role, action):
        raise NotAllowedError(f"{actor.role} may not {action}")


def open_invitations(*, now: datetime) -> QuerySet[Invitation]:
    """Return the enrolment links that still open something."""
    return Invitation.objects.filter(
        used_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now, staff__is_active=True
    )


def invited(*, token: str, now: datetime) -> Staff:
    """Return the person whom an enrolment link is for.

    Raises:
        NotFoundError: no such link, or it was used, replaced or is too old: the answer does not tell which.
    """
    if len(token) != TOKEN_LENGTH:
        raise NotFoundError("enrolment link: wrong length")
    found = open_invitations(now=now).select_related("staff").filter(token_digest=token_digest(token)).first()
    if found is None:
        raise NotFoundError("enrolment link: none open")
    return found.staff


def has_enrolled(person: Staff) -> bool:
    """Tell whether the person ever had a passkey; from then on nobody alone makes a way into the account."""
    return person.events.filter(step=StaffStep.ENROLLED).exists()


def open_recoveries(*, now: datetime) -> QuerySet[Recovery]:
    """Return the recoveries that wait for a second person."""
    return Recovery.objects.filter(confirmed_at__isnull=True, requested_at__gte=now - RECOVERY_OPEN_FOR)


def staff_list(*, actor: Actor, now: datetime) -> list[StaffRow]:
    """Return all accounts, active ones first, each with what the actor may do about it.

    Raises:
        NotAllowedError: the role does not look after accounts.
    """
    require(actor, Action.STAFF_LIST)
    recoveries = {one.staff_id: one for one in open_recoveries(now=now).select_related("requested_by")}
    enrolled = set(StaffEvent.objects.filter(step=StaffStep.ENROLLED).values_list("staff_id", flat=True))
    links = set(open_invitations(now=now).values_list("staff_id", flat=True))
    passkeys: dict[UUID, int] = {}
    for owner in Authenticator.objects.values_list("user_id", flat=True):
        passkeys[owner] = passkeys.get(owner, 0) + 1
    return [
        _row(
            person,
            actor=actor,
            now=now,
            recovery=recoveries.get(person.id),
            enrolled=person.id in enrolled,
            link=person.id in links,
            passkeys=passkeys.get(person.id, 0),
        )
        for person in Staff.objects.all()
    ]


def _row(
    person: Staff,
    *,
    actor: Actor,
    now: datetime,
    recovery: Recovery | None,
    enrolled: bool,
    link: bool,
    passkeys: int,
) -> StaffRow:
    """Judge one account for one reader."""
    role = Role(person.role)
    state, since = _state(person, recovery=recovery, link=link, passkeys=passkeys)
    refusal = recovery and recovery_refusal(
        requester=recovery.requested_by_id,
        subject=person.id,
        confirmer=actor.staff_id,
        requested_at=recovery.requested_at,
        now=now,
    )

    def managed(action: Action) -> bool:
        return person.is_active and person.id != actor.staff_id and may_manage(actor.role, role, action)

    return StaffRow(
        id=person.id,
        username=person.username,
        label=person.label,
        role=role,
        state=state,
        since=since,
        passkeys=passkeys,
        may_renew=not enrolled and managed(Action.STAFF_INVITE),
        may_deactivate=managed(Action.STAFF_DEACTIVATE),
        may_request_recovery=enrolled and recovery is None and managed(Action.STAFF_RECOVER),
        recovery_asked_by=recovery.requested_by.label if recovery else "",
        may_confirm_recovery=recovery is not None and refusal is None and managed(Action.STAFF_RECOVER),
    )


def _state(
    person: Staff, *, recovery: Recovery | None, link: bool, passkeys: int
) -> tuple[StaffState, datetime]:
    """Return how the account stands and since when."""
    if person.deactivated_at is not None:
        return StaffState.DEACTIVATED, person.deactivated_at
    if recovery is not None:
        return StaffState.RECOVERY, recovery.requested_at
    if passkeys:
        return StaffState.ACTIVE, person.enrolled_at or person.created_at
    return (StaffState.INVITED if link else StaffState.EXPIRED), person.created_at
