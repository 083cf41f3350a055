"""Who may do what: roles, actions and the one table that joins them; what an actor is. Pure.

Refuses: a permission that stands anywhere else. Whoever looks after accounts cannot open a case, and whoever
opens cases cannot make accounts unless the role says supervisor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class Role(StrEnum):
    """What a member of staff is here for."""

    OPERATOR = "operator"
    ANALYST = "analyst"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    LIAISON = "liaison"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """Something that a role may or may not do."""

    CASE_LIST = "case.list"  # the queue: numbers, states and times, nothing that tells who
    CASE_OPEN = "case.open"  # read one, with a purpose
    CASE_NOTE = "case.note"  # record what was learnt, write to the survivor
    CASE_PROTECT = "case.protect"  # give a lost code anew, unfreeze, hold for a court
    CASE_ASSESS = "case.assess"
    NOTICE_APPROVE = "notice.approve"
    NOTICE_RECORD_ANSWER = "notice.record_answer"
    MAIL_READ = "mail.read"
    CONTACT_RECORD = "contact.record"  # the abuse contact of a host of the open web
    EXCHANGE_KEYS = "exchange.keys"  # whom the fingerprints are given to: a platform's keys, made and revoked
    LISTS_KEEP = "lists.keep"  # bring in others' lists of fingerprints and erase them
    STAFF_LIST = "staff.list"
    STAFF_INVITE = "staff.invite"
    STAFF_RECOVER = "staff.recover"
    STAFF_DEACTIVATE = "staff.deactivate"


_READ = frozenset({Action.CASE_LIST, Action.CASE_OPEN})
_NOTE = frozenset({Action.CASE_NOTE})
_PROTECT = frozenset({Action.CASE_PROTECT})
_ANSWERS = frozenset({Action.MAIL_READ, Action.NOTICE_RECORD_ANSWER, Action.CONTACT_RECORD})
_DECIDE = frozenset({Action.CASE_ASSESS, Action.NOTICE_APPROVE})
_EXCHANGE = frozenset({Action.EXCHANGE_KEYS})
_LISTS = frozenset({Action.LISTS_KEEP})
_STAFF = frozenset({Action.STAFF_LIST, Action.STAFF_INVITE, Action.STAFF_RECOVER, Action.STAFF_DEACTIVATE})

ROLE_ACTIONS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        # Answers calls: notes what she says and helps with a lost code, decides nothing about the case.
        Role.OPERATOR: _READ | _NOTE | _PROTECT,
        Role.ANALYST: _READ | _NOTE,  # finds copies: needs the case, sends nothing
        Role.OFFICER: _READ | _NOTE | _DECIDE | _ANSWERS,
        Role.SUPERVISOR: _READ | _NOTE | _PROTECT | _DECIDE | _ANSWERS | _EXCHANGE | _LISTS | _STAFF,
        Role.LIAISON: _READ | _ANSWERS,  # keeps companies answering: reads what they say, approves nothing
        Role.ADMINISTRATOR: _STAFF,  # runs the installation: opens no case
    }
)

# Whom a role may invite: nobody makes a person who may do more for accounts than herself.
MAY_INVITE: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.OPERATOR: frozenset(),
        Role.ANALYST: frozenset(),
        Role.OFFICER: frozenset(),
        Role.SUPERVISOR: frozenset({Role.OPERATOR, Role.ANALYST, Role.OFFICER, Role.LIAISON}),
        Role.LIAISON: frozenset(),
        Role.ADMINISTRATOR: frozenset(Role),
    }
)

RECOVERY_OPEN_FOR = timedelta(hours=24)
TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # 32 bytes in URL-safe base 64 without padding


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of staff who does something: id, role and the label that others see."""

    staff_id: UUID
    role: Role
    label: str


class StaffStep(StrEnum):
    """What happened to an account; one row each, for good."""

    INVITED = "invited"
    ENROLLED = "enrolled"
    RECOVERY_REQUESTED = "recovery_requested"
    RECOVERY_CONFIRMED = "recovery_confirmed"
    DEACTIVATED = "deactivated"


class StaffState(StrEnum):
    """How an account stands; who must act next."""

    INVITED = "invited"  # the person: open the link
    EXPIRED = "expired"  # whoever invited: invite again
    ACTIVE = "active"  # nobody
    RECOVERY = "recovery"  # a second person: confirm
    DEACTIVATED = "deactivated"  # nobody


def may(role: Role, action: Action) -> bool:
    """Tell whether the role may do it."""
    return action in ROLE_ACTIONS[role]


def may_invite(inviter: Role, invited: Role) -> bool:
    """Tell whether the one role may make an account of the other."""
    return may(inviter, Action.STAFF_INVITE) and invited in MAY_INVITE[inviter]


def may_manage(actor: Role, subject: Role, action: Action) -> bool:
    """Tell whether the one role may do this about an account of the other.

    Normally whom it may invite. A recovery takes two people anyway, so two supervisors may help a third: a small
    agency has few others to ask.
    """
    if not may(actor, action):
        return False
    if action is Action.STAFF_RECOVER and (actor, subject) == (Role.SUPERVISOR, Role.SUPERVISOR):
        return True
    return subject in MAY_INVITE[actor]


def token_digest(token: str) -> bytes:
    """Return what is stored of an enrolment token: its SHA-256. The token has 256 random bits, so no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def recovery_refusal(
    *, requester: UUID, subject: UUID, confirmer: UUID, requested_at: datetime, now: datetime
) -> str | None:
    """Return why a recovery may not be confirmed, or nothing when it may.

    Two people, neither of them the one whose key is lost: one alone could take over any account.
    """
    if confirmer == requester:
        return "same_person"
    if subject in {requester, confirmer}:
        return "own_account"
    if now - requested_at > RECOVERY_OPEN_FOR:
        return "too_late"
    return None
