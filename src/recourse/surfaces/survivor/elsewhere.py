"""Services elsewhere that she uses herself: what they do, what to bring, what nobody can do for her there.

The facts, their sources and how well they are founded are the rules' (`world/rules/tools`); here is a sentence for
each. A test holds that none is without. Refuses: to promise for others, and to hide that something was not verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from recourse.work.cases.domain import StepKind
from recourse.world.rules.basis import EvidenceMark
from recourse.world.rules.load import rules
from recourse.world.rules.tool import Tool

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "on_your_device": _("It makes a fingerprint on your own device. The picture is not uploaded."),
        "partners": _("It gives the fingerprint to the companies that take part, and they look for copies."),
        "case_and_pin": _("You get a case number and a PIN there, to look at your case or to withdraw it."),
        "anonymous_anywhere": _("It takes no name, and works from any country."),
        "the_file_itself": _("The picture or video itself, on the device you use."),
        "over_18_in_picture": _("The person in the picture was 18 or over."),
        "under_18_in_picture": _("The person in the picture was under 18 when it was made."),
        "intimate_only": _("It shows somebody nude, half nude, or in a sexual act; also when it is faked."),
        "do_not_download": _("If you do not have it, do not download it. Tell us where it is instead."),
        "partners_only": _(
            "It reaches only the companies that take part. Everywhere else we ask, place by place."
        ),
        "not_in_messengers": _("It does not reach private chats."),
        "not_encrypted": _("It does not reach services that are encrypted."),
        "nothing_that_is_up": _("It takes nothing down by itself: each company decides what it finds."),
        "videos_exact_only": _(
            "A video is found only as the very same file. A copy that was saved anew is missed."
        ),
        "edited_is_another": _("A picture that was changed is another one; give each of them that you have."),
        "pin_not_recoverable": _("A lost number or PIN cannot be found again, by them or by us."),
    }
)
STEP: Mapping[str, StepKind] = MappingProxyType(
    {"stopncii": StepKind.USED_STOPNCII, "take_it_down": StepKind.USED_TAKE_IT_DOWN}
)
_WELL_FOUNDED = frozenset({EvidenceMark.PRIMARY, EvidenceMark.OFFICIAL_SECONDARY})


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about a tool, and whether somebody has to check it."""

    words: StrOrPromise
    unverified: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """One tool as her page shows it."""

    id: str
    name: str
    address: str
    for_minors: bool
    does: tuple[Fact, ...]
    bring: tuple[Fact, ...]
    cannot: tuple[Fact, ...]
    checked_on: date
    past_review: bool
    sources: tuple[str, ...]


def guides(*, minor_path: bool, today: date) -> tuple[Guide, ...]:
    """Return the tools for her: on the minor path never one for adults."""
    wanted = "minor" if minor_path else "adult"
    return tuple(_guide(tool, today) for tool in rules().tools.values() if tool.for_age == wanted)


def _guide(tool: Tool, today: date) -> Guide:
    return Guide(
        id=tool.id,
        name=tool.name,
        address=tool.address,
        for_minors=tool.for_age == "minor",
        does=tuple(_facts(tool, "does")),
        bring=tuple(_facts(tool, "bring")),
        cannot=tuple(_facts(tool, "cannot")),
        checked_on=tool.checked_on,
        past_review=tool.past_review(today),
        sources=tool.sources,
    )


def _facts(tool: Tool, about: str) -> Iterable[Fact]:
    for fact in tool.facts:
        if fact.about == about:
            yield Fact(SENTENCES[fact.key], tool.evidence_of(fact) not in _WELL_FOUNDED)
