"""Messages, tellings and new codes, read back. Words need an opened case, hers or a person's; the rest is clear.

Refuses: to open her safe contact for anybody but a machine here; a person's reading is `safe_contact_of`.
"""

from __future__ import annotations

from uuid import UUID

from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import OpenCase, OwnCase
from recourse.work.hotline.domain import (
    REACH_WITHIN,
    Confirmed,
    ContactHow,
    OpenContact,
    PickupState,
    PickupView,
    Reached,
    ReachRow,
    ReachState,
    Talk,
    Tell,
)
from recourse.work.hotline.models import Message, Outreach, Pickup, SafeContact
from recourse.work.hotline.names import message_name
from recourse.work.hotline.selectors.reports import opened_contact


def messages_of(case: OpenCase | OwnCase) -> tuple[Talk, ...]:
    """Return the messages of a case, latest first."""
    case_id = case.id if isinstance(case, OpenCase) else case.case_id
    return tuple(
        Talk(
            id=one.id,
            at=one.at,
            from_her=one.from_her,
            label=one.label,
            read_at=one.read_at,
            text=vault.unseal_text(case.key, message_name(one.id), one.sealed),
        )
        for one in Message.objects.filter(case_id=case_id).order_by("-at", "-id")
    )


def unread_by_her(case_id: UUID) -> int:
    """Count what we wrote and she has not seen."""
    return Message.objects.filter(case_id=case_id, from_her=False, read_at=None).count()


def contact_for_machine(case_id: UUID) -> OpenContact | None:
    """Return her safe contact for a job that keeps to it; None when nothing was ever said.

    Raises:
        NotFoundError: no such case, or it is erased.
        KeyNotHeldError: this process holds no identity.
    """
    key = cases.key_for_machine(case_id)
    contact = SafeContact.objects.filter(case_id=case_id).first()
    return opened_contact(contact, key) if contact is not None else None


def own_way(case_id: UUID) -> str:
    """Return the way in which she may be reached, for her own page; never the address."""
    how = SafeContact.objects.filter(case_id=case_id).values_list("how", flat=True).first()
    return how or ContactHow.PAGE_ONLY


def reached_of(case_id: UUID) -> tuple[ReachRow, ...]:
    """Return what she was, or is to be, told outside her page, latest first."""
    return tuple(map(_reach, Outreach.objects.filter(case_id=case_id).order_by("-at", "-id")))


def calls_waiting(*, actor: Actor, limit: int = 100, offset: int = 0) -> tuple[ReachRow, ...]:
    """Return the tellings that wait for a person, oldest first.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    waiting = Outreach.objects.filter(state=ReachState.FOR_A_PERSON).order_by("at", "id")
    return tuple(map(_reach, waiting[offset : offset + limit]))


def pickup_of(case_id: UUID) -> PickupView | None:
    """Return the new code that is on its way in a case, if one is."""
    found = Pickup.objects.filter(case_id=case_id, ended_at=None).first()
    if found is None:
        return None
    return PickupView(
        id=found.id,
        case_id=found.case_id,
        state=PickupState(found.state),
        by_mail=found.by_mail,
        asked_at=found.asked_at,
        asked_label=found.asked_label,
        confirmed=Confirmed(found.confirmed) if found.confirmed else None,
        confirmed_label=found.confirmed_label,
        ready_at=found.ready_at,
        expires_at=found.expires_at,
    )


def _reach(row: Outreach) -> ReachRow:
    return ReachRow(
        id=row.id,
        case_id=row.case_id,
        what=Tell(row.what),
        state=ReachState(row.state),
        at=row.at,
        due_at=row.at + REACH_WITHIN,
        label=row.label,
        outcome=Reached(row.outcome) if row.outcome else None,
    )
