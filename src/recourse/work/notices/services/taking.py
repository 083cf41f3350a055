"""Messages are taken out of a mailbox: each once, whatever dies between two steps.

The message and the note that it was taken are committed together; only after that may it be moved on the server.
A process that dies before the commit has taken nothing, one that dies after it finds the note and only moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from recourse.base.vault import services as vault
from recourse.work.notices.models import TakenMail
from recourse.work.notices.services.receiving import receive_mail

_BATCH = 500


def mailbox_of(host: str, user: str, folder: str) -> bytes:
    """Return the key under which a mailbox's notes are kept; it names nobody."""
    return vault.lookup("notices.mailbox", f"{host}\0{user}\0{folder}")


def take_mail(
    *,
    mailbox: bytes,
    validity: int,
    uid: int,
    raw: bytes,
    recipients: Iterable[str],
    now: datetime,
    trouble: str = "",
) -> bool:
    """Store a message and note that it was taken, in one transaction.

    Returns:
        False if it had been taken before; nothing was stored then.
    """
    with transaction.atomic():
        note = TakenMail(mailbox=mailbox, validity=validity, uid=uid, at=now)
        TakenMail.objects.bulk_create([note], ignore_conflicts=True)
        if not TakenMail.objects.filter(id=note.id).exists():
            return False
        receive_mail(raw=raw, recipients=recipients, now=now, trouble=trouble)
    return True


def forget_taken(*, mailbox: bytes, validity: int, present: Iterable[int]) -> None:
    """Drop the notes of messages that lie in the folder no more, and those of other numbers than the present ones.

    A mark on a message is no reason: a server may keep it for a session only (RFC 3501, PERMANENTFLAGS).
    """
    notes = TakenMail.objects.filter(mailbox=mailbox)
    notes.exclude(validity=validity).delete()
    gone = sorted(set(notes.values_list("uid", flat=True)) - set(present))
    for start in range(0, len(gone), _BATCH):
        with transaction.atomic():
            notes.filter(uid__in=gone[start : start + _BATCH]).delete()
