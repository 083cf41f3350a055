"""What a notice would say now, which elements it has, and what is checked before it leaves.

Refuses: to know more of the survivor than that a mandate is live and since when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.core import wiring
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import CaseState
from recourse.work.notices.domain import (
    ChannelFacts,
    ElementState,
    ElementView,
    LetterFacts,
    NoticeKind,
    house_rules,
    law_elements,
    letter_digest,
    render_letter,
)
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.ports import Sender
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.locations import selectors as locations
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient
from recourse.world.rules.load import rules

# Answers older than this do not say that the recipient still reads the channel.
CHANNEL_PROVEN_FOR = timedelta(days=90)
_STILL = frozenset({CaseState.WAITING_FOR_SURVIVOR, CaseState.FROZEN})
_SEEN = frozenset({AvailabilityState.AVAILABLE, AvailabilityState.REAPPEARED})


def live_lines(notice: Notice) -> list[NoticeLine]:
    """Return the lines that still ask: open, with a place that is not erased, in the order they were drafted."""
    lines = notice.lines.filter(open=True, place__isnull=False, place__erased_at__isnull=True)
    return list(lines.select_related("place").order_by("position"))


def backed(lines: Sequence[NoticeLine]) -> frozenset[UUID]:
    """Return the ids of those lines that somebody's live mandate backs now."""
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id"))
    live = cases.live_mandates(item_id for _, item_id in pairs)
    return frozenset(line_id for line_id, item_id in pairs if item_id in live)


def acting(lines: Sequence[NoticeLine]) -> frozenset[UUID]:
    """Return the ids of those lines that may leave now: backed by a live mandate in a case that does not wait."""
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id"))
    items = cases.acting_items(item_id for _, item_id in pairs)
    return frozenset(line_id for line_id, item_id in pairs if item_id in items)


def waiting(lines: Sequence[NoticeLine]) -> frozenset[UUID]:
    """Return the ids of those lines that a case backs which waits for its survivor or is frozen."""
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "case_id"))
    still = {case_id for _, case_id in pairs if cases.case_facts(case_id).state in _STILL}
    return frozenset(line_id for line_id, case_id in pairs if case_id in still)


def letter_facts(
    notice: Notice, lines: Sequence[NoticeLine], *, on: datetime, entry: UUID | None = None
) -> LetterFacts:
    """Return what a letter about these lines says now. Opens the places' addresses.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    sender = wiring.resolve(Sender)
    contact = recipients.by_channel(notice.channel_id, now=on)
    assessment = cases.assessment_facts(notice.assessment_id)
    mandate = mandate_since(lines)
    return LetterFacts(
        kind=NoticeKind(notice.kind),
        number=notice.number,
        on=on.date(),
        recipient=contact.name,
        agency=sender.agency,
        address=sender.address,
        urls=tuple(locations.open_place(line.place_id).canonical for line in lines if line.place_id),
        grounds=tuple(ground.value for ground in assessment.grounds),
        laws=tuple(rules().regimes[regime_id].name for regime_id in notice.regime_ids),
        entry=str(entry) if entry else None,
        seen_at=seen_at(lines),
        mandate_since=mandate.date() if mandate else None,
        signer=notice.approved_label or None,
        earlier=notice.earlier.number if notice.earlier else None,
    )


def unsigned_digest(notice: Notice, *, on: datetime) -> str:
    """Return the digest of the letter as a person who may approve it is shown it now."""
    contact = recipients.by_channel(notice.channel_id, now=on)
    notice.regime_ids = list(contact.regimes)
    facts = replace(letter_facts(notice, live_lines(notice), on=on), signer=None)
    return letter_digest(contact.address, *render_letter(facts))


def mandate_since(lines: Sequence[NoticeLine]) -> datetime | None:
    """Return since when somebody's live mandate backs every one of the lines; None when one is not backed."""
    if not lines or backed(lines) < {line.id for line in lines}:
        return None
    backings = list(Backing.objects.filter(line__in=lines).values_list("item_id", "case_id"))
    items = [item_id for item_id, _ in backings]
    behind = cases.acting_items(items) or cases.live_mandates(items)  # a case that waits lends no date
    case_ids = {case_id for item_id, case_id in backings if item_id in behind}
    given = [cases.case_facts(case_id).mandate_since for case_id in case_ids]
    return min((at for at in given if at is not None), default=None)


def seen_at(lines: Sequence[NoticeLine]) -> datetime | None:
    """Return when our own checks last found the content at all of the places; None when at one they did not."""
    place_ids = [line.place_id for line in lines if line.place_id]
    found = checks.availability(place_ids)
    times = []
    for place_id in place_ids:
        view = found.get(place_id)
        if view is None or view.state not in _SEEN or view.checked_at is None:
            return None
        times.append(view.checked_at)
    return min(times, default=None)


def element_views(facts: LetterFacts, notice: Notice, contact: Recipient) -> tuple[ElementView, ...]:
    """Return every element the letter needs under the laws it names and under our own rules."""
    regimes = [rules().regimes[regime_id] for regime_id in notice.regime_ids]
    return law_elements(facts, regimes) + house_rules(facts, channel_facts(contact))


def missing_elements(elements: Sequence[ElementView]) -> tuple[str, ...]:
    """Return the keys of what still blocks an approval; the approval's own signature does not."""
    return tuple(view.key for view in elements if view.state is ElementState.MISSING)


def channel_facts(contact: Recipient) -> ChannelFacts:
    """Return what matters of a channel before anything is written to it."""
    return ChannelFacts(
        by_mail=contact.transport == "email" and "@" in contact.address,
        needs_name=contact.needs_name,
        tells_poster=contact.tells_poster,
    )


def sealed_name(column: str, row_id: UUID) -> str:
    """Return the name under which a column of a notice or a mail is sealed."""
    return f"notices.{column}:{row_id}"
