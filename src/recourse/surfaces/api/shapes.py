"""The shapes of the open data: a contract of their own, so that a change inside is no change outside.

A field is added, never renamed and never given another meaning under the same version. Names are English and stable;
`note` says on each document of the demonstration's invented history what it is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Field, Schema

SourceName = Literal["measured", "synthetic"]


class Problem(Schema):
    """What went wrong (RFC 9457). `code` is stable; `title` is for people."""

    type: str
    title: str
    status: int
    code: str


class Labelled(Schema):
    """Whose figures these are."""

    source: SourceName
    note: str = Field(description="Empty for measured figures; else what the invented history is.")


class Source(Labelled):
    """A source of figures that this installation has."""

    published_at: datetime


class Sources(Schema):
    """The sources of figures."""

    items: list[Source]


class Period(Schema):
    """A period with figures."""

    period: str = Field(description="`all`, a quarter as 2026-Q4, or a month as 2026-11.")
    kind: Literal["all", "quarter", "month"]


class Page(Labelled):
    """Where a page of a list stands."""

    total: int
    limit: int
    offset: int


class Periods(Page):
    """A page of periods, latest first."""

    items: list[Period]


class Count(Schema):
    """A count, made of blocks of whole months. `why_missing` says why it, or a part of it, is not there."""

    count: int | None
    why_missing: Literal["", "few", "open", "joined"] = Field(
        description=(
            "few: too few so far, from 1 to 10 people, or fewer than 10 notices to a platform; open: a month is not "
            "counted yet; joined: counted with neighbouring months."
        )
    )
    covers_from: str = Field(description="The first month that is in it, as 2026-11; empty without a count.")
    covers_to: str


class Places(Schema):
    """Places by what our own looks saw last."""

    places: int
    removed: int
    not_public: int = Field(description="Removed or only hidden: no look can tell. Counts as neither.")
    hidden: int
    still_up: int
    returned: int
    unclear: int


class Seen(Places):
    """What we saw, of the places of all notices that are counted, each place once."""


class Figures(Labelled):
    """The four counts of a period, which are never added up, and what we saw."""

    period: str
    published_at: datetime
    method: str
    reports: Count
    assessments: Count
    notices: Count
    verified_outcomes: Count
    seen: Seen


class Bounds(Schema):
    """Between which hours after the notice something happened."""

    after_hours: float
    by_hours: float


class Within(Schema):
    """Which share of the places was gone within so many hours, in per cent: at least and at most."""

    hours: int
    at_least_percent: int
    at_most_percent: int
    promised: bool


class Step(Schema):
    """A share of the places, in per mille, that went between two looks; `by_hours` null: not gone yet."""

    after_hours: float
    by_hours: float | None
    share_per_mille: int


class Removal(Schema):
    """Time to removal as an interval-censored estimate.

    `places` are those that a look after the notice tells something of. `until` says what the time ends with: gone, or,
    where no look can tell removed from hidden, gone or not public any more.
    """

    places: int
    until: Literal["gone", "gone_or_not_public"]
    half_gone: Bounds | None
    nine_in_ten_gone: Bounds | None
    within: list[Within]
    steps: list[Step]


class Platform(Places):
    """One platform with enough notices to be named, of the months from `covers_from` to `covers_to`."""

    id: str
    name: str
    covers_from: str
    covers_to: str
    asked: int
    receipt_proven: int
    receipt_unproven: int
    acknowledged: int
    answered: int
    answered_late: int
    refused: int
    silent: int
    says_removed: int
    promised_hours: int | None
    removal: Removal | None


class Platforms(Page):
    """A page of platforms, most notices first."""

    period: str
    items: list[Platform]


class OnePlatform(Labelled):
    """One platform in one period."""

    period: str
    platform: Platform


class Correction(Schema):
    """Something that was published wrong."""

    at: datetime
    period: str
    words: str


class Corrections(Page):
    """A page of corrections, latest first."""

    items: list[Correction]


class MethodSection(Schema):
    """A part of the methods in words."""

    key: str
    title: str
    paragraphs: list[str]


class MethodChange(Schema):
    """A version of the methods."""

    version: str
    since: date
    words: str


class Methods(Schema):
    """What is counted and what is not."""

    sections: list[MethodSection]
    versions: list[MethodChange]


class Ledger(Schema):
    """The published ledger and where its files are, relative to this host. Null before the first checkpoint."""

    origin: str | None
    size: int | None
    root: str | None
    vkey: str | None
    checkpoint: str
    tiles: str
