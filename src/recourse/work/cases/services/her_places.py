"""What she says about her own places: what she calls them, and who can open a link.

Refuses: to open a link before somebody who knows has said that everybody can.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import LinkSeen, StepKind, bounded_text
from recourse.work.cases.models import Case, Item
from recourse.work.cases.services.upkeep import hers, note_step, settle, standing
from recourse.world.checks import services as checks
from recourse.world.locations import services as locations

LONGEST_NAME = 80
_ANSWERS = frozenset({LinkSeen.PUBLIC, LinkSeen.SENT_TO_HER, LinkSeen.NOT_SURE})


def name_item(*, case_id: UUID, key: DataKey, number: int, name: str, now: datetime) -> None:
    """Keep what she calls one of her places; an empty name takes the old one away.

    Raises:
        NotFoundError: no such place in her case, it is shut or over, or the key is another case's.
        FieldTooLongError: longer than `LONGEST_NAME`.
    """
    called = " ".join(bounded_text(name, question="place", field="name", limit=LONGEST_NAME).split())
    with transaction.atomic():
        case = hers(case_id, now=now)
        item = _item(case, number)
        if case.key_id != key.id:
            raise NotFoundError(f"case {case_id}")
        item.name = vault.seal(key, f"cases.item.name:{item.id}", called) if called else b""
        item.save(update_fields=["name"])
        settle(case, now=now)


def answer_link(
    *, case_id: UUID, number: int, seen: LinkSeen | str, now: datetime, actor: Actor | None = None
) -> None:
    """Record who can open a link: her own answer, or what she told somebody who asked her (`actor`).

    Only "everybody can" lets our checks look, and her page counts what they see from then on. A later answer
    replaces it: what has been opened has been opened, and is opened no more unless another holder says "everybody can".

    Raises:
        NotAllowedError: the role may not open cases.
        NotFoundError: no such place in the case, nothing was asked about it, or the case is over, or shut to her.
    """
    if actor is not None:
        accounts.require(actor, Action.CASE_OPEN)
    answer = LinkSeen(seen)
    with transaction.atomic():
        case = (hers if actor is None else standing)(case_id, now=now)
        item = _item(case, number)
        if item.link == LinkSeen.NOT_ASKED or answer not in _ANSWERS or item.place_id is None:
            raise NotFoundError(f"question about place {number} of case {case_id}")
        if item.link == answer:
            return
        item.link, item.link_at = answer, now
        item.save(update_fields=["link", "link_at"])
        note_step(case, StepKind.LINK_ANSWERED, now=now, actor=actor)
        if answer is LinkSeen.PUBLIC:
            locations.declare_public(place_id=item.place_id)
            checks.begin(place_id=item.place_id, watcher=item.id, now=now)
        else:
            checks.stop_watching(watchers=[item.id])
            open_to_all = [LinkSeen.PUBLIC, LinkSeen.NOT_ASKED]
            if not Item.objects.filter(place_id=item.place_id, link__in=open_to_all).exists():
                locations.declare_private(place_id=item.place_id)
        settle(case, now=now)


def _item(case: Case, number: int) -> Item:
    item = Item.objects.filter(case=case, number=number).first() if 0 < number < 10**6 else None
    if item is None:
        raise NotFoundError(f"place of case {case.id}")
    return item
