"""What a person needs to fill in a recipient's form: every field ready to copy, and what to look at before.

Pure. Refuses: to invent. A field that nothing of ours fills is left to the person and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from recourse.work.notices.domain.letter import (
    LetterFacts,
    Say,
    classes,
    explanation,
    mandate_statement,
    presence_statement,
    unchanged,
)
from recourse.work.notices.domain.sentences import GOOD_FAITH
from recourse.world.rules.contacts import FilledBy, FormField


class CheckFirst(StrEnum):
    """What the person looks at, in this order, before and after submitting."""

    CHECKED_LATELY = "checked_lately"  # our own checks are younger than `FRESH_BY_HAND`
    RIGHT_ADDRESS = "right_address"  # the page in the browser is the address shown here
    OWN_PROFILE = "own_profile"  # a browser profile of the agency's, no private account
    NO_PICTURE = "no_picture"  # nothing is attached, whatever the form offers
    ONLY_THESE_WORDS = "only_these_words"  # no word about her beside what stands here
    NAME_ONLY_HERE = "name_only_here"  # her name goes into the one field, and nowhere else
    REFERENCE_KEPT = "reference_kept"  # their reference or their words of receipt are written down


@dataclass(frozen=True, slots=True)
class WorksheetField:
    """One field of the form.

    Attributes:
        key: of the rule.
        label: what the form calls it, or what the law calls it where the form was not read.
        required: whether the form refuses without it.
        stated: whether the form's own words were read.
        choose: the option to choose, where it is a choice.
        by_person: nothing of ours fills it; whoever submits decides.
        value: what to copy.
    """

    key: str
    label: str
    required: bool
    stated: bool
    choose: str
    by_person: bool
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Everything for one submission by hand.

    `fresh` is false when our checks are older than a submission may rest on: then they are made again first.
    """

    url: str
    fields: tuple[WorksheetField, ...]
    check_first: tuple[CheckFirst, ...]
    checked_at: datetime | None
    fresh: bool
    reminder: bool


def worksheet_fields(
    facts: LetterFacts,
    fields: Sequence[FormField],
    *,
    contact: str,
    name: str,
    say: Say = unchanged,
) -> tuple[WorksheetField, ...]:
    """Return the form's fields with what we put in each.

    Args:
        facts: of the letter that was approved.
        fields: what the form asks for, as the rule has it.
        contact: the notice's own reply address, by which an answer finds it.
        name: hers, where she gave it to this channel; else empty.
        say: gives a sentence in the form's language.
    """
    return tuple(
        WorksheetField(
            key=one.key,
            label=one.label,
            required=one.required,
            stated=one.stated,
            choose=one.choose or "",
            by_person=one.filled_by is FilledBy.PERSON,
            value=_value(one, facts, contact=contact, name=name, say=say),
        )
        for one in fields
    )


def check_first(fields: Sequence[FormField]) -> tuple[CheckFirst, ...]:
    """Return the checklist of a form."""
    asks_name = any(one.filled_by is FilledBy.NAME for one in fields)
    return tuple(one for one in CheckFirst if asks_name or one is not CheckFirst.NAME_ONLY_HERE)


def _value(one: FormField, facts: LetterFacts, *, contact: str, name: str, say: Say) -> str:
    """Return what to put into a field; empty where nothing of ours fills it."""
    urls = "\n".join(facts.urls)
    values = {
        FilledBy.ADDRESSES: urls,
        FilledBy.IDENTIFICATION: urls,
        FilledBy.EXPLANATION: "\n\n".join(part for part in explanation(facts, say) if part),
        FilledBy.CONTENT_CLASS: classes(facts, say),
        FilledBy.CAPACITY: mandate_statement(facts, say),
        FilledBy.AGENCY: facts.agency,
        FilledBy.CONTACT: contact,
        FilledBy.NAME: name,
        FilledBy.SIGNATURE: facts.signer or "",
        FilledBy.GOOD_FAITH: say(GOOD_FAITH["belief"]),
        FilledBy.ACCURACY: say(GOOD_FAITH["accurate"]),
        FilledBy.NO_CONSENT: say(GOOD_FAITH["no_consent"]),
        FilledBy.PRESENCE: presence_statement(facts, say),
        FilledBy.CHOICE: one.choose or "",
        FilledBy.JURISDICTION: one.choose or "",
        FilledBy.PERSON: "",
    }
    return values[one.filled_by]
