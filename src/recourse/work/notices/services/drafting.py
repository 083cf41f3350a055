"""Drafting: the machine writes what a person may approve.

One notice per case and recipient, for the places a decision found in scope. A place that another notice asks
the same recipient for already gets a line behind that one's: whoever is approved first is sent, the other joins.
Refuses: to send anything; to ask again what was refused with reasons, unless something is new. Without a live
mandate or her choice a notice is drafted and stays incomplete, so that a person sees what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import Choice, LiveItem
from recourse.work.notices.domain import NoticeKind, NoticeState
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.history import open_line, refused_before
from recourse.work.notices.selectors.letters import opened, reasons_to_ask
from recourse.work.notices.services.moving import locked, log
from recourse.work.notices.services.writing import recheck, seal_into
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient

NUMBER_BITS = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be asked, beside where.

    Attributes:
        kind: what is asked.
        channel_id: on which channel; empty for the best that she did not decline.
        earlier: the notice after which the content was gone, where it came back since.
        new_facts: what is new since a refusal, in an officer's words.
        like: the notice that this one stands for; what an officer wrote into it goes along, within its own case.
    """

    kind: NoticeKind = NoticeKind.REMOVAL
    channel_id: str = ""
    earlier: Notice | None = None
    new_facts: str = ""
    like: Notice | None = None


REMOVAL = Wish()


def draft(items: Iterable[LiveItem], wish: Wish = REMOVAL, *, now: datetime) -> tuple[UUID, ...]:
    """Draft notices about items, one per case, decision and channel; preservation goes beside removal.

    Of what several cases ask for, the first named asks, and the others stand behind it.
    """
    drafted = []
    groups: dict[tuple[UUID, UUID, str], tuple[Recipient, list[LiveItem]]] = {}
    for item in items:
        contact = _channel_for(item, wish, now)
        if contact is None:
            log.warning("notice_without_recipient", place_id=str(item.place_id), kind=wish.kind)
        elif _may_ask(item, contact, wish):
            key = (item.case_id, item.assessment_id, contact.channel_id)
            groups.setdefault(key, (contact, []))[1].append(item)
    for contact, fresh in groups.values():
        notice = _new_notice(fresh[0], contact, wish, now)
        for position, item in enumerate(fresh):
            _add_line(notice, item, position, now)
        recheck(notice, now=now)
        drafted.append(notice.id)
        if wish.kind is NoticeKind.REMOVAL:
            drafted += _preserve_beside(fresh, contact, now)
    return tuple(drafted)


def complete_at(*, place_id: UUID, now: datetime) -> None:
    """Look again at incomplete notices about a place of which our checks just learned something."""
    waiting = Notice.objects.filter(
        state=NoticeState.INCOMPLETE, lines__place_id=place_id, lines__open=True
    ).values_list("id", flat=True)
    for notice_id in list(waiting):
        with transaction.atomic():
            notice = locked(notice_id)
            if notice.state == NoticeState.INCOMPLETE:
                recheck(notice, now=now)


def redraw(notice: Notice, *, now: datetime, joined_only: bool = False) -> tuple[UUID, ...]:
    """Draft the backed lines of a notice that was just cancelled anew, each case's by itself, its own first.

    With `joined_only` those of other cases alone that joined it once it was sent: each was approved by itself.
    """
    behind = Backing.objects.filter(line__notice=notice, line__dropped="")
    if joined_only:
        behind = behind.filter(since__gte=notice.queued_at or now).exclude(case_id=notice.case_id)
    items = cases.decided_items(behind.values_list("item_id", flat=True))
    facts = opened(notice, "new_facts")
    wish = Wish(NoticeKind(notice.kind), notice.channel_id, notice.earlier, facts, like=notice)
    return draft(sorted(items, key=lambda item: item.case_id != notice.case_id), wish, now=now)


def _channel_for(item: LiveItem, wish: Wish, now: datetime) -> Recipient | None:
    """Return the channel to use: the one that is named, or the best that she did not decline.

    Whoever chose to be watched over only is not asked about the next channel that may tell the poster.
    """
    try:
        found = recipients.channels_for(item.place_id, wish.kind, now=now)
    except NotFoundError:
        return None
    declined = False
    for contact in found:
        if wish.channel_id and contact.channel_id != wish.channel_id:
            continue
        asked = cases.choice_of(item.case_id, contact.channel_id)
        declined = declined or (asked is not None and asked.choice is Choice.WATCH_ONLY)
        if not (declined and reasons_to_ask(contact)):
            return contact
    return None


def _may_ask(item: LiveItem, contact: Recipient, wish: Wish) -> bool:
    """Tell whether this case may ask: not while it asks already, nor after a refusal without new facts."""
    asks = Backing.objects.filter(
        item_id=item.item_id, line__open=True, line__recipient_id=contact.id, line__kind=wish.kind
    )
    if asks.exists():
        return False
    if not wish.new_facts and refused_before(item.place_id, contact.id, wish.kind):
        log.info("not_asked_after_refusal", place_id=str(item.place_id), recipient=contact.id)
        return False
    return True


def _preserve_beside(items: list[LiveItem], contact: Recipient, now: datetime) -> tuple[UUID, ...]:
    """Draft a request to preserve beside one to remove, where the recipient takes it. Neither waits for the other."""
    takes = recipients.channels_for(items[0].place_id, NoticeKind.PRESERVATION, now=now)
    channel = next((one for one in takes if one.id == contact.id), None)
    if channel is None:
        return ()
    return draft(items, Wish(NoticeKind.PRESERVATION, channel.channel_id), now=now)


def _add_line(notice: Notice, item: LiveItem, position: int, now: datetime) -> None:
    first = open_line(item.place_id, notice.recipient_id, notice.kind)
    line = NoticeLine.objects.create(
        notice=notice,
        place_id=item.place_id,
        position=position,
        recipient_id=notice.recipient_id,
        kind=notice.kind,
        behind=first,
    )
    Backing.objects.create(line=line, item_id=item.item_id, case_id=item.case_id, since=now)


def _new_notice(item: LiveItem, contact: Recipient, wish: Wish, now: datetime) -> Notice:
    notice = Notice(
        number=f"N-{ids.to_base32(ids.random_bytes(NUMBER_BITS))}",
        case_id=item.case_id,
        assessment_id=item.assessment_id,
        earlier=wish.earlier,
        kind=wish.kind,
        recipient_id=contact.id,
        channel_id=contact.channel_id,
        address_digest=contact.digest,
        key_id=vault.create_key(scope=KeyScope.NOTICE, now=now).id,
        state=NoticeState.DRAFT,
        state_since=now,
        created_at=now,
    )
    seal_into(notice, "new_facts", wish.new_facts)
    if wish.like is not None and wish.like.case_id == item.case_id:
        for column in ("addition", "reasons"):
            seal_into(notice, column, opened(wish.like, column))
    notice.save(force_insert=True)
    return notice
