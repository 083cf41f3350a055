"""The shapes of the exchange: StopNCII's v1 format, as the stock client of threatexchange reads and writes it.

A record of a hash replaces the older one with the same hash. Fields of ours beside the format's are tolerated by the
client. What comes in is bounded in number and length; a field that we do not know is passed over.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints, model_validator

from recourse.world.exchange.domain.records import MOST_AT_ONCE

MOST_TAGS = 50
MOST_MATCHED = 50

HashValue = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Tag = Annotated[str, StringConstraints(max_length=200)]
FeedbackValue = Literal[
    "Unknown", "None", "QualityUnknown", "PendingReview", "Blocked", "NotBlocked", "Withdrawn", "Deleted"
]
SignalType = Literal["Unknown", "ImagePDQ", "VideoMD5", "VideoTMK", "Text", "URL"]
# The stock client writes the name of its own class before the value.
SpokenType = Literal[
    SignalType,
    "StopNCIISignalType.Unknown",
    "StopNCIISignalType.ImagePDQ",
    "StopNCIISignalType.VideoMD5",
    "StopNCIISignalType.VideoTMK",
    "StopNCIISignalType.Text",
    "StopNCIISignalType.URL",
]
PICTURES = frozenset({"ImagePDQ", "StopNCIISignalType.ImagePDQ"})


class ExchangeProblem(Schema):
    """What went wrong (RFC 9457). `code` is stable; `title` is for people."""

    type: str
    title: str
    status: int
    code: str


class Feedback(Schema):
    """What a platform found when it looked at a match, or what we say ourselves (source Recourse)."""

    source: str
    feedbackValue: FeedbackValue  # noqa: N815 - the format's name
    tags: list[str]


class HashRecord(Schema):
    """One hash. `Withdrawn`: take it out. `caseNumbers` holds an opaque reference to the hash, and no case."""

    lastModtimestamp: int  # noqa: N815 - the format's name
    signalType: Literal["ImagePDQ"]  # noqa: N815 - the format's name
    hashValue: str = Field(pattern="^[0-9a-f]{64}$")  # noqa: N815 - the format's name
    hashStatus: Literal["Active", "Withdrawn"]  # noqa: N815 - the format's name
    caseNumbers: dict[str, Literal["Active", "Withdrawn"]]  # noqa: N815 - the format's name
    CSPFeedbacks: list[Feedback]


class HashPage(Schema):
    """A page of changes, oldest first. Store `nextSetTimestamp` and begin there the next time; it never goes back."""

    count: int
    nextPageToken: str | None  # noqa: N815 - the format's name
    nextSetTimestamp: int  # noqa: N815 - the format's name
    hasMoreRecords: bool  # noqa: N815 - the format's name
    hashRecords: list[HashRecord]  # noqa: N815 - the format's name


class HashFeedback(Schema):
    """What one hash fitted. Named by `hashValue`, or by the `reference` that a match gave."""

    hashValue: HashValue | None = None  # noqa: N815 - the format's name
    reference: UUID | None = None
    feedbackValue: FeedbackValue  # noqa: N815 - the format's name
    tags: list[Tag] = Field(default=[], max_length=MOST_TAGS)

    @model_validator(mode="after")
    def _one_name(self) -> HashFeedback:
        if (self.hashValue is None) == (self.reference is None):
            raise ValueError("name the hash by hashValue or by reference")
        return self


class Feedbacks(Schema):
    """A sending of feedback. `count` is the length of the list."""

    count: int
    hashFeedbacks: list[HashFeedback] = Field(max_length=MOST_AT_ONCE)  # noqa: N815 - the format's name

    @model_validator(mode="after")
    def _counted(self) -> Feedbacks:
        if self.count != len(self.hashFeedbacks):
            raise ValueError("count is not the length of the list")
        return self


class SubmittedFeedback(Schema):
    """What a platform says of a hash that it brings."""

    feedbackValue: FeedbackValue  # noqa: N815 - the format's name
    tags: list[Tag] = Field(default=[], max_length=MOST_TAGS)


class SubmittedHash(Schema):
    """One hash of a platform's own."""

    lastModtimestamp: int = Field(ge=0, le=1 << 53)  # noqa: N815 - the format's name
    signalType: SpokenType  # noqa: N815 - the format's name
    hashValue: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]  # noqa: N815 - the format's name
    CSPFeedbacks: list[SubmittedFeedback] = Field(default=[], max_length=MOST_TAGS)


class SubmittedHashes(Schema):
    """A sending of hashes. `count` is the length of the list."""

    count: int
    hashRecords: list[SubmittedHash] = Field(max_length=MOST_AT_ONCE)  # noqa: N815 - the format's name

    @model_validator(mode="after")
    def _counted(self) -> SubmittedHashes:
        if self.count != len(self.hashRecords):
            raise ValueError("count is not the length of the list")
        return self


class Receipt(Schema):
    """What became of a sending. Everything was taken in one step, or nothing was."""

    count: int
    taken: int
    notListed: int = Field(description="About hashes that are not in our list, or no longer.")  # noqa: N815 - as above
    canaries: int = Field(description="About the published canaries: your chain works.")
    passedOver: int = Field(description="Kinds of hash or of feedback that mean nothing to us.")  # noqa: N815 - as above


class Asked(Schema):
    """Hashes to match: PDQ, 64 hexadecimal digits each."""

    hashes: list[HashValue] = Field(min_length=1, max_length=MOST_MATCHED)


class Matched(Schema):
    """Whether one hash is within 31 bits of one that platforms are asked to look for.

    A match is a lead for a person to look at, never a proof. `references` are opaque, nearest first, at most 10; how
    near is not told.
    """

    matched: bool
    references: list[UUID]


class Answers(Schema):
    """One answer for each hash, in the order asked."""

    results: list[Matched]
