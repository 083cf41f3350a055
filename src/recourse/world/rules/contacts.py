"""What a rule file may say about organisations that notices go to, and about the ways to reach them.

A channel that only a person may use says what its form asks for, and which of our facts fills each field. What
the recipient does not say about its own handling is `not_stated`; what nobody has read is named as such.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from recourse.world.rules.basis import Marker, Slug, Sourced, Strict, Text

Hours = Annotated[int, Field(ge=1, le=24 * 366)]
Kind = Literal["removal", "blocking", "deindexing", "preservation", "information"]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")]


class Stated(StrEnum):
    """What a recipient says about its own handling; silence is not a no."""

    YES = "yes"
    NO = "no"
    NOT_STATED = "not_stated"


class AnswersBy(StrEnum):
    """How a recipient answers what comes by a channel."""

    EMAIL = "email"  # to the contact address, so that the answer finds its notice
    INBOX = "inbox"  # in a support inbox of theirs: a person has to look there
    PAGE = "page"  # on a page of their own, by a reference they give: a person has to look there
    NONE = "none"  # they do not answer
    NOT_STATED = "not_stated"


class FilledBy(StrEnum):
    """Which of our facts fills a field of a form."""

    ADDRESSES = "addresses"  # every address of the notice, one a line
    EXPLANATION = "explanation"  # what it is and why it is illegal: the letter's own words
    IDENTIFICATION = "identification"  # which picture at that address: position, time, count
    CONTENT_CLASS = "content_class"  # the kind of content, in the words of the law
    CAPACITY = "capacity"  # that we act for the person, and since when
    AGENCY = "agency"  # our name
    CONTACT = "contact"  # the notice's own reply address, so that an answer finds it
    NAME = "name"  # the depicted person's; only where she agreed to this channel
    SIGNATURE = "signature"  # the name of the officer who approved
    GOOD_FAITH = "good_faith"  # the statement that we believe this in good faith
    ACCURACY = "accuracy"  # the statement that the information is accurate and complete
    NO_CONSENT = "no_consent"  # the statement that the person did not consent
    PRESENCE = "presence"  # the statement that it is there now, and when we saw it
    JURISDICTION = "jurisdiction"  # the country whose law is invoked; `choose` names it
    CHOICE = "choice"  # an option to choose; `choose` says which
    PERSON = "person"  # nothing of ours: whoever fills the form decides


class FormField(Strict):
    """One thing that a form asks for.

    `stated` says that the form's own words were read; otherwise the field stands here because the law asks for
    it, and the form may call it by another name or not have it.
    """

    key: Marker
    label: Text
    required: bool = True
    filled_by: FilledBy
    choose: Text | None = None
    stated: bool = False

    @model_validator(mode="after")
    def _a_choice_is_named(self) -> Self:
        if (self.filled_by in (FilledBy.CHOICE, FilledBy.JURISDICTION)) != (self.choose is not None):
            raise ValueError("choose: a choice says what to choose, and nothing else does")
        return self


class Channel(Sourced):
    """One way to reach a recipient.

    When to remind is our own pace, never a promise of theirs. `entered_per_host` says that the address is not in
    the rules: officers enter it, one for each host of the open web.
    """

    id: Slug
    kinds: tuple[Kind, ...] = Field(min_length=1)
    transport: Literal["email", "web_form", "api", "in_app", "portal"]
    address: Text | None = None
    url: Text | None = None
    languages: tuple[LanguageTag, ...] = ("en",)
    human_only: bool = False
    entered_per_host: bool = False
    only_for: Literal["everything", "minors", "copyright", "authorities"] = "everything"
    needs_name: bool = False
    tells_poster: Stated
    may_publish: Stated
    answers_by: AnswersBy = AnswersBy.NOT_STATED
    promised_hours: Hours | None = None
    remind_after_hours: Hours | None = None
    remind_every_hours: Hours | None = None
    regimes: tuple[Slug, ...] = ()
    form: tuple[FormField, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        by_machine = self.transport == "email" and not (self.human_only or self.entered_per_host)
        if by_machine and not (self.address and "@" in self.address):
            raise ValueError("address: an e-mail channel that the machine uses needs one")
        return self

    @model_validator(mode="after")
    def _form_for_people(self) -> Self:
        if self.form and not self.human_only:
            raise ValueError("form: only a person fills in a form")
        if len({field.key for field in self.form}) != len(self.form):
            raise ValueError("form: a key stands there twice")
        asks_name = any(field.filled_by is FilledBy.NAME and field.required for field in self.form)
        if asks_name and not self.needs_name:
            raise ValueError("form: asks for her name, so needs_name must say so")
        return self

    @model_validator(mode="after")
    def _reminders(self) -> Self:
        if self.remind_every_hours is not None and self.remind_after_hours is None:
            raise ValueError("remind_every_hours: needs remind_after_hours, the time of the first")
        return self


class RecipientFile(Strict):
    """An organisation that notices go to, with its channels, the preferred one first.

    `platforms` names what it can act on; `every_platform` is for those who act on any address, such as a search
    engine or an authority.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Slug
    name: Text
    platforms: tuple[Slug, ...] = ()
    every_platform: bool = False
    channel: tuple[Channel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _acts_on_something(self) -> Self:
        if bool(self.platforms) == self.every_platform:
            raise ValueError("platforms: name them, or say every_platform")
        return self

    def acts_on(self, platform: str) -> bool:
        """Return whether a notice about this platform can go there."""
        return self.every_platform or platform in self.platforms
