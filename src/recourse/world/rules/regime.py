"""What a rule file may say about a law: who may ask, with which elements, and which clock that starts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from recourse.world.rules.basis import Marker, Slug, Sourced, Strict, Text
from recourse.world.rules.contacts import Hours, Kind


class Element(StrEnum):
    """Something a notice can contain that some law asks for."""

    SIGNATURE = "signature"  # of the depicted person or the authorised person
    CAPACITY = "capacity"  # who is asking, and in whose name
    LOCATION = "location"  # the exact URL of every place
    IDENTIFICATION = "identification"  # enough to find the depiction at that place
    GOOD_FAITH = "good_faith"  # belief in good faith that this is so
    ACCURACY = "accuracy"  # the information is accurate and complete
    PRESENCE = "presence"  # a declaration that it is on the service now
    NO_CONSENT = "no_consent"  # the depicted person did not consent
    CONTACT = "contact"  # how to reach the asking side
    NOTIFIER = "notifier"  # name and e-mail of the asking side
    REASONS = "reasons"  # why it is illegal
    CONTENT_CLASS = "content_class"  # the statutory class of the content


class ElementRule(Strict):
    """One thing that a regime asks for, and which of our elements give it."""

    key: Marker
    required: bool = True
    met_by: tuple[Element, ...] = Field(min_length=1)
    note: Text | None = None


class Regime(Sourced):
    """A law: what makes a notice valid under it, and which clock a valid notice starts.

    `in_force` is absent where the law is in force and the day was not read, and "unverified" where nobody could
    verify that it is; such a law is not invoked. `formal` marks what ends in a decision of an authority,
    beside which a voluntary request may run. Three clocks, never mixed: `deadline_hours` and `deadline_days` bind
    the recipient, `target_hours` is what the deciding body aims at.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Slug
    name: Text
    in_force: date | Literal["unverified"] | None = None
    kinds: tuple[Kind, ...] = ("removal",)
    formal: bool = False
    who_may_notify: tuple[Marker, ...] = ()
    applies_to: Text
    clock_start: Text
    deadline_hours: Hours | None = None
    deadline_days: Annotated[int, Field(ge=1, le=366)] | None = None
    target_hours: Hours | None = None
    deadline_text: Text
    copies_duty: Text | None = None
    elements: tuple[ElementRule, ...] = ()
    pitfall: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        if self.deadline_hours is not None and self.deadline_days is not None:
            raise ValueError("deadline_days: a law that binds by hours has no days beside them")
        return self

    def invocable(self, on: date) -> bool:
        """Return whether a notice may invoke this law on this day."""
        if isinstance(self.in_force, date):
            return self.in_force <= on
        return self.in_force is None
