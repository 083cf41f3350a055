"""A report's answers in words, for her own pages and for the desk alike.

Questions, choices and limits are `hotline.domain`'s. A test holds that each question has a short name here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recourse.work.hotline.domain import QUESTIONS, Answers, Kind, Question

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "what_happened": _("What happened"),
        "for_whom": _("Who it is about"),
        "age_in_picture": _("Age in the picture"),
        "places": _("Where it is"),
        "safe_contact": _("How to reach you"),
        "words": _("In your words"),
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """One question and what was answered, in words; "" when it was left open."""

    key: str
    name: str
    words: str


def all_told(answers: Answers) -> list[Told]:
    """Return every question with its answer, also those left open."""
    return [
        Told(question.key, str(NAMES[question.key]), "\n".join(_words(question, answers)))
        for question in QUESTIONS
    ]


def told(answers: Answers, *, but: str = "") -> list[Told]:
    """Return what was answered, in the order of the questions, one question left out."""
    return [one for one in all_told(answers) if one.words and one.key != but]


def _words(question: Question, answers: Answers) -> Iterator[str]:
    """Yield what was answered, a line each; fields of a question with several carry their label."""
    answer = answers.get(question.key, {})
    for field in question.fields:
        given = answer.get(field.name, ())
        labels = {choice.value: gettext(choice.label) for choice in field.choices}
        words = "\n".join(labels.get(value, value) for value in given)
        if not words:
            continue
        if len(question.fields) > 1 and field.label and field.kind is not Kind.TEXT:
            label = gettext(field.label)
            words = (
                f"{label} {words}"
                if label.endswith("?")
                else gettext("%(name)s: %(words)s") % {"name": label, "words": words}
            )
        yield words
