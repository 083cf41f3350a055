"""How the channels of a case stand with her: what she was asked, what she chose, and her name for a machine.

Refuses: to tell her name to anybody but a process that holds the identity, for the one channel she gave it to.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.work.cases.domain import (
    ChannelReason,
    Choice,
    ChoiceRule,
    ChoiceView,
    name_given,
    open_question,
)
from recourse.work.cases.models import ChannelChoice
from recourse.work.cases.selectors.machine import key_for_machine


def choice_of(case_id: UUID, channel_id: str) -> ChoiceView | None:
    """Return how one channel stands with her; None when nothing was asked."""
    row = ChannelChoice.objects.filter(case_id=case_id, channel_id=channel_id).first()
    return _view(row) if row is not None else None


def choices_of(case_ids: Iterable[UUID], channel_id: str) -> dict[UUID, ChoiceView]:
    """Return how a channel stands with each of these cases; cases that were not asked are left out."""
    rows = ChannelChoice.objects.filter(case_id__in=list(case_ids), channel_id=channel_id)
    return {row.case_id: _view(row) for row in rows}


def choices_waiting(case_id: UUID) -> tuple[ChoiceView, ...]:
    """Return what her page still has to ask, longest asked first."""
    return tuple(view for view in choices_made(case_id) if open_question(view))


def choices_made(case_id: UUID) -> tuple[ChoiceView, ...]:
    """Return every channel she was asked about, for her page and the desk, longest asked first."""
    rows = ChannelChoice.objects.filter(case_id=case_id).order_by("asked_at", "channel_id")
    return tuple(map(_view, rows))


def name_for(case_id: UUID, channel_id: str) -> str:
    """Return the name she gave to one channel, for a machine that holds the identity.

    Raises:
        NotFoundError: she gave none to this channel, or the case is erased.
        KeyNotHeldError: this process holds no identity.
    """
    row = ChannelChoice.objects.filter(case_id=case_id, channel_id=channel_id).first()
    if row is None or not name_given(_view(row)):
        raise NotFoundError(f"name in case {case_id}")
    return vault.unseal_text(key_for_machine(case_id), f"cases.choice.name:{row.id}", row.name)


def _view(row: ChannelChoice) -> ChoiceView:
    return ChoiceView(
        channel_id=row.channel_id,
        reasons=tuple(map(ChannelReason, row.reasons)),
        asked_at=row.asked_at,
        choice=Choice(row.choice),
        decided_at=row.decided_at,
        has_name=bool(row.name),
        overridden=ChoiceRule(row.override_rule) if row.override_rule else None,
        overridden_label=row.overridden_label,
    )
