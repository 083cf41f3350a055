"""The questions as a page shows them, filled with what she has typed or told before.

Refuses: to judge an answer. That is the hotline's; here what was typed is kept, also when it was refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from recourse.surfaces.survivor.wording import NOTES, ROWS, Note
from recourse.work.hotline.domain import QUESTIONS, Field, Kind, Question

UNREADABLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One of the answers offered."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One thing to fill in, with what stands in it."""

    name: str
    label: str
    hint: str
    text: str
    rows: int  # of a text area; 0 for a line
    choices: tuple[ChoiceView, ...]
    several: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question page."""

    key: str
    number: int
    total: int
    title: str
    why: str
    hint: str
    notes: tuple[Note, ...]
    fields: tuple[FieldView, ...]
    before: str | None

    @property
    def only(self) -> FieldView | None:
        """The field of a question that has one, whose label is the question itself."""
        return self.fields[0] if len(self.fields) == 1 else None


def question_view(question: Question, values: Mapping[str, Sequence[str]], wrong: str = "") -> QuestionView:
    """Return the page of a question, filled with `values`; `wrong` names a field that was refused."""
    keys = [one.key for one in QUESTIONS]
    position = keys.index(question.key)
    return QuestionView(
        key=question.key,
        number=position + 1,
        total=len(keys),
        title=gettext(question.label),
        why=gettext(question.why),
        hint=gettext(question.hint) if question.hint else "",
        notes=NOTES.get(question.key, ()),
        fields=tuple(_field(question, one, values.get(one.name, ()), wrong) for one in question.fields),
        before=keys[position - 1] if position else None,
    )


def _field(question: Question, field: Field, given: Sequence[str], wrong: str) -> FieldView:
    return FieldView(
        name=field.name,
        label=gettext(field.label) if field.label else "",
        hint=gettext(field.hint) if field.hint else "",
        text="\n".join(given) if not field.choices else "",
        rows=ROWS.get(question.key, 4) if field.kind is Kind.TEXT else 0,
        choices=tuple(
            ChoiceView(choice.value, gettext(choice.label), choice.value in given) for choice in field.choices
        ),
        several=field.kind is Kind.CHOICES,
        wrong=field.name == wrong,
    )


def typed(question: Question, post: QueryDict) -> dict[str, list[str]]:
    """Return what came in for the question's fields, untouched."""
    return {field.name: post.getlist(field.name) for field in question.fields}


def is_marred(values: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether something came in that is no text; it stands as U+FFFD."""
    return any(UNREADABLE in value for given in values.values() for value in given)
