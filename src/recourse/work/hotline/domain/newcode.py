"""How a lost or stolen code is replaced: who confirms, what it waits for. Pure.

Three ways, each slower where it is weaker: she answers at the number she gave (at once); the pick-up code goes to the
mailbox she gave (a day later); a second person confirms what she told (a day later). During that day her old code, if
it still works, shows her that somebody asks, and stops it. Refuses: a new code that a member of staff could read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from recourse.base.core.errors import NotFoundError
from recourse.base.core.marking import gettext_noop

COOL_DOWN = timedelta(hours=24)
FETCH_WITHIN = timedelta(hours=72)
SHOWN_AGAIN = timedelta(hours=1)
"""How long a fetched code is shown again: an answer may get lost, and later others may read her mails."""


class PickupState(StrEnum):
    """Where a new code stands. The comment says who must act next."""

    ASKED = "asked"  # an operator: reach her; or the day that it waits
    CONFIRMED = "confirmed"  # the day that it waits, then an operator: hand over the pick-up code
    HANDED_OVER = "handed_over"  # she: fetch the new code
    FETCHED = "fetched"  # she: say that she kept it; meanwhile it is shown again
    USED = "used"  # nobody
    STOPPED = "stopped"  # nobody: she or we stopped it, or its time was over


class Confirmed(StrEnum):
    """Why we believe that it is she."""

    ANSWERED = "answered"  # she answered at the number she had given us
    SECOND_PERSON = "second_person"  # two of us compared what she told with the case


class PickupRefusedError(NotFoundError):
    """The pick-up code is wrong, over or used; nobody learns which."""

    code = "pickup_refused"
    sentence = gettext_noop("This code brings nothing. Check it, or call us: it works once, for three days.")


LIVE = frozenset({PickupState.ASKED, PickupState.CONFIRMED, PickupState.HANDED_OVER, PickupState.FETCHED})


def ready_at(*, asked_at: datetime, confirmed: Confirmed | None, now: datetime) -> datetime:
    """Return when a pick-up code may be handed over."""
    return now if confirmed is Confirmed.ANSWERED else asked_at + COOL_DOWN


@dataclass(frozen=True, slots=True)
class PickupView:
    """A new code on its way, as the desk and her page show it."""

    id: UUID
    case_id: UUID
    state: PickupState
    by_mail: bool
    asked_at: datetime
    asked_label: str
    confirmed: Confirmed | None
    confirmed_label: str
    ready_at: datetime
    expires_at: datetime | None
