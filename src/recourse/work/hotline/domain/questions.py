"""What the hotline asks and how an answer is checked. Pure.

Texts are message ids: the surfaces translate them. Every question may be skipped. Refuses: a picture, a date
of birth, a name it does not need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from recourse.base.core.errors import BadInputError, NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.work.cases.domain import MAX_WORDS, AgeBand, ForWhom, WhatHappened, bounded_text

Answers = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Question key to field name to values; one value for text and single choices, none when left out."""

MAX_LINE = 300
_MAX_VALUES = 100


_ = gettext_noop


class Kind(StrEnum):
    """How a field is asked."""

    CHOICE = "choice"
    CHOICES = "choices"
    LINE = "line"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers offered."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. Questions with one field leave its label to the question."""

    name: str
    kind: Kind
    label: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    max_length: int = MAX_WORDS


@dataclass(frozen=True, slots=True)
class Question:
    """One page: what is asked, why, and its fields."""

    key: str
    label: str
    why: str
    hint: str
    fields: tuple[Field, ...]


class ContactHow(StrEnum):
    """The ways in which she may be reached."""

    PAGE_ONLY = "page_only"
    PHONE = "phone"
    EMAIL = "email"


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="what_happened",
        label=_("What happened?"),
        why=_("It tells us what to do first. None of the answers gets you less help than another."),
        hint=_("Choose all that are true. You need no link and no proof for any of them."),
        fields=(
            Field(
                name="what_happened",
                kind=Kind.CHOICES,
                choices=(
                    Choice(WhatHappened.FOUND, _("It is online, or somebody told me that it is")),
                    Choice(WhatHappened.THREATENED, _("Somebody threatens to share it")),
                    Choice(WhatHappened.AFRAID, _("I am afraid that it may be shared")),
                ),
            ),
        ),
    ),
    Question(
        key="for_whom",
        label=_("Who is it about?"),
        why=_("The person in the picture decides what happens next. We need to know if that is you."),
        hint="",
        fields=(
            Field(
                name="for_whom",
                kind=Kind.CHOICE,
                choices=(
                    Choice(ForWhom.ME, _("Me")),
                    Choice(ForWhom.WITH_PERMISSION, _("Somebody who agreed that I report it")),
                    Choice(ForWhom.CHILD, _("A child in my care")),
                    Choice(ForWhom.SOMEONE_ELSE, _("Somebody else")),
                ),
            ),
        ),
    ),
    Question(
        key="age_in_picture",
        label=_("How old does the person in the picture look, or how old were they then?"),
        why=_("If the person may be under 18, nobody here looks at it, and other rules protect them."),
        hint=_("The age in the picture, not today. If you are not sure, say so."),
        fields=(
            Field(
                name="age_in_picture",
                kind=Kind.CHOICE,
                choices=(
                    Choice(AgeBand.ADULT, _("18 or over")),
                    Choice(AgeBand.MINOR, _("Under 18")),
                    Choice(AgeBand.UNKNOWN, _("I am not sure")),
                ),
            ),
        ),
    ),
    Question(
        key="places",
        label=_("Where is it?"),
        why=_("So that we can ask each place to remove it. If you do not know, we search."),
        hint=_(
            "One place per line: a link, a channel or account name, or a description in your own words. "
            "Part of a link is fine. Please do not go back to look."
        ),
        fields=(
            Field(name="places", kind=Kind.TEXT, label=_("Links, names or descriptions")),
            Field(
                name="not_seen",
                kind=Kind.CHOICES,
                label=_("Or choose"),
                choices=(
                    Choice("told", _("I have not seen it myself. Somebody told me.")),
                    Choice("do_not_know", _("I do not know where it is.")),
                ),
            ),
        ),
    ),
    Question(
        key="safe_contact",
        label=_("How can we reach you safely?"),
        why=_("So that nobody else learns of this through us. We use no other way than the one you choose."),
        hint=_("You can choose to be reached on this site only. Then we never call or write first."),
        fields=(
            Field(
                name="how",
                kind=Kind.CHOICE,
                label=_("How"),
                choices=(
                    Choice(ContactHow.PAGE_ONLY, _("Only here, when I open my case")),
                    Choice(ContactHow.PHONE, _("By phone")),
                    Choice(ContactHow.EMAIL, _("By e-mail")),
                ),
            ),
            Field(
                name="address",
                kind=Kind.LINE,
                label=_("Phone number or e-mail address"),
                hint=_("Leave it empty if you want to be reached only here."),
                max_length=MAX_LINE,
            ),
            Field(
                name="window",
                kind=Kind.LINE,
                label=_("When is it safe?"),
                hint=_("For example: weekdays after 16:00, never on Sundays."),
                max_length=MAX_LINE,
            ),
            Field(
                name="leave_message",
                kind=Kind.CHOICE,
                label=_("May we leave a message?"),
                hint=_("It would not say who we are or what it is about."),
                choices=(Choice("yes", _("Yes")), Choice("no", _("No"))),
            ),
        ),
    ),
    Question(
        key="words",
        label=_("Is there anything else you want to tell us?"),
        why=_("You tell it once. Whoever works on your case reads it here, and nobody asks again."),
        hint=_("In your own words, in any language, as much or as little as you like."),
        fields=(Field(name="words", kind=Kind.TEXT),),
    ),
)
QUESTION: Mapping[str, Question] = MappingProxyType({question.key: question for question in QUESTIONS})


class BadAnswerError(BadInputError):
    """An answer that was not offered; says for which field."""

    code = "bad_answer"
    sentence = gettext_noop(
        "One of the answers is not on the list. Please choose again; nothing else is lost."
    )

    def __init__(self, *, question: str, field: str) -> None:
        """Name the field; the value is not carried."""
        super().__init__(f"{question}.{field}")
        self.question = question
        self.field = field


def question_of(key: str) -> Question:
    """Return the question.

    Raises:
        NotFoundError: there is none with this key.
    """
    if key not in QUESTION:
        raise NotFoundError("question")
    return QUESTION[key]


def checked(question: str, values: Mapping[str, Sequence[str] | str]) -> dict[str, tuple[str, ...]]:
    """Return the answer as it is stored: known fields only, text cleaned, what was left empty left out.

    Args:
        question: the question's key.
        values: field name to value or values, as a form brought them; other names are ignored.

    Raises:
        NotFoundError: no such question.
        FieldTooLongError: a text is longer than its field takes.
        BadAnswerError: a choice that was not offered, or several where one was asked for.
    """
    answer: dict[str, tuple[str, ...]] = {}
    for one in question_of(question).fields:
        given = values.get(one.name, ())
        taken = _taken(question, one, [given] if isinstance(given, str) else given)
        if taken:
            answer[one.name] = taken
    return answer


def _taken(question: str, field: Field, given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > _MAX_VALUES:
        raise BadAnswerError(question=question, field=field.name)
    if field.kind in {Kind.TEXT, Kind.LINE}:
        joined = ("\n" if field.kind is Kind.TEXT else " ").join(given)
        text = bounded_text(joined, question=question, field=field.name, limit=field.max_length)
        if field.kind is Kind.LINE:
            text = " ".join(text.split())
        return (text,) if text else ()
    chosen = {value for value in given if value}
    offered = [choice.value for choice in field.choices]
    if not chosen <= set(offered) or (field.kind is Kind.CHOICE and len(chosen) > 1):
        raise BadAnswerError(question=question, field=field.name)
    return tuple(value for value in offered if value in chosen)


def first(answers: Answers, question: str, field: str) -> str:
    """Return the single value of a field, or "" when it was left out."""
    return next(iter(answers.get(question, {}).get(field, ())), "")


def next_question(key: str) -> str | None:
    """Return the key of the question after this one, or None after the last."""
    keys = [question.key for question in QUESTIONS]
    position = keys.index(question_of(key).key) + 1
    return keys[position] if position < len(keys) else None
