"""What a notice would say now, which elements it has, and what is checked before it leaves.

Refuses: to know more of the survivor than that a mandate is live and since when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from recourse.base.core import wiring
from recourse.base.vault import services as vault
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import CaseState, ChannelReason, Choice, agreed, name_given
from recourse.work.notices.domain import (
    ChannelFacts,
    ElementState,
    ElementView,
    LetterFacts,
    NoticeKind,
    Reason,
    Say,
    channel_reasons,
    house_rules,
    law_elements,
    letter_digest,
    render_letter,
)
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.ports import Sender
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import AvailabilityState
from recourse.world.law import domain as law
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


def names_erased(notice: Notice) -> bool:
    """Tell whether a letter names a place that was erased since, so that it may not leave as it was written."""
    return notice.lines.filter(open=True, place__erased_at__isnull=False).exists()


def names_forgotten(notice: Notice) -> bool:
    """Tell whether a notice asked about a place that is erased: answers to it may quote that."""
    return notice.lines.filter(Q(place=None) | Q(place__erased_at__isnull=False)).exists()


def known_addresses(notice: Notice) -> list[str]:
    """Return the addresses of a notice's places that are not erased.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    there = notice.lines.filter(place__isnull=False, place__erased_at__isnull=True).order_by("position")
    return [locations.open_place(line.place_id).canonical for line in there if line.place_id]


def backed(lines: Sequence[NoticeLine]) -> frozenset[UUID]:
    """Return the ids of those lines that somebody's live mandate backs now."""
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id"))
    live = cases.live_mandates(item_id for _, item_id in pairs)
    return frozenset(line_id for line_id, item_id in pairs if item_id in live)


def acting(lines: Sequence[NoticeLine]) -> frozenset[UUID]:
    """Return the ids of those lines that may leave now.

    Backed by a live mandate in a case that does not wait, whose survivor agreed to the channel where she is asked.
    """
    if not lines:
        return frozenset()
    triples = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id", "case_id"))
    items = cases.acting_items(item_id for _, item_id, _ in triples)
    goes = agreeing({case_id for *_, case_id in triples}, lines[0].notice.channel_id)
    return frozenset(line_id for line_id, item_id, case_id in triples if item_id in items and case_id in goes)


def agreeing(case_ids: Iterable[UUID], channel_id: str) -> frozenset[UUID]:
    """Return those of the cases that may be acted for on a channel: asked and agreed, or not to be asked."""
    wanted = set(case_ids)
    reasons = reasons_to_ask(recipients.by_channel(channel_id))
    if not reasons:
        return frozenset(wanted)
    asked = cases.choices_of(wanted, channel_id)
    named = ChannelReason.NEEDS_NAME in reasons
    return frozenset(
        case_id
        for case_id in wanted
        if agreed(asked.get(case_id), reasons) and (not named or name_given(asked.get(case_id)))
    )


def reasons_to_ask(contact: Recipient) -> frozenset[ChannelReason]:
    """Return why a survivor is asked before this channel is used."""
    return channel_reasons(
        needs_name=contact.needs_name,
        tells_poster=contact.tells_poster,
        may_publish=contact.may_publish,
        not_stated=contact.not_stated,
    )


def why_idle(lines: Sequence[NoticeLine]) -> dict[UUID, Reason]:
    """Return why each line that may not leave now may not; of several survivors the one for whom it may yet.

    Her case waits, or she has not agreed to the channel yet; she wants to be watched over only; nobody's mandate.
    """
    going = acting(lines)
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id", "case_id"))
    live = cases.live_mandates(item_id for _, item_id, _ in pairs)
    asked = cases.choices_of({case_id for *_, case_id in pairs}, lines[0].notice.channel_id) if lines else {}
    reasons = {line.id: Reason.MANDATE_WITHDRAWN for line in lines if line.id not in going}
    for line_id, item_id, case_id in pairs:
        if line_id not in reasons:
            continue
        choice = asked[case_id].choice if case_id in asked else Choice.NOT_YET
        if cases.case_facts(case_id).state in _STILL:
            reasons[line_id] = Reason.CASE_WAITS
        elif item_id in live and reasons[line_id] is not Reason.CASE_WAITS:
            declined = choice is Choice.WATCH_ONLY
            reasons[line_id] = Reason.WATCH_ONLY if declined else Reason.TALK_FIRST
    return reasons


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
        by_form=contact.human_only,
        addition=opened(notice, "addition"),
        reasons=opened(notice, "reasons"),
        new_facts=opened(notice, "new_facts"),
    )


def written(facts: LetterFacts, language: str) -> tuple[str, str]:
    """Return subject and body of the letter in the channel's language."""
    return render_letter(facts, say_in(language))


def say_in(language: str) -> Say:
    """Return what gives a message of ours in a language; where it is not translated, in English."""

    def say(msgid: str) -> str:
        with translation.override(language):
            return translation.gettext(msgid)

    return say


def language_of(contact: Recipient) -> str:
    """Return the language we write to a channel in: the first of its own that we have, else English."""
    ours = {code for code, _name in settings.LANGUAGES}
    return next((language for language in contact.languages if language in ours), "en")


def opened(notice: Notice, column: str) -> str:
    """Return what a sealed column of a notice says; empty where nothing stands in it.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    return unsealed(notice, column, getattr(notice, column))


def unsealed(notice: Notice, name: str, sealed: bytes | memoryview) -> str:
    """Return what was sealed under a notice's key with this name; empty for nothing."""
    if not sealed:
        return ""
    return vault.unseal_text(vault.open_key(notice.key_id), sealed_name(f"notice.{name}", notice.id), sealed)


def unsigned_digest(notice: Notice, *, on: datetime) -> str:
    """Return the digest of the letter as a person who may approve it is shown it now."""
    contact = recipients.by_channel(notice.channel_id, now=on)
    notice.regime_ids = regimes_for(contact, notice.kind, on=on)
    facts = replace(letter_facts(notice, live_lines(notice), on=on), signer=None)
    return letter_digest(contact.address, *written(facts, language_of(contact)))


def regimes_for(contact: Recipient, kind: str, *, on: datetime) -> list[str]:
    """Return the ids of the laws that a notice of this kind invokes on this channel today."""
    return [regime.id for regime in law.applying(contact.regimes, kind, on=on.date())]


def mandate_since(lines: Sequence[NoticeLine]) -> datetime | None:
    """Return the day no later than which every line's mandate was given; None when one line is not backed.

    Of several survivors behind one line the first to give hers counts; of several lines the last.
    """
    if not lines or backed(lines) < {line.id for line in lines}:
        return None
    backings = list(Backing.objects.filter(line__in=lines).values_list("line_id", "item_id", "case_id"))
    items = [item_id for _, item_id, _ in backings]
    behind = cases.acting_items(items) or cases.live_mandates(items)  # a case that waits lends no date
    given = {case_id: cases.case_facts(case_id).mandate_since for case_id in {c for *_, c in backings}}
    first: dict[UUID, datetime] = {}
    for line_id, item_id, case_id in backings:
        at = given[case_id]
        if item_id in behind and at is not None:
            first[line_id] = min(at, first.get(line_id, at))
    return max(first.values(), default=None)


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
    return law_elements(facts, regimes) + house_rules(facts, channel_facts(contact, live_lines(notice)))


def missing_elements(elements: Sequence[ElementView]) -> tuple[str, ...]:
    """Return the keys of what still blocks an approval; the approval's own signature does not."""
    return tuple(view.key for view in elements if view.state is ElementState.MISSING)


def channel_facts(contact: Recipient, lines: Sequence[NoticeLine]) -> ChannelFacts:
    """Return what matters of a channel before anything is written to it for those behind these lines."""
    pairs = list(Backing.objects.filter(line__in=lines).values_list("line_id", "case_id"))
    asked = cases.choices_of({case_id for _, case_id in pairs}, contact.channel_id)
    reasons = reasons_to_ask(contact)
    all_lines = {line.id for line in lines}
    return ChannelFacts(
        usable=contact.human_only or (contact.transport == "email" and "@" in contact.address),
        reasons=reasons,
        agreed={line_id for line_id, case_id in pairs if agreed(asked.get(case_id), reasons)} == all_lines,
        named={line_id for line_id, case_id in pairs if name_given(asked.get(case_id))} == all_lines,
    )


def sealed_name(column: str, row_id: UUID) -> str:
    """Return the name under which a column of a notice or a mail is sealed."""
    return f"notices.{column}:{row_id}"
