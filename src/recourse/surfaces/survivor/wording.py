"""The words of the questions: what is asked, why, and what each choice is called.

The questions themselves, their order and their limits are `hotline.domain`'s; this file only speaks. A test
compares the two, so that no question and no choice stands without words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the margin."""

    title: StrOrPromise
    words: StrOrPromise


@dataclass(frozen=True, slots=True)
class Choice:
    """What a choice is called, and an explanation where one is needed."""

    label: StrOrPromise
    hint: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one question."""

    name: StrOrPromise  # in lists of answers
    title: StrOrPromise
    why: StrOrPromise
    hint: StrOrPromise = ""
    rows: int = 5
    choices: Mapping[str, Choice] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


WORDING: Mapping[str, Wording] = MappingProxyType(
    {
        "what_happened": Wording(
            name=_("What happened"),
            title=_("What happened?"),
            hint=_("Choose all that fit. None of them needs a link or proof."),
            why=_("So that we start in the right place. A link can be asked down; a threat needs a plan."),
            choices={
                "found_online": Choice(_("It is online somewhere")),
                "threatened": Choice(
                    _("Someone says they will share it"),
                    _("Do not pay and do not answer for now, if that is safe for you."),
                ),
                "afraid_of_it": Choice(_("I am afraid that it exists or will be shared")),
            },
        ),
        "for_whom": Wording(
            name=_("For whom"),
            title=_("For whom are you reporting?"),
            why=_("The person in the picture decides. If that is not you, we act more carefully."),
            choices={
                "me": Choice(_("For me")),
                "someone_with_permission": Choice(_("For someone who asked me to")),
                "child_in_my_care": Choice(_("For a child in my care")),
                "someone_else": Choice(
                    _("For someone else, without their knowing"),
                    _("We secure the traces. We ask no place to remove anything before they agree."),
                ),
            },
        ),
        "age_in_picture": Wording(
            name=_("Age in the picture"),
            title=_("How old is the person in the picture?"),
            hint=_("How old they look or were then, not how old they are today. No date of birth."),
            why=_("Under 18, other rules protect the person: nobody here looks at it or keeps it."),
            choices={
                "18_or_over": Choice(_("18 or over")),
                "under_18": Choice(_("Under 18")),
                "unknown": Choice(_("I do not know")),
            },
            notes=(
                Note(
                    _("Under 18 yourself?"),
                    _("This is the right place. We do not call your parents or your school without your yes, "
                      "unless your life is in danger."),
                ),
            ),
        ),
        "places": Wording(
            name=_("Where it is"),
            title=_("Where is it?"),
            hint=_("One place per line: a link, a channel or account name, or a description in your own "
                   "words. Part of a link is fine."),
            why=_("So that we can ask each place to remove it."),
            notes=(
                Note(
                    _("Please do not go back to look"),
                    _("You have done enough. Looking again, saving it or sending it to others is not needed, "
                      "and in some countries it can be used against you."),
                ),
            ),
        ),
        "safe_contact": Wording(
            name=_("How to reach you"),
            title=_("How and when is it safe to reach you?"),
            hint=_("A number or an address, the hours that are safe, and what we must not say. "
                   "You can also stay without any contact and come back with your code."),
            why=_("So that nobody else learns from us that you reported."),
            rows=4,
        ),
        "words": Wording(
            name=_("Your own words"),
            title=_("Is there anything else you want us to know?"),
            hint=_("In your own words and your own language. Nothing here has to be described."),
            why=_("So that you have to tell it only once."),
            rows=7,
        ),
    }
)  # fmt: skip
