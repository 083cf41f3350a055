"""What is done about accounts, and what is kept for the people who have them."""

from __future__ import annotations

from recourse.people.accounts.selectors import require
from recourse.people.accounts.services.keeping import DROP, Kept, discard, drop_kept, keep, kept
from recourse.people.accounts.services.looking_after import (
    BadNameError,
    LastKeeperError,
    TakenError,
    TwoPeopleError,
    accept_invitation,
    choose_language,
    confirm_recovery,
    deactivate,
    invite,
    renew,
    request_recovery,
)

__all__ = [
    "DROP",
    "BadNameError",
    "Kept",
    "LastKeeperError",
    "TakenError",
    "TwoPeopleError",
    "accept_invitation",
    "choose_language",
    "confirm_recovery",
    "deactivate",
    "discard",
    "drop_kept",
    "invite",
    "keep",
    "kept",
    "renew",
    "request_recovery",
    "require",
]
