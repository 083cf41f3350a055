"""What every rule has: nothing unknown in it, and a source, an evidence mark and a review date."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

from recourse.world.rules.patterns import bounded

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Marker = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(bounded)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.{}_-]+/\S{0,400}$")]
LinkTemplate = Annotated[
    str, StringConstraints(pattern=r"^(https|\{scheme\})://[a-z0-9.{}_-]+(/|\{)\S{0,400}$")
]
Parameter = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,39}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,253}$")]


class Strict(BaseModel):
    """Nothing unknown, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class EvidenceMark(StrEnum):
    """How well a rule is founded; shown wherever the rule is used."""

    PRIMARY = "primary"  # the statute or the official text was read
    OFFICIAL_SECONDARY = "official_secondary"  # an official page about it
    SECONDARY = "secondary"  # press, law firm, other people's code
    KNOWN = "known"  # general knowledge, not fetched
    UNVERIFIED = "unverified"  # could not be sourced; somebody must check before it is relied on


class Verdict(StrEnum):
    """What one probe of a place shows."""

    LIVE = "live"  # the place shows what it showed
    GONE = "gone"  # the platform says by its own marker that it is not there
    CHANNEL_GONE = "channel_gone"  # the account or channel it was in is not there
    RESTRICTED = "restricted"  # it is there, and hidden from some people, for example behind an age gate
    NOT_PUBLIC = "not_public"  # the public is not shown it; removed or hidden, which its marker does not tell
    WITHHELD = (
        "withheld"  # its own marker says that it is not shown here, in this country or for legal reasons
    )
    UNKNOWN = "unknown"  # anything we cannot read with certainty
    UNREACHABLE = "unreachable"  # no answer; never said by a rule


class Sourced(Strict):
    """Where a rule comes from, and until when it may be believed without another look.

    `disagreements` says in words where two sources differ or where something could not be verified; whoever
    uses the rule is shown them.
    """

    evidence: EvidenceMark
    sources: tuple[Text, ...]
    checked_on: date
    review_by: date
    disagreements: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _dates_and_sources(self) -> Self:
        if self.review_by <= self.checked_on:
            raise ValueError("review_by must be after checked_on")
        if not self.sources and self.evidence not in (EvidenceMark.KNOWN, EvidenceMark.UNVERIFIED):
            raise ValueError("sources: a rule that claims evidence must name it")
        return self

    def past_review(self, today: date) -> bool:
        """Return whether somebody should have looked at this rule again by now."""
        return today > self.review_by
