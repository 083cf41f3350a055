"""A refusal above a form that stands there again with everything in it: what is wrong, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recourse.base.core.errors import RecourseError
from recourse.work.cases.domain import FieldTooLongError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which field, why not, and what to do; `code` is the stable one."""

    title: str
    sentence: str
    code: str


def refusal(error: RecourseError, title: str) -> Refusal:
    """Put an error into words for the form it came from."""
    if isinstance(error, FieldTooLongError):
        words = ngettext(
            "It has %(length)d characters; %(limit)d fit. Nothing is lost: shorten it and send it again.",
            "It has %(length)d characters; %(limit)d fit. Nothing is lost: shorten it and send it again.",
            error.length,
        )
        return Refusal(title, words % {"length": error.length, "limit": error.limit}, error.code)
    return Refusal(title, _(error.sentence), error.code)
