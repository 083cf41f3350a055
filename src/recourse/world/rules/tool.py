"""Services elsewhere that make a fingerprint on a person's own device and give it to companies.

A fact is a key here, with how well it is founded; the sentence for it is the surface's, in each language. Refuses: a
fact without a source that claims one.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from recourse.world.rules.basis import EvidenceMark, Link, Marker, Slug, Sourced, Strict, Text


class ToolFact(Strict):
    """One thing that is so with a tool; `evidence` and `source` where they are not the tool's own."""

    key: Marker
    about: Literal["does", "bring", "cannot"]
    evidence: EvidenceMark | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _marked_with_its_source(self) -> Self:
        needs = self.evidence not in {None, EvidenceMark.KNOWN, EvidenceMark.UNVERIFIED}
        if needs and self.source is None:
            raise ValueError("source: a fact that claims evidence of its own must name it")
        return self


class Tool(Sourced):
    """One service: for whom, where, and what is so with it."""

    schema_version: Literal[1] = Field(alias="schema")
    id: Slug
    name: Text
    address: Link
    for_age: Literal["adult", "minor"]
    facts: tuple[ToolFact, ...] = Field(min_length=1)

    def evidence_of(self, fact: ToolFact) -> EvidenceMark:
        """Return how well a fact is founded."""
        return fact.evidence or self.evidence
