"""What a fingerprint is, how it is written down, and which states it goes through. Pure.

Written form, the same on her page, in the form she sends and under the seal: kind, then position, quality and hash of
each part, `image.0-87-<64 digits>` or `video.0-99-<64 digits>.30-98-<64 digits>`. A picture's first part is the whole
and the others are sections of it (at most 28, `device/crops.js`); a video's parts are the pictures that vPDQ hashes,
by their number in the order of showing.

Refuses: anything else; a fingerprint that only nearly reads is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop

MOST_PARTS: Mapping[str, int] = MappingProxyType({"image": 29, "video": 7_200})
"""The whole and 28 sections; two hours at one picture a second."""
MOST_AT_ONCE = 50
"""How many fingerprints one sending holds."""
MOST_UNSEEN = 50
"""How many of a case are taken as they come; every further one waits for a person (against poisoning)."""
MOST_OF_A_CASE = 500
MATCHED_FROM = 50
"""The quality from which a hash is matched; a plainer one also fits other plain pictures."""
HEARD_WITHIN = timedelta(days=30)
"""How long a withdrawn one is kept: the stock client fetches everything anew after so long (reference, section 1.1)."""

_PART = r"(?:0|[1-9][0-9]{0,6})-(?:100|[1-9]?[0-9])-[0-9a-f]{64}"
_WRITTEN = re.compile(rf"(?P<kind>image|video)(?P<parts>(?:\.{_PART})+)")
_LONGEST = 600_000  # characters; below what 7,200 parts can need, so that nothing longer is even read


class Kind(StrEnum):
    """What was hashed."""

    IMAGE = "image"
    VIDEO = "video"


class FingerprintState(StrEnum):
    """Where a fingerprint stands. The comment says who must act next."""

    INTERNAL = "internal"  # a person: review it; until then it stays with us
    REVIEWED = "reviewed"  # a person: share it, or leave it with us
    SHARED = "shared"  # platforms; we, when they say that it fits something lawful
    SUSPENDED = "suspended"  # a person: look why, before it counts again
    WITHDRAWN = "withdrawn"  # nobody; it goes when platforms have had time to hear of it


_F = FingerprintState
MOVES: Mapping[FingerprintState, frozenset[FingerprintState]] = MappingProxyType(
    {
        _F.INTERNAL: frozenset({_F.REVIEWED, _F.SUSPENDED, _F.WITHDRAWN}),
        _F.REVIEWED: frozenset({_F.SHARED, _F.SUSPENDED, _F.WITHDRAWN}),
        _F.SHARED: frozenset(
            {_F.REVIEWED, _F.SUSPENDED, _F.WITHDRAWN}
        ),  # reviewed: her consent to share it ended
        _F.SUSPENDED: frozenset({_F.INTERNAL, _F.WITHDRAWN}),
        _F.WITHDRAWN: frozenset({_F.INTERNAL}),  # she gave her permission again; a person reviews it anew
    }
)


class Because(StrEnum):
    """Why a fingerprint was withdrawn."""

    TAKEN_OUT = "taken_out"  # she took this one out; it never comes back by itself
    PERMISSION = "permission"  # our permission ended; it comes back with it


class Waits(StrEnum):
    """Why a fingerprint is suspended."""

    MANY = "many"  # its case has more than people usually have
    PLATFORMS = "platforms"  # two of them say that it fits something lawful
    LAWFUL = "lawful"  # it is near a picture of a list of lawful ones


class BadFingerprintError(BadInputError):
    """A fingerprint that does not read."""

    code = "bad_fingerprint"
    sentence = gettext_noop(
        "One of the fingerprints could not be read, so nothing was stored. "
        "Choose the pictures or videos once more; they stay on your device."
    )


class TooManyFingerprintsError(BadInputError):
    """More than one sending, or one case, takes."""

    code = "too_many_fingerprints"
    sentence = gettext_noop(
        "We take 50 fingerprints at a time, and 500 for a case. Nothing was stored: take some out and "
        "send the rest afterwards. If there are more, write to us."
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One hash: its position, its quality (0 to 100), 64 hexadecimal digits."""

    position: int
    quality: int
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a device made of one picture or video."""

    kind: Kind
    parts: tuple[Part, ...] = field(repr=False)

    @property
    def quality(self) -> int:
        """The quality of the whole picture; of a video, its best picture's."""
        return self.parts[0].quality if self.kind is Kind.IMAGE else max(part.quality for part in self.parts)

    @property
    def may_leave(self) -> tuple[Part, ...]:
        """What may ever be given to platforms: of a picture the whole alone, because sections say more of it."""
        return self.parts[:1] if self.kind is Kind.IMAGE else self.parts


@dataclass(frozen=True, slots=True)
class FingerprintView:
    """One fingerprint of a case as its page lists it; what it says stays under the seal."""

    id: UUID
    kind: Kind
    parts: int
    quality: int
    state: FingerprintState
    made_at: datetime
    since: datetime  # in this state
    waits: Waits | None = None  # why it is suspended


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a sending: how many were stored, were there before, wait for a person."""

    stored: int
    known: int
    waiting: int


def read(text: str) -> Fingerprint:
    """Return the fingerprint that is written in `text`.

    Raises:
        BadFingerprintError: it is not written as the module says, has too many parts, or they are out of order.
    """
    found = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise BadFingerprintError("not a fingerprint")
    parts = tuple(
        Part(int(position), int(quality), value)
        for position, quality, value in (one.split("-") for one in found["parts"][1:].split("."))
    )
    kind, positions = Kind(found["kind"]), [part.position for part in parts]
    most = MOST_PARTS[kind]
    wrong_image = kind is Kind.IMAGE and (positions[0] != 0 or positions[-1] >= most)
    if wrong_image or len(parts) > most or positions != sorted(set(positions)):
        raise BadFingerprintError("parts")
    return Fingerprint(kind, parts)


def read_all(texts: Iterable[str]) -> tuple[Fingerprint, ...]:
    """Return the fingerprints of one sending, each once.

    Raises:
        BadFingerprintError: one of them does not read.
        TooManyFingerprintsError: there are more than `MOST_AT_ONCE`.
    """
    distinct = list(dict.fromkeys(texts))
    if len(distinct) > MOST_AT_ONCE:
        raise TooManyFingerprintsError(f"{len(distinct)} at once")
    return tuple(read(text) for text in distinct)


def written(fingerprint: Fingerprint) -> str:
    """Return the written form that `read` takes."""
    parts = (f"{part.position}-{part.quality}-{part.hash}" for part in fingerprint.parts)
    return ".".join((fingerprint.kind.value, *parts))


def move(before: FingerprintState, after: FingerprintState) -> bool:
    """Tell whether the table has this move."""
    return after in MOVES[before]


def first_state(position: int) -> FingerprintState:
    """Return how the fingerprint at a position of its case, from 0 on, begins."""
    return _F.INTERNAL if position < MOST_UNSEEN else _F.SUSPENDED
