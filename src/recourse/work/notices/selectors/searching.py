"""Finding a notice by what somebody holds in her hand: our number, or the number of the recipient's system.

Nothing is opened: ours stands in clear, theirs is found by a keyed look-up.
"""

from __future__ import annotations

from uuid import UUID

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.notices.domain import NoticeRow, spelt
from recourse.work.notices.models import InboundMail, Notice
from recourse.work.notices.selectors.rows import by_number, notice_row

LONGEST_NUMBER = 200
MOST_FOUND = 50


def found_notices(*, actor: Actor, text: str) -> tuple[NoticeRow, ...]:
    """Return the notices that a public number of ours, or a number of the recipient's system, names.

    Raises:
        NotAllowedError: the role may not see the queue.
    """
    accounts.require(actor, Action.CASE_LIST)
    sought = text.strip()
    if not sought or not sought.isprintable() or len(sought) > LONGEST_NUMBER:
        return ()
    ours = by_number(sought)
    if not ours.exists():
        lookup = vault.lookup("notices.their_reference", spelt(sought))
        same = InboundMail.light.filter(reference_lookup=lookup, notice__isnull=False)
        ours = Notice.objects.filter(id__in=same.values("notice_id"))
    return tuple(notice_row(notice) for notice in ours.order_by("-created_at", "number")[:MOST_FOUND])


def number_of(notice_id: UUID) -> str:
    """Return the public number of a notice.

    Raises:
        NotFoundError: no such notice.
    """
    number = Notice.objects.filter(id=notice_id).values_list("number", flat=True).first()
    if number is None:
        raise NotFoundError(f"notice {notice_id}")
    return number
