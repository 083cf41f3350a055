"""Messages between her and us, both ways; sealed under the case's key, read on her page and at the desk.

Her own need the key from her code alone. Refuses: an empty one, and one without an opened case behind it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recourse.base.core import ids
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OpenCase, OwnCase, bounded_text
from recourse.work.hotline.domain import MAX_MESSAGE, NothingWrittenError, Tell
from recourse.work.hotline.models import Message
from recourse.work.hotline.names import message_name
from recourse.work.hotline.services.reaching import tell
from recourse.work.hotline.services.steps import plan


def write_to_us(*, case: OwnCase, text: str, now: datetime) -> None:
    """Keep what she wrote on her page; a person reads it within a day. A closed case opens again.

    Raises:
        NothingWrittenError: there is no word in it.
        FieldTooLongError: longer than `MAX_MESSAGE`.
        NotFoundError: the case is erased.
    """
    words = _words(text)
    message_id = ids.new_id()
    with transaction.atomic():
        cases.hear(case_id=case.case_id, now=now)
        Message.objects.create(
            id=message_id,
            case_id=case.case_id,
            from_her=True,
            sealed=vault.seal(case.key, message_name(message_id), words),
            at=now,
        )
        plan(case.case_id, now=now)


def write_to_her(*, case: OpenCase, text: str, actor: Actor, now: datetime) -> None:
    """Keep what a person wrote to her, and have her told that there is something new.

    Raises:
        NotAllowedError: the role may not write to her.
        NothingWrittenError: there is no word in it.
        FieldTooLongError: longer than `MAX_MESSAGE`.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_NOTE)
    words = _words(text)
    message_id = ids.new_id()
    with transaction.atomic():
        cases.require_free(case_id=case.id, actor=actor, now=now)
        Message.objects.create(
            id=message_id,
            case_id=case.id,
            from_her=False,
            by=actor.staff_id,
            label=actor.label,
            sealed=vault.seal(case.key, message_name(message_id), words),
            at=now,
        )
        Message.objects.filter(case_id=case.id, from_her=True, read_at=None).update(read_at=now)
        tell(case_id=case.id, what=Tell.MESSAGE, ref=str(message_id), now=now)
        plan(case.id, now=now)


def note_read_by_us(*, case: OpenCase, actor: Actor, now: datetime) -> None:
    """Take her messages off the queue: they are read, and need no answer.

    Raises:
        NotAllowedError: the role may not write to her.
    """
    accounts.require(actor, Action.CASE_NOTE)
    with transaction.atomic():
        Message.objects.filter(case_id=case.id, from_her=True, read_at=None).update(read_at=now)
        plan(case.id, now=now)


def note_read_by_her(*, case: OwnCase, now: datetime) -> None:
    """Note that she has seen what we wrote."""
    unread = Message.objects.filter(case_id=case.case_id, from_her=False, read_at=None)
    if unread.exists():
        with transaction.atomic():
            unread.update(read_at=now)


def _words(text: str) -> str:
    words = bounded_text(text, question="message", field="text", limit=MAX_MESSAGE)
    if not words:
        raise NothingWrittenError("message")
    return words
