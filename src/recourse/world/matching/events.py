"""What matching tells the rooms above: ids only. Pure. Part of the domain, which names it again.

Beside it, not in it: the queue calls an event by the package its module stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from recourse.base.jobs.domain import Event


@dataclass(frozen=True, slots=True)
class MatchFound(Event):
    """Something of a case waits for a person: a match, or a fingerprint that is near a lawful picture."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class MatchesGone(Event):
    """Matches of a case that waited for a person went with their list."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class FingerprintsDisputed(Event):
    """Platforms say that fingerprints of a case fit something lawful; they wait for a person."""

    case_id: UUID
