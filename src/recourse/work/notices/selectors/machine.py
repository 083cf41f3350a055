"""What this room's own jobs read: a mail as it came, for the sandbox, and what was read of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from recourse.base.vault import services as vault
from recourse.work.notices.domain import About, MailState
from recourse.work.notices.models import InboundMail, TakenMail
from recourse.work.notices.selectors.letters import sealed_name

_BATCH = 500  # numbers in one question


def unread_mail(mail_id: UUID) -> bytes | None:
    """Return a mail as it came, or nothing when it was read already.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    mail = InboundMail.objects.filter(id=mail_id, state=MailState.NEW).first()
    if mail is None:
        return None
    return vault.unseal(vault.open_key(mail.key_id), sealed_name("mail.raw", mail.id), mail.raw)


def about_mail(mail: InboundMail) -> About:
    """Return what is kept sealed of a mail beside its words.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    if not mail.about:
        return About()
    key = vault.open_key(mail.key_id)
    return About(*json.loads(vault.unseal(key, sealed_name("mail.about", mail.id), mail.about)))


def taken(mailbox: bytes, validity: int, *, among: Sequence[int]) -> set[int]:
    """Return which of these messages of a mailbox are stored here already."""
    notes = TakenMail.objects.filter(mailbox=mailbox, validity=validity)
    found: set[int] = set()
    for start in range(0, len(among), _BATCH):
        found |= set(notes.filter(uid__in=among[start : start + _BATCH]).values_list("uid", flat=True))
    return found
