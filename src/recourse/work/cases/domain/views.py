"""The shapes in which a case is handed out. Whatever could be read by itself is kept out of `repr`. Pure.

Refuses: to be built outside the selectors; holding an `OpenCase` is the proof that a reading was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.vault.domain import DataKey
from recourse.work.cases.domain.endings import LinkSeen
from recourse.work.cases.domain.facts import Facts, HandedOver
from recourse.work.cases.domain.states import (
    AgeBand,
    Basis,
    CaseState,
    ForWhom,
    Grounds,
    Purpose,
    WhatHappened,
)
from recourse.work.cases.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has claimed a case, why, and until when."""

    staff_id: UUID
    label: str
    purpose: Purpose
    until: datetime


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue, from clear columns only."""

    case_id: UUID
    number: str
    state: CaseState
    urgency: Urgency
    next_step: str  # of this room or of one above
    about: str
    ref: str
    due_at: datetime | None
    queue_at: datetime
    opened_at: datetime
    age: timedelta
    items: int
    what_happened: tuple[WhatHappened, ...]
    minor_path: bool
    holder: Holder | None
    mine: bool


@dataclass(frozen=True, slots=True)
class AccessView:
    """One reading of a case by a person, as the survivor sees it too."""

    at: datetime
    label: str
    purpose: Purpose
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A place in a case, unsealed for the person who said why."""

    id: UUID
    number: int
    place_id: UUID | None
    platform: str
    kind: str
    private: bool
    created_at: datetime
    mandate_active: bool
    assessment_id: UUID | None
    in_scope: bool | None
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenAssessment:
    """A decision with its reasons, unsealed."""

    id: UUID
    at: datetime
    label: str
    in_scope: bool
    basis: Basis
    grounds: tuple[Grounds, ...]
    item_numbers: tuple[int, ...]
    reasons: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case, unsealed, after the reading was recorded. Holding one is the proof that it was.

    `key` opens what other rooms sealed under this case (the report, the safe contact).
    """

    id: UUID
    number: str
    state: CaseState
    state_since: datetime
    opened_at: datetime
    language: str
    age_band: AgeBand
    minor_path: bool
    for_whom: ForWhom
    what_happened: tuple[WhatHappened, ...]
    legal_hold: bool
    retain_until: datetime | None
    mandate_since: datetime | None
    holder: Holder | None
    purpose: Purpose
    access_id: UUID
    items: tuple[OpenItem, ...]
    assessments: tuple[OpenAssessment, ...]
    accesses: tuple[AccessView, ...]
    facts: tuple[Facts, ...]
    hand_overs: tuple[HandedOver, ...]
    urgency: Urgency
    key: DataKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """What the code opens: her case and the key to her own words.

    Whether work is going on or only our checks is not told: it would show that a place was known before.
    """

    case_id: UUID
    opened_at: datetime
    language: str
    closed: bool
    waiting_for_you: bool
    minor_path: bool
    mandate_since: datetime | None
    for_whom: ForWhom
    turn: int  # of the code; no part of what is shown
    key: DataKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One of her places as her page shows it: her number, and what we saw since her own report.

    `item_id` is for asking other rooms and is not part of what is shown, printed or compared.
    """

    number: int
    platform: str
    link: LinkSeen
    reported_at: datetime
    decided_at: datetime | None
    in_scope: bool | None
    mandate_active: bool
    availability: str
    availability_since: datetime | None
    checked_at: datetime | None
    checks: int
    item_id: UUID = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AssessedItem:
    """An item of an assessment, for the rooms that draft from it; no words, no address."""

    item_id: UUID
    place_id: UUID | None
    number: int
    mandate_active: bool
    current: bool  # no later decision replaced this one


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a machine may know of a case: clear facts only."""

    case_id: UUID
    number: str
    state: CaseState
    language: str
    minor_path: bool
    for_whom: ForWhom
    opened_at: datetime
    mandate_since: datetime | None


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """What a drafting machine may know of a decision: clear facts only."""

    id: UUID
    at: datetime
    by: UUID
    label: str
    in_scope: bool
    basis: Basis
    grounds: tuple[Grounds, ...]
    case: CaseFacts
    items: tuple[AssessedItem, ...]


@dataclass(frozen=True, slots=True)
class LiveItem:
    """An item that backs a request at a place, by the decision that stands."""

    item_id: UUID
    case_id: UUID
    place_id: UUID
    assessment_id: UUID
