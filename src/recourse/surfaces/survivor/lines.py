"""Fingerprints as her pages list them: those that are not sent yet, word for word, and those that the case holds.

Refuses: to hide anything of what will be sent. What does not read as a fingerprint stands there too, to be taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from recourse.world.matching.domain import FingerprintState, FingerprintView

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_SHOWN = 60
STATES: Mapping[FingerprintState, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        FingerprintState.INTERNAL: ("asked", "asked", _("With us alone")),
        FingerprintState.REVIEWED: ("answered", "answered", _("Read by a person, with us alone")),
        FingerprintState.SHARED: ("live", "live", _("Given to companies")),
        FingerprintState.SUSPENDED: ("silent", "silent", _("Waits for a person")),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One that is not sent yet."""

    number: int
    text: str
    video: bool
    parts: int


@dataclass(frozen=True, slots=True)
class Held:
    """One that the case holds."""

    id: UUID
    number: int
    video: bool
    parts: int
    made_at: datetime
    state: tuple[str, str, StrOrPromise]


def of(texts: Iterable[str]) -> list[Line]:
    """Return the lines of a sending that stands on the page again."""
    return [
        Line(number, text, text.startswith("video"), text.count("."))
        for number, text in enumerate(list(texts)[:MOST_SHOWN], start=1)
    ]


def held(views: Iterable[FingerprintView]) -> list[Held]:
    """Return the lines of what the case holds, oldest first."""
    return [
        Held(view.id, number, view.kind == "video", view.parts, view.made_at, STATES[view.state])
        for number, view in enumerate(views, start=1)
    ]
