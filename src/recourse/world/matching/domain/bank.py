"""The bank: what of it platforms may hold, what they say of it, and the rules against poisoning. Pure.

A *listing* is one distinct hash that platforms may hold; every survivor who shares it stands behind it. A *change*
is its last one, in one order for all. Refuses: to take a hash for a picture's that no picture gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop
from recourse.world.matching.domain.fingerprints import MATCHED_FROM, FingerprintState, Part

RADIUS = 31
"""Two hashes at most so many bits apart are taken for one picture's; the radius that platforms use."""
ENOUGH_AGAINST = 2
"""So many different platforms that say "lawful" suspend a fingerprint until a person has looked."""
LEAST_SET, MOST_SET = 96, 160
"""A hash sets the bits above the median of 256 numbers, 128 of them; far fewer are a flat or a made-up picture's."""

SEARCHED = frozenset({FingerprintState.INTERNAL, FingerprintState.REVIEWED, FingerprintState.SHARED})
"""States in which we look for copies ourselves."""

_HASH = re.compile(r"[0-9a-f]{64}")


class ListingState(StrEnum):
    """Whether platforms shall look for a hash. The comment says who must act next."""

    ACTIVE = "active"  # platforms
    WITHDRAWN = "withdrawn"  # platforms: take it out; we, when they have had time to


class Shelf(StrEnum):
    """A part of the bank that is searched by itself."""

    CASES = "cases"  # of survivors, with all sections and frames; for our own eyes
    SHARED = "shared"  # listings that platforms may hold
    LAWFUL = "lawful"  # others' lists of pictures that nobody needs to look for
    OTHERS = "others"  # others' lists of pictures to look for


class Verdict(StrEnum):
    """What a platform says that a hash of ours fitted."""

    BLOCKED = "blocked"
    NOT_BLOCKED = "not_blocked"  # something lawful
    PENDING_REVIEW = "pending_review"


class ReadOf(StrEnum):
    """What was read of the bank."""

    CHANGES = "changes"  # a page of the list for platforms
    NEAR = "near"  # whether it has a hash like this
    INDEX = "index"  # all of it, into the memory of one of our processes
    CASE = "case"  # the fingerprints of one case, by a person


class BadHashError(BadInputError):
    """Something that is no PDQ hash."""

    code = "bad_hash"
    sentence = gettext_noop(
        "A fingerprint of a picture is 64 digits from 0 to 9 and a to f. Copy it once more."
    )


@dataclass(frozen=True, slots=True)
class Opinion:
    """The last word of one platform on one listing."""

    platform: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One listing at the place of its last change.

    `sequence` is strictly increasing in the order of commit; `at` is in whole seconds and never goes back.
    `reference` is opaque, and means the hash and no case.
    """

    sequence: int
    at: datetime
    reference: UUID
    hash: str = field(repr=False)
    state: ListingState
    opinions: tuple[Opinion, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A listing within the radius of a hash, and how many bits away."""

    reference: UUID
    distance: int


def read_hash(text: str) -> str:
    """Return a PDQ hash as 64 lower-case hexadecimal digits.

    Raises:
        BadHashError: it is none.
    """
    value = text.strip().lower()
    if not _HASH.fullmatch(value):
        raise BadHashError("not 64 digits")
    return value


def is_flat(value: str) -> bool:
    """Tell whether a hash, 64 hexadecimal digits, is one that no picture with something in it gives."""
    return not LEAST_SET <= int(value, 16).bit_count() <= MOST_SET


def counts(part: Part) -> bool:
    """Tell whether a hash is good enough to be matched or shared: plain pictures fit other plain pictures."""
    return part.quality >= MATCHED_FROM and not is_flat(part.hash)


def is_disputed(opinions: Iterable[Opinion]) -> bool:
    """Tell whether enough different platforms say that a hash fits something lawful."""
    against = {one.platform for one in opinions if one.verdict is Verdict.NOT_BLOCKED}
    return len(against) >= ENOUGH_AGAINST
