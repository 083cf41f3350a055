"""What staff read for each value of the tables: purposes, states, grounds, answers. Words only.

A test compares each table with its enumeration, so that no value reaches a page as a bare key.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Mapping[str, "StrOrPromise"]

PURPOSES: Words = MappingProxyType(
    {
        "assess": _("Assess what to ask for"),
        "approve_notice": _("Approve a notice"),
        "read_answer": _("Read an answer"),
        "answer_survivor": _("Answer the survivor"),
        "quality_review": _("Quality review"),
        "other": _("Another reason, in my own words"),
        "find": _("Found by a link or a name"),
    }
)
NEXT_STEPS: Words = MappingProxyType({"assess": _("Assess"), "wait": _("Wait for others")})
CASE_STATES: Words = MappingProxyType(
    {
        "open": _("Open: we act next"),
        "watching": _("Watching: our checks go on"),
        "waiting_for_survivor": _("Waiting for the survivor"),
        "frozen": _("Frozen: somebody else has the code"),
        "closed": _("Closed"),
        "erased": _("Erased"),
    }
)
HAPPENED: Words = MappingProxyType(
    {"found_online": _("Found online"), "threatened": _("Threatened"), "afraid_of_it": _("Afraid of it")}
)
FOR_WHOM: Words = MappingProxyType(
    {
        "me": _("For herself or himself"),
        "someone_with_permission": _("For someone who asked"),
        "child_in_my_care": _("For a child in the reporter's care"),
        "someone_else": _("For someone who does not know"),
        "not_said": _("Not said"),
    }
)
AGE_BANDS: Words = MappingProxyType(
    {
        "18_or_over": _("18 or over in the picture"),
        "under_18": _("Under 18 in the picture: minor path"),
        "unknown": _("Not known: minor path"),
    }
)
BASES: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = MappingProxyType(
    {
        "statement": (_("Statement of the depicted person"), _("What she told us is enough.")),
        "text_and_context": (_("Text and context"), _("Title, words and links of the page.")),
        "match": (_("Match to a reviewed item"), _("The same content was decided on before.")),
        "looked_at": (_("Looked at"), _("The last resort. Not allowed on the minor path.")),
    }
)
GROUNDS: Words = MappingProxyType(
    {
        "synthetic_sexual": _("Synthetic sexual content of a recognisable person"),
        "intimate_no_consent": _("Intimate content without consent"),
        "threat": _("Threat to publish"),
        "personal_data": _("Personal data of the person"),
    }
)
# Class, mark and word.
AVAILABILITY: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "not_checked": ("asked", "next", _("Not checked")),
        "available": ("live", "live", _("Still there")),
        "suspected_gone": ("silent", "silent", _("Not seen once")),
        "removed_at_source": ("gone", "gone", _("Gone")),
        "account_or_channel_removed": ("gone", "gone", _("Account or channel gone")),
        "not_public": ("hidden", "hidden", _("Not public; removal unproven")),
        "deindexed": ("hidden", "hidden", _("Out of the results; still there")),
        "geo_blocked": ("hidden", "hidden", _("Hidden in some countries")),
        "isp_blocked": ("hidden", "hidden", _("Blocked on some networks")),
        "restricted": ("hidden", "hidden", _("Hidden behind a restriction")),
        "unreachable": ("silent", "silent", _("Could not be reached")),
        "unknown": ("silent", "silent", _("Not sure")),
        "reappeared": ("back", "back", pgettext_lazy("state", "Back")),
    }
)
NOTICE_KINDS: Words = MappingProxyType(
    {
        "removal": _("Removal"),
        "blocking": _("Blocking"),
        "deindexing": _("Deindexing"),
        "preservation": _("Preservation"),
        "information": _("Information"),
    }
)
# Class, mark and words with who acts next.
NOTICE_STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "draft": ("asked", "next", _("Draft: an officer mends it")),
        "incomplete": ("late", "no", _("Incomplete: an element is missing")),
        "ready": ("asked", "next", _("Ready: an officer reads and approves")),
        "approved": ("asked", "next", _("Approved: the last checks run")),
        "queued": ("asked", "next", _("In the outbox")),
        "sending": ("asked", "next", _("Being handed over")),
        "sent": ("asked", "asked", _("Sent")),
        "handed_over": ("asked", "asked", _("Sent; receipt unproven")),
        "receipt_proven": ("answered", "answered", _("Receipt proven: they act next")),
        "held": ("late", "late", _("Held: an officer removes the reason")),
        "cancelled": ("silent", "silent", _("Cancelled: not sent")),
        "closed": ("silent", "silent", _("Closed")),
    }
)
REASONS: Words = MappingProxyType(
    {
        "place_gone": _("Our check found it gone before sending."),
        "mandate_withdrawn": _("The survivor took her permission back."),
        "case_erased": _("The case was erased."),
        "case_waits": _("The case waits for the survivor or for a supervisor: nothing is sent meanwhile."),
        "by_officer": _("Stopped by a person."),
        "contact_changed": _("The recipient's address is not the approved one any more."),
        "undeliverable": _("The recipient's server refused it for good."),
        "bounced": _("It was taken and came back."),
        "watch_only": _("She chose that we only watch: nothing is asked on this channel for her."),
        "talk_first": _("She wants to talk to us before anything is sent."),
        "her_choice": _("It waits for her choice: the poster may learn of it, or her name is needed."),
        "joined": _("It stands behind a request about the same place that was sent already."),
        "gathered": _("Its places stand in another letter to the same host."),
        "asked_anew": _("The same was asked again, with something new."),
        "refused_before": _(
            "This recipient has refused this request with reasons. Say what is new since then, or ask somebody else."
        ),
    }
)
ANSWERS: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = MappingProxyType(
    {
        "none": (_("No answer in it"), _("The mail says nothing about the request. The clock goes on.")),
        "acknowledged": (_("Acknowledged"), _("They say that they have it, no more.")),
        "info_requested": (_("Asks for more"), _("They want something before they act.")),
        "accepted": (_("Says it will act"), ""),
        "claims_removed": (_("Says removed"), _("Our own check starts at once. This closes nothing.")),
        "claims_restricted": (_("Says hidden or restricted"), _("Hidden is not gone; our own check starts.")),
        "refused": (_("Says no"), ""),
        "forwarded": (_("Says it passed it on"), ""),
        "preserved": (_("Says it kept the evidence"), ""),
    }
)
MAIL_CATEGORIES: Words = MappingProxyType(
    {
        "receipt": _("Delivery report: delivered"),
        "read_receipt": _("Read receipt: it reached its reader"),
        "confirmation": _("Their system confirms it, with a number of theirs"),
        "auto_reply": _("Automatic reply: proves receipt, answers nothing"),
        "bounce": _("Came back undelivered"),
        "delay": _("Delivery report: delayed"),
        "passed_on": _("Delivery report: passed on, its arrival unknown"),
        "human": _("An answer"),
        "unknown": _("Not read yet, or not readable"),
    }
)
REFUSAL_REASONS: Words = MappingProxyType(
    {
        "no_violation": _("It breaks no rule, they say"),
        "not_found": _("They find nothing at this address"),
        "not_entitled": _("Somebody else has to ask, they say"),
        "not_theirs": _("It is not on their service, they say"),
        "other": _("Another reason"),
    }
)
# Class, mark and words.
SIGNATURES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "pass": ("gone", "yes", _("Signed by the domain it claims")),
        "fail": ("late", "no", _("Signature does not hold: perhaps not from them")),
        "none": ("silent", "silent", _("Not signed: anybody can have written it")),
        "unchecked": ("silent", "silent", _("Signature not checked")),
    }
)
FOUND_BY: Words = MappingProxyType(
    {
        "token": _("by our reply address"),
        "thread": _("by the message it answers"),
        "number": _("by the number that their system gave before"),
        "person": _("by a person"),
        "forged": _("it carried an address of ours that we never gave out: joined to nothing"),
        "none": _("joined to no notice"),
    }
)
# Element of a law, or a house rule.
ELEMENTS: Words = MappingProxyType(
    {
        "signature": _("Signature of an authorised person"),
        "capacity": _("Who asks, and in whose name"),
        "location": _("Exact address of every place"),
        "identification": _("Enough to find the content there"),
        "good_faith": _("Good-faith statement"),
        "accuracy": _("Statement that it is accurate and complete"),
        "presence": _("Statement that the content is there"),
        "no_consent": _("Statement that the person did not consent"),
        "contact": _("Contact"),
        "notifier": _("Name and address of the asking side"),
        "reasons": _("Reasons why it is illegal"),
        "content_class": _("Legal class of the content"),
        "mandate": _("A live mandate for every place"),
        "channel": _("A way there: an address for mail, or a form for a person"),
        "name": _("Her name, which this channel needs and she has not given for it"),
        "choice": _("Her choice to go on, because the poster may learn of it or it may be published"),
    }
)
ELEMENT_STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "has": ("gone", "yes", _("Has")),
        "with_approval": ("asked", "next", _("With your approval")),
        "missing": ("late", "no", _("Missing")),
    }
)
CHECKS: Words = MappingProxyType(
    {
        "still_there": _("Still there"),
        "mandate": _("Mandate not withdrawn"),
        "captured": _("Evidence written down"),
        "not_sent_before": _("Not sent before"),
        "safe_to_publish": _("No name, no picture, no case number"),
        "contact_unchanged": _("Address of the recipient unchanged"),
        "channel_proven": _("Channel proven by an answer"),
        "contact_reviewed": _("Contact reviewed in time"),
        "minor_path": _("Minor path: hand it over to the licensed body as well"),
    }
)
CHECK_STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "yes": ("gone", "yes", _("Yes")),
        "no": ("late", "no", _("No")),
        "waiting": ("asked", "next", _("Not yet")),
        "old": ("hidden", "late", _("Old")),
    }
)
# Whole sentences; `notice` is its number, where the step is about one.
TODOS: Words = MappingProxyType(
    {
        "approve_notice": _("Approve notice %(notice)s"),
        "complete_notice": _("Complete notice %(notice)s"),
        "resolve_held": _("Notice %(notice)s is held: decide"),
        "read_answer": _("Read the answer to %(notice)s"),
        "talk_first": _("Talk to her first: notice %(notice)s"),
        "submit_form": _("Fill in the form for notice %(notice)s"),
    }
)
CONTACT_HOW: Words = MappingProxyType(
    {
        "page_only": _("Only on her page. No calls, no mail."),
        "phone": _("By phone"),
        "email": _("By e-mail"),
    }
)
EVIDENCE: Words = MappingProxyType(
    {
        "primary": _("read in the official text"),
        "official_secondary": _("from an official page about it"),
        "secondary": _("from a second-hand source"),
        "known": _("from general knowledge"),
        "unverified": _("not verified"),
    }
)
NOT_STATED: Words = MappingProxyType(
    {
        "needs_name": _("whether they need her name"),
        "tells_poster": _("whether the poster learns of it"),
        "may_publish": _("whether they publish it"),
    }
)
