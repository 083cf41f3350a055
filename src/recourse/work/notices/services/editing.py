"""What an officer writes into a letter by hand: a paragraph in addition, or in place of our own reasons.

Refuses: her name, her contact and any address of hers; an address at all, since the letter lists its own. What is
written is sealed, is part of the digest that the approval names, and is kept when the letter is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core.errors import BadInputError, IllegalMoveError, NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import LiveItem, bounded_text
from recourse.work.notices.models import Backing
from recourse.work.notices.services.approving import decidable
from recourse.work.notices.services.writing import UNAPPROVED, recheck, seal_into

LONGEST_PART = 2000
# A web address, a mail address, a handle, a telephone number: none of them belongs into words of ours.
_POINTS_SOMEWHERE = re.compile(
    r"(?:https?:|www\.|tg:)|[\w.+-]{1,64}@[\w-]|(?:^|\s)@\w{2}|\b[\w-]{1,63}\.[a-z]{2,24}/|\+?\d(?:[ ()./-]?\d){7,}",
    re.IGNORECASE,
)
_CASE_NUMBER = re.compile(r"\bC-[0-9A-Z]{6}\b", re.IGNORECASE)


class PersonalWordsError(BadInputError):
    """The words hold something that must not leave, or that the letter says itself."""

    code = "personal_words"
    sentence = gettext_noop(
        "These words hold a name, an address, a telephone number or a case number. Write them without it: "
        "the notice may be forwarded to the person who posted it."
    )


def write_into(*, notice_id: UUID, addition: str, reasons: str, actor: Actor, now: datetime) -> None:
    """Write a paragraph of one's own into a letter that nobody has approved; empty takes it out again.

    Args:
        notice_id: the notice.
        addition: stands after our own reasons.
        reasons: stands in place of our own reasons.
        actor: who writes.
        now: the business time.

    Raises:
        NotAllowedError, NotFoundError, HeldBySomeoneError: as `approve`.
        IllegalMoveError: it is approved, or on its way.
        PersonalWordsError: the words hold something of hers, or an address.
        FieldTooLongError: longer than `LONGEST_PART`.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    with transaction.atomic():
        notice = decidable(notice_id, actor, now)
        if notice.state not in UNAPPROVED:
            raise IllegalMoveError(f"notice {notice_id} is {notice.state}")
        behind = Backing.objects.filter(line__notice=notice).values_list("item_id", flat=True)
        items = cases.decided_items(behind)
        seal_into(notice, "addition", checked_words(addition, items, field="addition"))
        seal_into(notice, "reasons", checked_words(reasons, items, field="reasons"))
        recheck(notice, now=now)


def checked_words(text: str, items: Iterable[LiveItem], *, field: str = "new_facts") -> str:
    """Return the words in one paragraph, without anything that points to a person or a place.

    The names that a survivor gave to a channel are looked for too, whole and in each of their parts.

    Raises:
        PersonalWordsError, FieldTooLongError: see `write_into`.
    """
    words = " ".join(bounded_text(text, question="letter", field=field, limit=LONGEST_PART).split())
    if _POINTS_SOMEWHERE.search(words) or _CASE_NUMBER.search(words):
        raise PersonalWordsError(field)
    if any(_names_her(words, name) for name in _names({item.case_id for item in items})):
        raise PersonalWordsError(field)
    return words


def _names_her(words: str, name: str) -> bool:
    """Tell whether a part of a name stands in the words; in scripts that join endings to names, within a word too."""
    folded = words.casefold()
    told = set(re.findall(r"\w+", folded))
    parts = [part for part in re.findall(r"\w+", name.casefold()) if len(part) > 1]
    return any(part in told or (not part.isascii() and part in folded) for part in parts)


def _names(case_ids: Iterable[UUID]) -> Iterable[str]:
    """Yield every name that was given in these cases."""
    for case_id in case_ids:
        for choice in cases.choices_made(case_id):
            if choice.has_name:
                try:
                    yield cases.name_for(case_id, choice.channel_id)
                except NotFoundError:
                    continue
