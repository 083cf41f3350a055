"""What her pages say before something ends: what was sent outside, when it is complete, how she would be reached.

Decides nothing. Refuses: addresses, hers included; the page says the way and not the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recourse.base.vault.domain import KEY_BACKUP_DAYS
from recourse.surfaces.frame.places import place_words
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import ENDING_WAITS, OwnCase
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that has left, and cannot be called back."""

    number: int
    what: str
    to: str
    at: datetime


def sent_outside(own: OwnCase) -> tuple[Sent, ...]:
    """Return what was sent about her places, in her numbering."""
    items = cases.own_items(own.case_id)
    tracks = notices.tracks([item.item_id for item in items])
    return tuple(
        Sent(item.number, place_words(item.platform), track.recipient_name, track.asked_at)
        for item in items
        if (track := tracks.get(item.item_id)) is not None and track.asked_at is not None
    )


def complete_at(now: datetime) -> datetime:
    """Return when an erasing that is asked for now is complete: the wait, then the last backup of the keys."""
    return now + ENDING_WAITS + timedelta(days=KEY_BACKUP_DAYS)


def reached_by(own: OwnCase) -> str:
    """Return the way she chose to be reached: "phone", "email" or "page_only"."""
    return hotline.own_way(own.case_id)
