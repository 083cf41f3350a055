"""What staff read for the facts of an item, its urgency and the parts of the queue. Words only, as in `words`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Mapping[str, "StrOrPromise"]

URGENCIES: Mapping[int, StrOrPromise] = MappingProxyType(
    {0: _("Danger"), 1: _("Minor path"), 2: _("Threat"), 3: _("Back again"), 4: _("Routine")}
)
QUEUE_PARTS: Words = MappingProxyType(
    {
        "all": _("All"),
        "mine": _("Mine"),
        "free": _("Free"),
        "overdue": _("Overdue"),
        "minor": _("Minor path"),
        "waiting": _("Waiting for her"),
    }
)
DEPICTED: Words = MappingProxyType(
    {
        "unknown": _("Not known"),
        "her": _("The survivor alone"),
        "with_others": _("The survivor with others"),
        "someone_else": _("Somebody else"),
    }
)
NATURES: Words = MappingProxyType(
    {
        "unknown": _("Not known"),
        "real": _("Real"),
        "synthetic": _("Synthetic"),
        "mixed": _("Real and synthetic together"),
    }
)
NAMES_VISIBLE: Words = MappingProxyType(
    {"unknown": _("Not known"), "no": _("No"), "yes": _("Yes: name, handle, school or address")}
)
RELATIONS: Words = MappingProxyType(
    {
        "unknown": _("Not known"),
        "partner": _("Partner"),
        "former_partner": _("Former partner"),
        "family": _("Family"),
        "school_or_work": _("From school or work"),
        "online_only": _("Known online only"),
        "stranger": _("Stranger"),
    }
)
THREATS: Words = MappingProxyType(
    {
        "not_said": _("Not said"),
        "none": _("No threat"),
        "to_publish": _("Threat to publish"),
        "blackmail": _("Blackmail: pay, send more or come back"),
        "to_life": _("Danger to life or body"),
    }
)
ALARMS: Words = MappingProxyType(
    {
        "layout_changed": _("Several places in a row read as nothing we know: their pages have changed."),
        "control_unreadable": _(
            "A place that is surely there is not seen: what we miss there proves nothing."
        ),
        "rule_past_review": _("Nobody has looked at this rule since its review date."),
    }
)
