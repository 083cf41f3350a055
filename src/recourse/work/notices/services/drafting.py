"""Drafting: the machine writes what a person may approve.

One notice per recipient for the places an assessment found in scope. A place that somebody else's notice to
the same recipient already asks about gets no second line: the new item backs the open one.
Refuses: to send anything. Without a live mandate a notice is drafted and stays incomplete, so that a person
sees what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import AssessmentFacts, LiveItem
from recourse.work.notices.domain import BEFORE_LEAVING, NoticeKind, NoticeState, Reason, render_letter
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.letters import (
    element_views,
    letter_facts,
    live_lines,
    missing_elements,
    sealed_name,
)
from recourse.work.notices.services.moving import cancel_notice, locked, log, move
from recourse.world.evidence import services as evidence
from recourse.world.locations import selectors as locations
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient

NUMBER_BITS = 32


def draft_for_assessment(assessment_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Draft what an assessment calls for, and have what is there captured. Doing it twice changes nothing.

    An assessment that finds an item out of scope takes it off everything that has not left.

    Returns:
        The ids of the notices drafted by this call.
    """
    facts = cases.assessment_facts(assessment_id)
    # A job may come late: what a later decision replaced calls for nothing.
    place_of = {item.item_id: item.place_id for item in facts.items if item.place_id and item.current}
    if not facts.in_scope:
        with transaction.atomic():
            take_off(place_of, Reason.BY_OFFICER, now=now)
        return ()
    by_place = {
        place_id: [LiveItem(item_id=item_id, case_id=facts.case.case_id)]
        for item_id, place_id in place_of.items()
    }
    with transaction.atomic():
        _let_go_of_other_grounds(facts, place_of, now)
        drafted = draft(assessment_id, facts.case.case_id, by_place, now=now)
        for place_id in by_place:
            _have_captured(place_id, now, minimal=facts.case.minor_path)
    return drafted


def draft(
    assessment_id: UUID,
    case_id: UUID,
    items_at: dict[UUID, list[LiveItem]],
    *,
    now: datetime,
    earlier: Notice | None = None,
) -> tuple[UUID, ...]:
    """Draft removal notices about places, one per recipient; each place is backed by its items."""
    kind = NoticeKind.REMOVAL
    drafted = []
    for contact, place_ids in _by_recipient(items_at, kind, now):
        fresh = [
            place for place in place_ids if not _join_open_line(place, contact, kind, items_at[place], now)
        ]
        if not fresh:
            continue
        notice = _new_notice(assessment_id, case_id, contact, kind=kind, now=now, earlier=earlier)
        for position, place_id in enumerate(fresh):
            line = NoticeLine.objects.create(
                notice=notice, place_id=place_id, position=position, recipient_id=contact.id, kind=kind
            )
            _back(line, items_at[place_id], now)
        recheck(notice, now=now)
        drafted.append(notice.id)
    return tuple(drafted)


def _let_go_of_other_grounds(facts: AssessmentFacts, place_of: Mapping[UUID, UUID], now: datetime) -> None:
    """Bring what has not left and rests on other grounds than this decision's into line with it.

    A draft about nothing else is written anew; from any other notice the places are taken off, to be drafted again.
    """
    resting = Notice.objects.filter(
        case_id=facts.case.case_id,
        state__in=[*BEFORE_LEAVING],
        lines__open=True,
        lines__backings__item_id__in=list(place_of),
    ).exclude(assessment_id=facts.id)
    for notice_id in sorted(set(resting.values_list("id", flat=True))):
        notice = locked(notice_id)
        if set(cases.assessment_facts(notice.assessment_id).grounds) == set(facts.grounds):
            continue
        covered = {line.place_id for line in live_lines(notice)} <= set(place_of.values())
        if covered and notice.state in {NoticeState.DRAFT, NoticeState.INCOMPLETE, NoticeState.READY}:
            notice.assessment_id, notice.remark = facts.id, b""
            recheck(notice, now=now)
        elif NoticeState(notice.state) in BEFORE_LEAVING:
            take_off(place_of, Reason.BY_OFFICER, now=now)


def recheck(notice: Notice, *, now: datetime) -> None:
    """Write a locked, unapproved notice anew and move it to ready or incomplete."""
    lines = live_lines(notice)
    contact = recipients.by_channel(notice.channel_id, now=now)
    facts = letter_facts(notice, lines, on=now)
    notice.address_digest, notice.regime_ids = contact.digest, list(contact.regimes)
    store_letter(notice, *render_letter(facts))
    missing = missing_elements(element_views(facts, notice, contact))
    after = NoticeState.INCOMPLETE if missing else NoticeState.READY
    if notice.state == after:
        notice.save()
    else:
        move(notice, after, now=now)


def store_letter(notice: Notice, subject: str, body: str) -> None:
    """Seal subject and body into the row; the caller saves."""
    key = vault.open_key(notice.key_id)
    notice.subject = vault.seal(key, sealed_name("notice.subject", notice.id), subject)
    notice.body = vault.seal(key, sealed_name("notice.body", notice.id), body)


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


def take_off(item_ids: Iterable[UUID], reason: Reason, *, now: datetime) -> None:
    """Take items off every notice that has not left; what nobody backs any more is cancelled.

    A notice that is approved or in the outbox and loses only some of its lines is cancelled and drafted anew
    with the rest: nobody's approval covers a letter that was changed under it.
    """
    lines = NoticeLine.objects.filter(
        open=True, backings__item_id__in=list(item_ids), notice__state__in=[*BEFORE_LEAVING]
    )
    notice_ids = set(lines.values_list("notice_id", flat=True))
    Backing.objects.filter(line__in=lines, item_id__in=list(item_ids)).delete()
    for notice_id in sorted(notice_ids):
        notice = locked(notice_id)
        if NoticeState(notice.state) in BEFORE_LEAVING:
            _settle_backing(notice, reason, now)


def replace(notice: Notice, reason: Reason, *, now: datetime) -> tuple[UUID, ...]:
    """Cancel a locked notice and draft its backed lines anew; the old one keeps its token, for late answers."""
    items_at = {line.place_id: _items_of(line) for line in live_lines(notice) if line.place_id}
    items_at = {place_id: items for place_id, items in items_at.items() if items}
    cancel_notice(notice, reason, now=now)
    return draft(notice.assessment_id, notice.case_id, items_at, now=now, earlier=notice.earlier)


def _settle_backing(notice: Notice, reason: Reason, now: datetime) -> None:
    lines = live_lines(notice)
    still_backed = {line.id for line in lines if line.backings.exists()}
    if not still_backed:
        cancel_notice(notice, reason, now=now)
    elif len(still_backed) < len(lines):
        if notice.state in {NoticeState.APPROVED, NoticeState.QUEUED, NoticeState.HELD}:
            replace(notice, reason, now=now)
            return
        notice.lines.filter(open=True).exclude(id__in=still_backed).update(open=False, dropped=reason)
        recheck(notice, now=now)


def _by_recipient(
    place_ids: Iterable[UUID], kind: NoticeKind, now: datetime
) -> list[tuple[Recipient, list[UUID]]]:
    found: dict[str, tuple[Recipient, list[UUID]]] = {}
    for place_id in place_ids:
        platform = locations.platform_of(place_id)
        try:
            contact = recipients.recipient_for(platform, kind, now=now)
        except NotFoundError:
            log.warning("notice_without_recipient", place_id=str(place_id), platform=platform)
            continue
        found.setdefault(contact.channel_id, (contact, []))[1].append(place_id)
    return list(found.values())


def _join_open_line(
    place_id: UUID, contact: Recipient, kind: NoticeKind, items: Sequence[LiveItem], now: datetime
) -> bool:
    line = NoticeLine.objects.filter(place_id=place_id, recipient_id=contact.id, kind=kind, open=True).first()
    if line is None:
        return False
    _back(line, items, now)
    notice = locked(line.notice_id)
    if notice.state == NoticeState.INCOMPLETE:
        recheck(notice, now=now)
    return True


def _back(line: NoticeLine, items: Sequence[LiveItem], now: datetime) -> None:
    known = set(line.backings.values_list("item_id", flat=True))
    Backing.objects.bulk_create(
        Backing(line=line, item_id=item.item_id, case_id=item.case_id, since=now)
        for item in items
        if item.item_id not in known
    )


def _items_of(line: NoticeLine) -> list[LiveItem]:
    pairs = line.backings.order_by("since", "id").values_list("item_id", "case_id")
    return [LiveItem(item_id=item_id, case_id=case_id) for item_id, case_id in pairs]


def _new_notice(
    assessment_id: UUID,
    case_id: UUID,
    contact: Recipient,
    *,
    kind: NoticeKind,
    now: datetime,
    earlier: Notice | None,
) -> Notice:
    return Notice.objects.create(
        number=f"N-{ids.to_base32(ids.random_bytes(NUMBER_BITS))}",
        case_id=case_id,
        assessment_id=assessment_id,
        earlier=earlier,
        kind=kind,
        recipient_id=contact.id,
        channel_id=contact.channel_id,
        address_digest=contact.digest,
        regime_ids=list(contact.regimes),
        key_id=vault.create_key(scope=KeyScope.NOTICE, now=now).id,
        state=NoticeState.DRAFT,
        state_since=now,
        created_at=now,
    )


def _have_captured(place_id: UUID, now: datetime, *, minimal: bool) -> None:
    """Have the place captured; on the minor path without the words of its page (invariant 12)."""
    if locations.can_be_visited(place_id):
        evidence.request_capture(place_id=place_id, now=now, minimal=minimal)
