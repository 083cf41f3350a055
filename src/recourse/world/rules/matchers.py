"""What a rule may look for in an answer. Evaluated in `evaluate`; what needs the page's HTML, in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from recourse.world.rules.basis import Pattern, Slug, Strict, Text


class StatusMatcher(Strict):
    """The HTTP status is one of these."""

    type: Literal["status"]
    any_of: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(min_length=1)


class RedirectMatcher(Strict):
    """The address we ended at is, as a whole, of this form."""

    type: Literal["redirect"]
    to: Pattern


class StaysMatcher(Strict):
    """We ended at the address we asked for: same host and target, `www.`, scheme and a last slash aside."""

    type: Literal["stays"]


class JsonMatcher(Strict):
    """The answer is JSON and has this path (dots between keys).

    With `equals`, exactly this value is there; with `contains` or `ends_with`, a text with these characters, the
    place's names filled in.
    """

    type: Literal["json"]
    path: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,60}(\.[A-Za-z0-9_]{1,60}){0,9}$")]
    equals: str | int | bool | None = None
    contains: Text | None = None
    ends_with: Text | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(value is not None for value in (self.equals, self.contains, self.ends_with)) > 1:
            raise ValueError("give one of equals, contains, ends_with")
        return self


class CssMatcher(Strict):
    """An element of this selector exists."""

    type: Literal["css"]
    select: Text


class CssTextMatcher(Strict):
    """An element of this selector contains these words, in any case."""

    type: Literal["css_text"]
    select: Text
    contains: Text


class AttributeMatcher(Strict):
    """An element of this selector has this attribute with this value, in any case."""

    type: Literal["attribute"]
    select: Text
    name: Slug
    equals: Text


class TextMatcher(Strict):
    """The visible text contains these words, in any case."""

    type: Literal["text"]
    contains: Text


Matcher = Annotated[
    StatusMatcher
    | RedirectMatcher
    | StaysMatcher
    | JsonMatcher
    | CssMatcher
    | CssTextMatcher
    | AttributeMatcher
    | TextMatcher,
    Field(discriminator="type"),
]


def plain_matcher(matcher: Matcher, groups: Mapping[str, str]) -> dict[str, str] | None:
    """Return a matcher as `core.markup` takes it, names filled in; None if it does not need the page's HTML.

    With no groups the names stay as they are, which is enough to check the selector.
    """
    if isinstance(matcher, (StatusMatcher, RedirectMatcher, StaysMatcher, JsonMatcher)):
        return None
    plain = {key: str(value) for key, value in matcher.model_dump().items()}
    if not groups:
        return plain
    return {
        key: value.format(**groups) if key in ("contains", "equals") else value
        for key, value in plain.items()
    }
