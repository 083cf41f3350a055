"""The verbs of accounts: invite, enrol, recover by two people, deactivate; each recorded.

Refuses: a second use of an enrolment link, a recovery by one person alone, an account for a role that the
inviter may not make, and to leave an installation with nobody who can look after its accounts.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core.errors import BadInputError, ConflictError, NotAllowedError, NotFoundError
from recourse.people.accounts.domain import (
    ROLE_ACTIONS,
    TOKEN_BYTES,
    Action,
    Actor,
    Role,
    StaffStep,
    may_invite,
    may_manage,
    recovery_refusal,
    token_digest,
)
from recourse.people.accounts.models import Invitation, Recovery, Staff, StaffEvent
from recourse.people.accounts.selectors import has_enrolled, invited, open_recoveries, require

__all__ = [
    "accept_invitation",
    "choose_language",
    "confirm_recovery",
    "deactivate",
    "invite",
    "renew",
    "request_recovery",
]

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_LABEL_LENGTH = 60


class TakenError(ConflictError):
    """The user name belongs to somebody who has enrolled already."""

    code = "username_taken"
    sentence = gettext_noop("This user name is taken. Choose another one.")


class TwoPeopleError(NotAllowedError):
    """A recovery needs two people, neither of them its subject."""

    code = "two_people_needed"
    sentence = gettext_noop("A lost passkey needs two people, and neither may be the person who lost it.")


class LastKeeperError(ConflictError):
    """Nobody would be left who can look after accounts."""

    code = "last_keeper"
    sentence = gettext_noop("Nobody else could look after accounts then. Invite somebody for that first.")


class BadNameError(BadInputError):
    """A user name or label cannot be used."""

    code: ClassVar[str] = "bad_name"
    sentence = gettext_noop(
        "Use 2 to 40 small letters, digits, dots and hyphens for the user name, "
        "and 1 to 60 characters for the label."
    )


def invite(*, role: Role, username: str, label: str, by: Actor | None, now: datetime, hours: int = 72) -> str:
    """Make an account, or renew the link of one whose person has not enrolled yet, and return the token.

    The token is told once and stored as a digest only. `by` is None for the command line of the machine, where
    the first account is made, and where a link replaces a lost one when there are no two people for a recovery.

    Raises:
        NotAllowedError: the inviter may not make this role.
        BadNameError: user name or label cannot be used.
        TakenError: the person has enrolled once, or the account has another role or is deactivated.
    """
    if by is not None and not may_invite(by.role, role):
        raise NotAllowedError(f"{by.role} may not invite {role}")
    label = label.strip()
    if not _USERNAME.fullmatch(username) or not 0 < len(label) <= _LABEL_LENGTH or not label.isprintable():
        raise BadNameError("invite: user name or label")
    with transaction.atomic():
        person, made = Staff.objects.select_for_update().get_or_create(
            username=username,
            defaults={"label": label, "role": role, "created_at": now, "password": _unusable()},
        )
        never_in = not _has_passkey(person) if by is None else not has_enrolled(person)
        renewable = person.is_active and person.role == role and never_in
        if not made and not renewable:
            raise TakenError("invite: account exists")
        return _new_link(person, by=by, now=now, hours=hours)


def choose_language(*, staff_id: UUID, language: str) -> None:
    """Keep the language that a member of staff reads."""
    Staff.objects.filter(pk=staff_id).exclude(language=language).update(language=language)


def renew(*, staff_id: UUID, by: Actor, now: datetime, hours: int = 72) -> tuple[str, str]:
    """Replace the link of a person who never had a passkey; who had one needs a recovery, however old its link.

    Returns:
        The token of the new link, told once, and the person's label.

    Raises:
        NotAllowedError: the role does not look after this account.
        TwoPeopleError: the person has enrolled once.
    """
    with transaction.atomic():
        person = _managed(staff_id, by=by, action=Action.STAFF_INVITE)
        if has_enrolled(person):
            raise TwoPeopleError("renew: enrolled once")
        return _new_link(person, by=by, now=now, hours=hours), person.label


def accept_invitation(*, token: str, now: datetime) -> Staff:
    """Use up an enrolment link and return its person; call it in the transaction that stores the passkey.

    Raises:
        NotFoundError: no such link, or it was used, replaced or is too old.
    """
    with transaction.atomic():
        person = invited(token=token, now=now)
        # The condition decides a race of two: one row or none, on either database.
        used = Invitation.objects.filter(
            token_digest=token_digest(token), used_at__isnull=True, cancelled_at__isnull=True
        ).update(used_at=now)
        if not used:
            raise NotFoundError("enrolment link: none open")
        Staff.objects.filter(pk=person.pk).update(enrolled_at=now)
        _record(person.pk, StaffStep.ENROLLED, by=person.pk, now=now)
        return person


def request_recovery(*, staff_id: UUID, by: Actor, now: datetime) -> UUID:
    """Ask that somebody's lost passkey be replaced, and return the recovery's id; nothing changes yet.

    Raises:
        NotAllowedError: the role does not look after this account.
        TwoPeopleError: for one's own account.
        ConflictError: it was asked already, or there never was a passkey to lose.
    """
    with transaction.atomic():
        person = _managed(staff_id, by=by, action=Action.STAFF_RECOVER)
        if open_recoveries(now=now).filter(staff=person).exists() or not has_enrolled(person):
            raise ConflictError("recovery: open already, or never a passkey")
        recovery = Recovery.objects.create(staff=person, requested_by_id=by.staff_id, requested_at=now)
        _record(person.pk, StaffStep.RECOVERY_REQUESTED, by=by.staff_id, now=now)
        return recovery.id


def confirm_recovery(*, staff_id: UUID, by: Actor, now: datetime, hours: int = 72) -> tuple[str, str]:
    """Confirm what somebody else asked: old passkeys and sessions end, and a new enrolment link begins.

    Returns:
        The token of the new link, told once, and the person's label.

    Raises:
        NotFoundError: nobody asked, or it was more than a day ago.
        TwoPeopleError: the same person asked, or it is one's own account.
    """
    with transaction.atomic():
        person = _managed(staff_id, by=by, action=Action.STAFF_RECOVER)
        recovery = open_recoveries(now=now).filter(staff=person).first()
        if recovery is None:
            raise NotFoundError("recovery: none open")
        refusal = recovery_refusal(
            requester=recovery.requested_by_id,
            subject=person.pk,
            confirmer=by.staff_id,
            requested_at=recovery.requested_at,
            now=now,
        )
        if refusal:
            raise TwoPeopleError(f"recovery: {refusal}")
        done = Recovery.objects.filter(pk=recovery.pk, confirmed_at__isnull=True).update(
            confirmed_at=now, confirmed_by_id=by.staff_id
        )
        if not done:
            raise ConflictError("recovery: confirmed already")
        _end_access(person)
        _record(person.pk, StaffStep.RECOVERY_CONFIRMED, by=by.staff_id, now=now)
        return _new_link(person, by=by, now=now, hours=hours), person.label


def deactivate(*, staff_id: UUID, by: Actor, now: datetime) -> None:
    """End an account: passkeys, sessions and links; the row stays, because records name it.

    Raises:
        NotAllowedError: the role does not look after this account, or it is one's own.
        LastKeeperError: nobody could look after accounts any more.
    """
    with transaction.atomic():
        roles = [role.value for role in Role if Action.STAFF_RECOVER in ROLE_ACTIONS[role]]
        # All of them are locked, in one order: two keepers who end each other at once must not both succeed.
        locked = Staff.objects.select_for_update().filter(is_active=True, role__in=roles).order_by("pk")
        keepers = set(locked.values_list("pk", flat=True))
        person = _managed(staff_id, by=by, action=Action.STAFF_DEACTIVATE)
        if not keepers - {person.pk}:
            raise LastKeeperError("deactivate: last keeper")
        _end_access(person)
        Staff.objects.filter(pk=person.pk).update(is_active=False, deactivated_at=now)
        Invitation.objects.filter(staff=person, used_at__isnull=True, cancelled_at__isnull=True).update(
            cancelled_at=now
        )
        _record(person.pk, StaffStep.DEACTIVATED, by=by.staff_id, now=now)


def _managed(staff_id: UUID, *, by: Actor, action: Action) -> Staff:
    """Return an active account that the actor may look after; locked until the transaction's end."""
    require(by, action)
    person = Staff.objects.select_for_update().filter(pk=staff_id, is_active=True).first()
    if person is None:
        raise NotFoundError("staff: none active")
    if person.pk == by.staff_id:
        raise TwoPeopleError("staff: own account")
    if not may_manage(by.role, Role(person.role), action):
        raise NotAllowedError(f"{by.role} may not manage {person.role}")
    return person


def _new_link(person: Staff, *, by: Actor | None, now: datetime, hours: int) -> str:
    """Replace the open links of a person by a new one and return its token."""
    Invitation.objects.filter(staff=person, used_at__isnull=True, cancelled_at__isnull=True).update(
        cancelled_at=now
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        staff=person,
        token_digest=token_digest(token),
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    _record(person.pk, StaffStep.INVITED, by=by.staff_id if by else None, now=now)
    return token


def _end_access(person: Staff) -> None:
    """Remove every passkey and end every session (they depend on the unusable password)."""
    Authenticator.objects.filter(user_id=person.pk).delete()
    Staff.objects.filter(pk=person.pk).update(password=_unusable(), enrolled_at=None)


def _has_passkey(person: Staff) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk).exists())


def _unusable() -> str:
    """Return a value that no password hashes to, new each time."""
    return "!" + secrets.token_urlsafe(30)


def _record(staff_id: UUID, step: StaffStep, *, by: UUID | None, now: datetime) -> None:
    StaffEvent.objects.create(staff_id=staff_id, step=step, by_id=by, at=now)
