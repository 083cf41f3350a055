"""Writing a notice's letter: from the present facts while nobody has approved it, sealed, with what it lacks.

Refuses: to change a letter that somebody approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.work.cases import selectors as case_selectors
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Choice
from recourse.work.notices.domain import HouseRule, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice
from recourse.work.notices.selectors.letters import (
    element_views,
    language_of,
    letter_facts,
    live_lines,
    missing_elements,
    reasons_to_ask,
    regimes_for,
    sealed_name,
    written,
)
from recourse.work.notices.services.gathering import gather
from recourse.work.notices.services.moving import move, save
from recourse.work.notices.services.steps import keep_steps
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient

UNAPPROVED = frozenset({NoticeState.DRAFT, NoticeState.INCOMPLETE, NoticeState.READY})
_HERS = frozenset({HouseRule.NAME.value, HouseRule.CHOICE.value})


def recheck(notice: Notice, *, now: datetime) -> None:
    """Write a locked, unapproved notice anew, ask her what has to be asked, and move it to ready or incomplete."""
    lines = live_lines(notice)
    contact = recipients.by_channel(notice.channel_id, now=now)
    take_contact(notice, contact, now=now)
    facts = letter_facts(notice, lines, on=now)
    store_letter(notice, *written(facts, notice.language))
    ask_her(notice, contact, now=now)
    missing = missing_elements(element_views(facts, notice, contact))
    after = NoticeState.INCOMPLETE if missing else NoticeState.READY
    why = _waits_for(notice, missing)
    if notice.state != after:
        move(notice, after, now=now, reason=why)
    else:
        notice.reason = why or ""
        save(notice)
        keep_steps([notice.case_id], now=now)
    together = gather(notice, now=now)
    if together is not None:
        recheck(together, now=now)


def take_contact(notice: Notice, contact: Recipient, *, now: datetime) -> None:
    """Write down how the recipient is reached now: address, laws, language, and by whom; the caller saves."""
    notice.address_digest = contact.digest
    notice.regime_ids = regimes_for(contact, notice.kind, on=now)
    notice.language = language_of(contact)
    notice.by_hand = contact.human_only


def ask_her(notice: Notice, contact: Recipient, *, now: datetime) -> None:
    """Have everybody behind a notice asked about its channel, where it may do more than read."""
    reasons = reasons_to_ask(contact)
    if not reasons:
        return
    behind = Backing.objects.filter(line__notice=notice, line__open=True).values_list("case_id", flat=True)
    for case_id in sorted(set(behind)):
        cases.ask_choice(case_id=case_id, channel_id=contact.channel_id, reasons=reasons, now=now)


def _waits_for(notice: Notice, missing: Sequence[str]) -> Reason | None:
    """Return why a draft waits for her alone; None when it waits for something else, or for nothing."""
    if not missing or not set(missing) <= _HERS:
        return None
    behind = Backing.objects.filter(line__notice=notice, line__open=True).values_list("case_id", flat=True)
    said = {view.choice for view in case_selectors.choices_of(behind, notice.channel_id).values()}
    return Reason.TALK_FIRST if Choice.TALK_FIRST in said else Reason.HER_CHOICE


def store_letter(notice: Notice, subject: str, body: str, key: DataKey | None = None) -> None:
    """Seal subject and body into the row; the caller saves."""
    key = key or vault.open_key(notice.key_id)
    seal_into(notice, "subject", subject, key)
    seal_into(notice, "body", body, key)


def seal_into(notice: Notice, column: str, text: str, key: DataKey | None = None) -> None:
    """Seal a text into a column of the row, empty for no text; the caller saves. `key` is the notice's, if open."""
    key = key or vault.open_key(notice.key_id)
    setattr(
        notice, column, vault.seal(key, sealed_name(f"notice.{column}", notice.id), text) if text else b""
    )
