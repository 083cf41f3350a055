"""What a rule file may say. A field that is not named here is an error, and so is one that is missing.

Every rule carries where it comes from (`sources`), how good that is (`evidence`), when it was looked at
(`checked_on`) and by when somebody must look again (`review_by`). The files are read by `load`.
"""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from recourse.base.core.markup import check_matcher
from recourse.world.rules.basis import (
    EvidenceMark,
    Host,
    Link,
    LinkTemplate,
    Marker,
    Parameter,
    Pattern,
    Slug,
    Sourced,
    Strict,
    Text,
    Verdict,
)
from recourse.world.rules.contacts import AnswersBy, Channel, FilledBy, FormField, RecipientFile, Stated
from recourse.world.rules.matchers import Matcher, plain_matcher
from recourse.world.rules.regime import Element, ElementRule, Regime

__all__ = [
    "AnswersBy",
    "CaptureRule",
    "Channel",
    "Element",
    "ElementRule",
    "EvidenceMark",
    "Example",
    "FilledBy",
    "Fixture",
    "Form",
    "FormField",
    "Location",
    "Platform",
    "Probe",
    "RecipientFile",
    "Regime",
    "Shows",
    "Sourced",
    "Stated",
    "Verdict",
]


_GONE = frozenset({Verdict.GONE, Verdict.CHANNEL_GONE})


class Shows(Strict):
    """If all of these hold and none of those, the answer shows this verdict."""

    verdict: Literal[
        Verdict.LIVE,
        Verdict.GONE,
        Verdict.CHANNEL_GONE,
        Verdict.NOT_PUBLIC,
        Verdict.RESTRICTED,
        Verdict.WITHHELD,
        Verdict.UNKNOWN,
    ]
    marker: Marker
    all: tuple[Matcher, ...] = Field(min_length=1)
    none: tuple[Matcher, ...] = ()


class Fixture(Strict):
    """A hand-made answer that the rule must read in this way."""

    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+/[a-z0-9_-]+\.(html|json)$")]
    verdict: Verdict
    marker: Marker | None = None
    status: int = 200
    final_url: Link | None = None
    groups: dict[str, str]


class Probe(Sourced):
    """One look at a place: where to look, and what the answer shows. The first `shows` that holds decides.

    Live, gone and unknown are each proven by a fixture, or `never_says` tells in words why this look cannot
    show one of them.
    """

    url: LinkTemplate
    shows: tuple[Shows, ...] = Field(min_length=1)
    never_says: dict[Literal["live", "gone"], Text] = Field(default_factory=dict)
    fixtures: tuple[Fixture, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for shown in self.shows:
            for one in (*shown.all, *shown.none):
                plain = plain_matcher(one, {})
                if plain is not None:
                    check_matcher(plain)
        return self

    @model_validator(mode="after")
    def _every_verdict_has_a_fixture(self) -> Self:
        said = {shown.verdict for shown in self.shows}
        proven = {fixture.verdict for fixture in self.fixtures}
        for wanted in said | {Verdict.UNKNOWN}:
            if wanted not in proven:
                raise ValueError(f"fixtures: none shows the verdict {wanted.value}")
        for name, verdicts in (("live", {Verdict.LIVE}), ("gone", _GONE)):
            if bool(said & verdicts) == (name in self.never_says):
                raise ValueError(f"shows: must be able to say {name}, or never_says must tell why not")
        return self

    @model_validator(mode="after")
    def _gone_is_founded(self) -> Self:
        if self.evidence is EvidenceMark.UNVERIFIED and {shown.verdict for shown in self.shows} & _GONE:
            raise ValueError(
                "shows: a look that nobody verified may say not_public, and never that it is gone"
            )
        return self


# -- locations ---------------------------------------------------------------------------------------------


class Form(Strict):
    """One way to write a location. Named groups of all its patterns together name it.

    `web` is read strictly, path and query decoded; `tg` is Telegram's own scheme. `open` is any address as a
    browser reads it, its path and query kept in order but for the platform's `drop_query`; it gives the group
    `scheme` by itself.
    """

    scheme: Literal["web", "tg", "open"] = "web"
    hosts: tuple[Host, ...] = ()
    host: Pattern | None = None
    path: Pattern
    query: dict[Parameter, Pattern] = Field(default_factory=dict)
    optional: dict[Parameter, Pattern] = Field(default_factory=dict)
    fragment: Pattern | None = None

    @model_validator(mode="after")
    def _a_host(self) -> Self:
        if bool(self.hosts) == (self.host is not None):
            raise ValueError("give either hosts or host")
        return self

    def groups(self) -> frozenset[str]:
        """Return the names that this form always gives."""
        patterns = [self.path, *self.query.values(), self.host, self.fragment]
        named = {name for pattern in patterns if pattern is not None for name in pattern.groupindex}
        return frozenset(named | ({"scheme"} if self.scheme == "open" else set()))


class CaptureRule(Strict):
    """What is fetched as evidence, and which markers of the page are kept with its text; never media."""

    url: LinkTemplate
    identifiers: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9:_-]{1,39}$")], ...] = ()


class Example(Strict):
    """A line as people paste it, and the canonical location it must come to."""

    given: Text
    canonical: Text


class Location(Sourced):
    """A kind of place on a platform: how it is written, what its one canonical form is, how to look at it.

    Without probes a place can be named in a notice but never visited; `private` says that only its members
    could see it, and such a place is never fetched. `handle` is the name in it that people know an account or
    a channel by; places are found by it. `position` is a name beside it, such as the number of a picture in a
    post: kept for people, no part of the place's identity.
    """

    kind: Marker
    private: bool = False
    canonical: Text
    handle: Slug | None = None
    position: Slug | None = None
    lower: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    reserved: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    form: tuple[Form, ...] = Field(min_length=1)
    probe: tuple[Probe, ...] = ()
    capture: CaptureRule | None = None
    examples: tuple[Example, ...] = Field(min_length=1)

    @property
    def names_an_account(self) -> bool:
        """Return whether such a place is an account, channel or group itself, by the name people know."""
        return self.handle is not None and _fields(self.canonical) == {self.handle}

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        needed = _fields(self.canonical)
        for place, form in enumerate(self.form):
            missing = needed - form.groups()
            if missing:
                raise ValueError(f"form.{place}: canonical needs {sorted(missing)}, which no pattern gives")
        if self.handle is not None and self.handle not in needed:
            raise ValueError("handle: must be a name of the canonical form")
        links = [probe.url for probe in self.probe] + ([self.capture.url] if self.capture else [])
        for link in links:
            if _fields(link) - needed:
                raise ValueError(f"{link}: uses names that the canonical form has not")
        if self.private and links:
            raise ValueError("probe: a private place is never fetched")
        return self


class Platform(Sourced):
    """One platform: its kinds of places, most particular first, and places known to be live (`control`).

    Where every place has a host of its own (the open web), `control_front_page` makes the front page of the same
    host the control, and `control` serves only when the host's very name is gone.

    `hosts` are the domains it runs: an address there that none of its forms understands is no place, and never
    read as open web. At `asked_hosts` people share what is meant for one person: nothing there is fetched before
    she said that everybody can open it.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Slug
    name: Text
    hosts: tuple[Host, ...] = ()
    asked_hosts: tuple[Host, ...] = ()
    drop_query: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}\*?$")], ...] = ()
    control: tuple[Link, ...] = ()
    control_front_page: bool = False
    never: tuple[Text, ...] = ()
    location: tuple[Location, ...] = Field(min_length=1)

    def kind(self, kind: str) -> Location:
        """Return the location rule of this kind.

        Raises:
            KeyError: there is none.
        """
        for location in self.location:
            if location.kind == kind:
                return location
        raise KeyError(kind)

    @property
    def is_open_web(self) -> bool:
        """Return whether it stands for every address that nobody else's rules claim; it is read last."""
        return any(form.scheme == "open" for location in self.location for form in location.form)

    @model_validator(mode="after")
    def _kinds_once(self) -> Self:
        if len({location.kind for location in self.location}) != len(self.location):
            raise ValueError("location: a kind stands there twice")
        return self

    @model_validator(mode="after")
    def _hosts_are_its_own(self) -> Self:
        for location in self.location:
            for host in (host for form in location.form if form.scheme == "web" for host in form.hosts):
                if not any(host == own or host.endswith("." + own) for own in self.hosts):
                    raise ValueError(f"hosts: {host} is read by {location.kind} and not among them")
        return self

    @model_validator(mode="after")
    def _control_where_probed(self) -> Self:
        if any(location.probe for location in self.location) and not self.control:
            raise ValueError("control: a platform that is probed needs a place known to be live")
        return self


def _fields(template: str) -> frozenset[str]:
    """Return the names in braces of a template."""
    return frozenset(name for _text, name, _spec, _conversion in Formatter().parse(template) if name)
