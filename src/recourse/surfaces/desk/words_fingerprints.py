"""Words of the desk for fingerprints and lists: where one stands, why it waits, what a list is of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: Mapping[str, StrOrPromise] = MappingProxyType({"image": _("A picture"), "video": _("A video")})
STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "internal": ("asked", "asked", _("New, with us alone")),
        "reviewed": ("answered", "answered", _("Reviewed, with us alone")),
        "shared": ("live", "live", _("Given to companies")),
        "suspended": ("silent", "silent", _("Waits, does not count")),
    }
)
WAITS: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "many": _("It came after the first 50. Somebody may try to fill the list with lawful pictures."),
        "platforms": _("Two companies say that it fits something lawful."),
        "lawful": _("It is near a picture of a list of lawful ones."),
    }
)
LISTS: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "sought": _("Pictures to look for"),
        "lawful": _("Lawful pictures: what is near one is never given to companies"),
        "submitted": _("Pictures to look for, given to us by the company itself"),
    }
)
MATCHES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "waiting": ("late", "late", _("A lead: decide")),
        "confirmed": ("live", "live", _("Hers")),
        "other": ("hidden", "hidden", _("Something else")),
    }
)
