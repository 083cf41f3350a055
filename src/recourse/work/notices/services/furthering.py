"""Asking further: another kind, another channel, an authority, or the same again with something new.

An officer chooses where to; drafting, approval and everything after are the same. A voluntary request and a formal
decision run beside each other: neither waits for the other, and neither's refusal ends the other. Refuses: to ask
the same recipient for the same again after a refusal with reasons, unless something is new and said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from recourse.base.core.errors import ConflictError, NotFoundError
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as case_selectors
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Choice, LiveItem
from recourse.work.notices.domain import AFTER_LEAVING, AnswerKind, NoticeKind, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice
from recourse.work.notices.selectors.history import open_line, refused_before
from recourse.work.notices.services.drafting import Wish, draft
from recourse.work.notices.services.editing import checked_words
from recourse.work.notices.services.moving import close_lines, locked, move
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient


class RefusedBeforeError(ConflictError):
    """The recipient refused exactly this, and nothing new is said."""

    code = "refused_before"
    sentence = gettext_noop(
        "This recipient has refused this request with reasons. Say what is new since then, or ask somebody else."
    )


class DeclinedError(ConflictError):
    """She chose to be watched over only, as far as this channel goes."""

    code = "channel_declined"
    sentence = gettext_noop(
        "She chose that we only watch on this channel. Nothing is asked there unless she says so."
    )


class AskedAlreadyError(ConflictError):
    """The case asks this recipient for exactly this already."""

    code = "asked_already"
    sentence = gettext_noop(
        "This case asks this recipient for it already. Remind them, or choose another kind or channel."
    )


def draft_further(
    *,
    case_id: UUID,
    place_ids: Iterable[UUID],
    kind: NoticeKind | str,
    channel_id: str,
    actor: Actor,
    now: datetime,
    new_facts: str = "",
) -> tuple[UUID, ...]:
    """Draft a notice of any kind on a channel of the officer's choice.

    Args:
        case_id: the case to ask for.
        place_ids: of its places, decided on and in scope.
        kind: what is asked.
        channel_id: one of `recipients.channels_for`.
        actor: who asks for it.
        now: the business time.
        new_facts: what is new since the recipient refused, for the letter; nothing of hers.

    Returns:
        The ids of the drafted notices.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: a place that is not in scope in this case, or a channel that does not serve one.
        HeldBySomeoneError: another person holds the case.
        RefusedBeforeError: it was refused, and nothing new is said.
        AskedAlreadyError: the case asks this already.
        DeclinedError: she chose to be watched over only on this channel.
        PersonalWordsError, TooLongError: the new facts hold something of hers, or are too long.
    """
    accounts.require(actor, Action.NOTICE_APPROVE)
    asked = NoticeKind(kind)
    with transaction.atomic():
        cases.require_free(case_id=case_id, actor=actor, now=now)
        items = _items(case_id, set(place_ids))
        words = checked_words(new_facts, items)
        for item in items:
            _make_way(item, asked, _channel(item, asked, channel_id, now), anew=bool(words), now=now)
        _refuse_declined(case_id, channel_id)
        drafted = draft(items, Wish(asked, channel_id, new_facts=words), now=now)
    if not drafted:
        raise AskedAlreadyError(f"case {case_id}")
    return drafted


def _refuse_declined(case_id: UUID, channel_id: str) -> None:
    asked = case_selectors.choice_of(case_id, channel_id)
    if asked is not None and asked.choice is Choice.WATCH_ONLY:
        raise DeclinedError(f"case {case_id}")


def _items(case_id: UUID, place_ids: set[UUID]) -> list[LiveItem]:
    found = [item for item in case_selectors.acting_places(case_id) if item.place_id in place_ids]
    if not place_ids or len(found) != len(place_ids):
        raise NotFoundError(f"places of case {case_id}")
    return found


def _channel(item: LiveItem, kind: NoticeKind, channel_id: str, now: datetime) -> Recipient:
    for contact in recipients.channels_for(item.place_id, kind, now=now):
        if contact.channel_id == channel_id:
            return contact
    raise NotFoundError(f"channel {channel_id} for {kind}")


def _make_way(item: LiveItem, kind: NoticeKind, contact: Recipient, *, anew: bool, now: datetime) -> None:
    """Let the line that was refused ask no more, where something is new or no reason was given; else refuse."""
    if not anew and refused_before(item.place_id, contact.id, kind):
        raise RefusedBeforeError(f"case {item.case_id}")
    line = open_line(item.place_id, contact.id, kind)
    if line is None or line.answer != AnswerKind.REFUSED:
        return
    if not Backing.objects.filter(line=line, item_id=item.item_id).exists():
        return
    notice = locked(line.notice_id)
    close_lines(notice, {line.id}, now=now)
    if not notice.lines.filter(open=True).exists() and NoticeState(notice.state) in AFTER_LEAVING:
        _close(notice, now)


def _close(notice: Notice, now: datetime) -> None:
    move(notice, NoticeState.CLOSED, now=now, reason=Reason.ASKED_ANEW)
