"""What staff read about work on notices: what is late, the next step, the work-sheet, reminders, hosts. Words only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Mapping[str, "StrOrPromise"]

# Class, mark and words.
LATE: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "silent": ("silent", "silent", _("Silent: the deadline passed")),
        "due_soon": ("late", "late", _("Their answer is due soon")),
        "receipt_unproven": ("asked", "asked", _("Sent; receipt unproven")),
        "reminder_due": ("late", "late", _("A reminder may be sent")),
        "choice_waiting": ("asked", "next", _("Waits for her choice")),
        "held": ("late", "late", _("Held")),
        "to_submit": ("late", "late", _("A person fills in the form")),
    }
)
NEXT: Words = MappingProxyType(
    {
        "wait": _("Wait"),
        "submit": _("Fill in the form"),
        "ask_her": _("Ask her"),
        "remove_reason": _("Remove the reason why it is held"),
        "remind": _("Remind them"),
        "other_channel": _("Ask them another way"),
        "formal_decision": _("Ask for a formal decision"),
        "authority": _("Ask the authority what became of it"),
        "consult": _("A liaison talks to the company"),
        "nothing_more": _("Nothing more to ask"),
    }
)
CHECK_FIRST: Words = MappingProxyType(
    {
        "checked_lately": _("Our own checks are fresh"),
        "right_address": _("The page in the browser is the address shown here"),
        "own_profile": _("The browser profile is the agency's, no private account"),
        "no_picture": _("No picture and no file is attached, whatever the form offers"),
        "only_these_words": _("No word about her beside what stands here"),
        "name_only_here": _("Her name goes into its one field, and nowhere else"),
        "reference_kept": _("Their reference, or their words of receipt, are written down below"),
    }
)
REMINDER_STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "possible": ("asked", "next", _("Read it and approve it")),
        "too_early": ("silent", "silent", _("Not yet: their own window is not open")),
        "approved": ("asked", "next", _("Approved: the last checks run")),
        "queued": ("asked", "next", _("On its way, or waiting for a person to submit it")),
        "sent": ("asked", "asked", _("Sent")),
        "cancelled": ("silent", "silent", _("Cancelled: not sent")),
    }
)
HOST_FOUND_BY: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = MappingProxyType(
    {
        "rdap": (_("In the registry"), _("The role “abuse” of its address range or domain (RDAP).")),
        "abuse_mailbox": (_("The mailbox by convention"), _("abuse@ its own domain (RFC 2142).")),
        "own_page": (_("On its own page"), _("A page of the site, or of its host, names it.")),
    }
)
NO_CHANNEL: Words = MappingProxyType(
    {
        "host_unknown": _("No contact is known for this site yet: enter it below."),
        "nobody": _("Nobody in the directory takes such a request for this place."),
    }
)
