"""Her choice for one channel: asked once, made on her own page, or passed over by a rule that is named and logged.

Refuses: a choice by anybody who does not hold the key of her open case; to keep a name she did not mean to give.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases.domain import (
    LONGEST_NAME,
    ChannelReason,
    Choice,
    ChoiceAsked,
    ChoiceMade,
    ChoiceRule,
    NameNeededError,
    NotAskedError,
    OverrideRefusedError,
    bounded_text,
    is_minor_path,
)
from recourse.work.cases.models import Case, ChannelChoice
from recourse.work.cases.services.upkeep import hers, refuse_if_held, settle, standing

_MOST_WORDS = 2000
log = structlog.get_logger(__name__)


def ask_choice(
    *, case_id: UUID, channel_id: str, reasons: Iterable[ChannelReason | str], now: datetime
) -> None:
    """Have her page ask about a channel. Asking again changes nothing, unless the channel may do more by now.

    Then what she chose before no longer covers it, and she is asked anew.

    Raises:
        NotFoundError: no such case, it is erased or over.
    """
    wanted = sorted({ChannelReason(reason) for reason in reasons})
    if not wanted:
        return
    with transaction.atomic():
        case = standing(case_id, now=now)
        row = ChannelChoice.objects.filter(case=case, channel_id=channel_id).first()
        if row is None:
            ChannelChoice.objects.create(case=case, channel_id=channel_id, asked_at=now, reasons=wanted)
            jobs.emit(event=ChoiceAsked(case_id, channel_id, now), now=now)
        elif not set(wanted) <= set(row.reasons):
            row.reasons = sorted({*row.reasons, *wanted})
            row.asked_at = now
            if row.choice != Choice.WATCH_ONLY:
                row.choice, row.name, row.decided_at = Choice.NOT_YET, b"", None
                jobs.emit(event=ChoiceAsked(case_id, channel_id, now), now=now)
            row.save()


def make_choice(
    *, case_id: UUID, channel_id: str, choice: Choice | str, name: str = "", key: DataKey, now: datetime
) -> None:
    """Record what she chose on her own page. She may choose again; what has left meanwhile has left.

    Args:
        case_id: her case.
        channel_id: the channel she was asked about.
        choice: go on, watch only, or talk first.
        name: her name, where the channel needs one and she goes on; else it is not kept.
        key: of her open case, as her session holds it.
        now: the business time.

    Raises:
        NotFoundError: no such case, it is shut or over, or the key is another case's.
        NotAskedError: nothing was asked about this channel, or no choice was made.
        NameNeededError: she goes on and the name is missing.
        FieldTooLongError: the name is longer than `LONGEST_NAME`.
    """
    chosen = Choice(choice)
    spelt = " ".join(bounded_text(name, question="choice", field="name", limit=LONGEST_NAME).split())
    with transaction.atomic():
        case = hers(case_id, now=now)
        if case.key_id != key.id:
            raise NotFoundError(f"case {case_id}")
        row = _asked(case, channel_id)
        if chosen is Choice.NOT_YET:
            raise NotAskedError(f"case {case_id}")
        gives_name = chosen is Choice.GO_ON and ChannelReason.NEEDS_NAME in row.reasons
        if gives_name and not spelt:
            raise NameNeededError(f"case {case_id}")
        row.choice, row.decided_at = chosen, now
        row.name = vault.seal(key, sealed_choice("name", row.id), spelt) if gives_name else b""
        row.save()
        settle(case, now=now)
        jobs.emit(event=ChoiceMade(case_id=case.id, channel_id=channel_id), now=now)
    log.info("choice_made", case_id=str(case_id), channel_id=channel_id, choice=chosen)


def override_choice(
    *, case_id: UUID, channel_id: str, rule: ChoiceRule | str, words: str, actor: Actor, now: datetime
) -> None:
    """Go on without her choice, under a named rule. It is logged, shown to her, and never gives her name.

    It does not overrule what she said: "watch only" and "talk first" stand.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError: no such case, it is erased or over.
        NotAskedError: nothing was asked about this channel.
        OverrideRefusedError: the rule does not hold here, she has chosen otherwise, or no reason is given.
        HeldBySomeoneError: another person holds the case.
        KeyNotHeldError: this process holds no identity.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    by_rule = ChoiceRule(rule)
    why = bounded_text(words, question="override", field="words", limit=_MOST_WORDS)
    with transaction.atomic():
        case = standing(case_id, now=now)
        refuse_if_held(case, actor, now=now)
        row = _asked(case, channel_id)
        holds = by_rule is not ChoiceRule.MINOR or is_minor_path(case.age_band)
        if not why or not holds or row.choice in {Choice.WATCH_ONLY, Choice.TALK_FIRST}:
            raise OverrideRefusedError(f"case {case_id}")
        key = vault.open_key(case.key_id)
        row.overridden_by, row.overridden_label = actor.staff_id, actor.label
        row.override_rule, row.overridden_at = by_rule, now
        row.override_words = vault.seal(key, sealed_choice("words", row.id), why)
        row.save()
        settle(case, now=now)
        jobs.emit(event=ChoiceMade(case_id=case.id, channel_id=channel_id), now=now)
    log.info("choice_overridden", case_id=str(case_id), channel_id=channel_id, rule=by_rule)


def sealed_choice(column: str, row_id: UUID) -> str:
    """Return the name under which a column of a choice is sealed."""
    return f"cases.choice.{column}:{row_id}"


def _asked(case: Case, channel_id: str) -> ChannelChoice:
    # A database refuses a NUL even in a question.
    asked = case.choices.filter(channel_id=channel_id) if channel_id.isprintable() else case.choices.none()
    row = asked.first()
    if row is None:
        raise NotAskedError(f"case {case.id}")
    return row
