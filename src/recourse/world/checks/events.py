"""What others may hear of our looks: ids, codes and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.base.jobs.domain import Event


@dataclass(frozen=True)
class AvailabilityChanged(Event):
    """A place moved from one availability to another."""

    place_id: UUID
    before: str
    after: str
    at: datetime


@dataclass(frozen=True)
class ProbeRecorded(Event):
    """We looked at a place."""

    place_id: UUID
    verdict: str
    at: datetime


@dataclass(frozen=True)
class AlarmRaised(Event):
    """What a platform shows can no longer be read with certainty; nothing of it is called gone meanwhile."""

    platform: str
    kind: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class AlarmEnded(Event):
    """It reads again."""

    platform: str
    kind: str
    reason: str
    at: datetime
