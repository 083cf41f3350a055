"""Keys of platforms: what each opens, how much it may ask, and when somebody tries to feel out the bank. Pure.

A platform has a *subscription key*, which says who it is, and a *function key* for each thing it may do, as StopNCII
gives them; the stock client sends both with every call. So the machine that fetches needs no key that writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from recourse.base.core.errors import BadInputError, ConflictError, NotFoundError, RecourseError
from recourse.base.core.marking import gettext_noop

SECRET_BITS = 160
SECRET_LENGTH = 32  # characters of base 32
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
USES_KEPT = timedelta(days=365)
"""How long it is kept who read when and how many."""


class Function(StrEnum):
    """What a function key opens."""

    FETCH = "FetchHashes"
    FEEDBACK = "SubmitFeedback"
    SUBMIT = "SubmitHashes"
    MATCH = "Match"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests a minute, and how many hashes a minute and a day, one key may bring."""

    requests: int
    asked_minute: int
    asked_day: int


LIMITS: Mapping[Function, Limit] = MappingProxyType(
    {
        Function.FETCH: Limit(requests=300, asked_minute=300, asked_day=100_000),
        Function.FEEDBACK: Limit(requests=60, asked_minute=20_000, asked_day=500_000),
        Function.SUBMIT: Limit(requests=60, asked_minute=20_000, asked_day=500_000),
        Function.MATCH: Limit(requests=600, asked_minute=3_000, asked_day=200_000),
    }
)
"""Of FETCH the pages themselves are counted: 300 pages of 800 are 240,000 hashes a minute."""
SLOWED = Limit(requests=10, asked_minute=10, asked_day=100)
"""What a key may match after it was noticed, until a person has looked."""

EDGE_FROM = 24
"""From which distance on a match counts as one at the edge; of copies as people make them few are (reference, 7)."""
MOST_AT_EDGE = 24


@dataclass(frozen=True, slots=True)
class Used:
    """What one key did with one function in a minute or a day: requests, hashes asked, records given.

    `edge`: different hashes that only just matched.
    """

    requests: int = 0
    asked: int = 0
    given: int = 0
    edge: int = 0


class KeyStep(StrEnum):
    """What a person did with a platform's keys; one row each, for good."""

    MADE = "made"
    REVOKED = "revoked"
    CLEARED = "cleared"  # looked why they were noticed, and let them match as before


class Standing(StrEnum):
    """How a platform's keys stand; commented by who must act next."""

    IN_FORCE = "in_force"  # nobody
    SPENT = "spent"  # nobody: as much as a day allows was asked, and the next begins anew
    NOTICED = "noticed"  # a person here: look why, then clear or revoke
    REVOKED = "revoked"  # nobody


class UnknownKeyError(RecourseError):
    """The keys of a request open nothing."""

    code = "unknown_key"
    status = 401
    exit_status = 77
    sentence = gettext_noop(
        "These keys open nothing here. Send the subscription key and the function key of this address, "
        "or ask the agency for new ones."
    )


class TooManyRequestsError(RecourseError):
    """A key asks for more than it may."""

    code = "too_many_requests"
    status = 429
    exit_status = 75
    retryable = True
    sentence = gettext_noop("This key has asked for as much as it may for now. Try again in a minute.")


class BadKeyNameError(BadInputError):
    """A name that no key can have."""

    code = "bad_key_name"
    sentence = gettext_noop(
        "The name of a key has 1 to 40 small letters, digits and hyphens, and neither begins nor ends with a hyphen."
    )


class KeyNameTakenError(ConflictError):
    """The platform has keys already."""

    code = "key_name_taken"
    sentence = gettext_noop("There are keys of this name already. Revoke them first, or choose another name.")


class NoSuchKeyError(NotFoundError):
    """No key of this name is in force."""

    code = "no_such_key"
    sentence = gettext_noop("No key of this name is in force.")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks, and for what."""

    id: UUID
    name: str
    function: Function
    noticed: bool

    @property
    def reader(self) -> str:
        """Who it is in the bank's record of reads."""
        return f"platform:{self.name}"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who looks after keys here: a member of staff, as those above this floor call her. They let nobody else come."""

    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class PrintedKeys:
    """The keys of a platform as they are shown once."""

    name: str
    subscription: str = field(repr=False)
    functions: Mapping[Function, str] = field(repr=False)

    def setting(self, base: str) -> str:
        """Return what the tx command takes as credentials: fetch key, subscription key, address of the exchange."""
        return f"{self.functions[Function.FETCH]},{self.subscription},{base}"


@dataclass(frozen=True, slots=True)
class KeyView:
    """What is known of a platform's keys; never the keys.

    `made_by` is the label of who made them, empty for the command; `requests` and `given` are of this day (UTC).
    """

    id: UUID
    name: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None
    noticed_at: datetime | None
    requests: int
    given: int
    standing: Standing


def checked_name(name: str) -> str:
    """Return the name.

    Raises:
        BadKeyNameError: it is none.
    """
    if not NAME.fullmatch(name):
        raise BadKeyNameError("bad name")
    return name


def allowed(function: Function, minute: Used, day: Used, *, noticed: bool) -> bool:
    """Tell whether a key stays within its limit with what it has used, this request included."""
    limit = SLOWED if noticed and function is Function.MATCH else LIMITS[function]
    return (
        minute.requests <= limit.requests
        and minute.asked <= limit.asked_minute
        and day.asked <= limit.asked_day
    )


def standing(*, revoked: bool, noticed: bool, day: Mapping[str, Used]) -> Standing:
    """Return how keys stand that did this with each function today."""
    if revoked:
        return Standing.REVOKED
    if noticed:
        return Standing.NOTICED
    spent = any(used.asked >= LIMITS[Function(name)].asked_day for name, used in day.items())
    return Standing.SPENT if spent else Standing.IN_FORCE


def day_of(now: datetime) -> datetime:
    """Return when the day began by which limits are counted: in UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def feels_out(day: Used) -> bool:
    """Tell whether a day of matching looks like somebody feeling out what the bank holds.

    Who has a picture that matches can learn the bank's hash from some 270 answers: walk to where it only just matches,
    then flip each bit and see whether it still does. Such a walk meets its matches at the edge, each with another
    hash. Copies as people make them (reference, section 7) are mostly near.
    """
    return day.edge > MOST_AT_EDGE and 2 * day.edge > day.given
