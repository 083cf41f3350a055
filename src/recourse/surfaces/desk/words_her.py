"""What staff read on the page about reaching the survivor: tellings, new codes, choices, endings. Words only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Mapping[str, "StrOrPromise"]

# What the hotline has to do first about a case, in the queue.
HOTLINE_STEPS: Words = MappingProxyType(
    {
        "answer_survivor": _("Answer her"),
        "reach_survivor": _("Reach her at her safe contact"),
        "unsafe_ending": _("It was not safe to ask her about an ending: decide"),
        "give_new_code": _("Help her to a new code"),
        "read_addition": _("Read what she added"),
        "look_at_fingerprints": _("Look why fingerprints wait"),
        "decide_match": _("Decide on a match"),
        "review_fingerprints": _("Review fingerprints"),
    }
)
TELLS: Words = MappingProxyType(
    {
        "returned": _("Something that was gone is there again"),
        "question": _("We need her answer before we go on"),
        "message": _("A person wrote to her"),
        "ending": _("Somebody with her code asked to end something: was it she?"),
        "frozen": _("Her code opens nothing any more"),
        "new_code": _("Somebody asked for a new code: was it she?"),
        "erasure": _("Her case is erased soon unless she comes"),
        "pickup": _("The pick-up code that she asked for"),
    }
)
REACH_STATES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "waiting": ("asked", "next", _("Being sent")),
        "for_a_person": ("late", "late", _("Waits for a person to reach her")),
        "sent": ("asked", "asked", _("Neutral mail sent")),
        "delivered": ("answered", "answered", _("Neutral mail taken by her server")),
        "done": ("gone", "yes", _("Done")),
        "unsafe": ("late", "late", _("It was not safe: a supervisor decides, and nothing becomes final")),
        "left_to_her": ("silent", "silent", _("Left to her: nobody calls again, and nothing becomes final")),
        "only_here": ("silent", "silent", _("Only on her page, as she chose")),
        "folded": ("silent", "silent", _("Told with other news of the same day")),
    }
)
REACHED: Words = MappingProxyType(
    {
        "told": _("She knows"),
        "not_her": _("She asked for nothing of the kind: somebody else has her code"),
        "no_answer": _("Tried at her hours, nobody answered"),
        "not_safe": _("Somebody else answered, or it did not feel safe"),
        "left": _("Nobody calls again, because it is not safe: she has to come to us"),
    }
)
PICKUP_STATES: Words = MappingProxyType(
    {
        "asked": _("Asked for: confirm that it is she, or wait a day"),
        "confirmed": _("Confirmed: hand over the pick-up code when its day is over"),
        "handed_over": _("Handed over: she fetches the new code herself"),
        "fetched": _("Fetched: she says that she kept it"),
        "used": _("Done"),
        "stopped": _("Stopped"),
    }
)
CONFIRMED: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = MappingProxyType(
    {
        "answered": (
            _("She answered at the number she had given us"),
            _("The code may be handed over at once."),
        ),
        "second_person": (
            _("I am a second person, and what she tells fits the case"),
            _("The code waits for a day, and her page shows it."),
        ),
    }
)
CHANNEL_REASONS: Words = MappingProxyType(
    {
        "needs_name": _("needs her name"),
        "tells_poster": _("the poster may learn of it"),
        "may_publish": _("the request may be published"),
    }
)
CHOICES: Mapping[str, tuple[str, str, StrOrPromise]] = MappingProxyType(
    {
        "": ("asked", "next", _("She has not chosen yet")),
        "go_on": ("gone", "yes", _("Go on")),
        "watch_only": ("hidden", "hidden", _("Watch only: nothing is sent this way")),
        "talk_first": ("late", "late", _("Wants to talk first")),
    }
)
CHOICE_RULES: Mapping[str, tuple[StrOrPromise, StrOrPromise]] = MappingProxyType(
    {
        "danger": (_("Danger"), _("Waiting for her would put somebody in danger.")),
        "minor": (_("Minor path"), _("The child is not made to decide.")),
    }
)
ENDINGS: Words = MappingProxyType(
    {"permission": _("She takes her permission back"), "case": _("She wants the case erased")}
)
LINKS: Words = MappingProxyType(
    {
        "asked": _("She was asked and has not answered. Nobody opens it."),
        "public": _("Everybody can open it"),
        "sent_to_her": _("Sent to her alone: never opened"),
        "not_sure": _("She is not sure: not opened"),
    }
)
STEPS: Words = MappingProxyType(
    {
        "fingerprints_added": _("She added fingerprints of pictures or videos."),
        "fingerprints_taken_out": _("She took a fingerprint out."),
        "fingerprints_let_in": _("The fingerprints after the first 50 were let in."),
        "fingerprints_reviewed": _("Fingerprints were reviewed."),
        "fingerprints_shared": _("Fingerprints were given to companies."),
        "match_decided": _("A match was decided on."),
        "sharing_agreed": _("She agreed that companies get her fingerprints."),
        "sharing_ended": _("She no longer agrees that companies get her fingerprints."),
        "used_stopncii": _("She says that she used StopNCII."),
        "used_take_it_down": _("She says that she used Take It Down."),
        "permission_ended": _("She took her permission back."),
        "erasure_asked": _("She asked to have the case erased."),
        "taken_back": _("She took that back."),
        "closed_for_good": _("It became final."),
        "frozen": _("Frozen: the code opens nothing."),
        "new_code_asked": _("A new code was asked for."),
        "new_code_confirmed": _("It was confirmed that it is she."),
        "new_code_stopped": _("The new code was stopped."),
        "new_code": _("She has a new code."),
        "exported": _("She took a copy of her case."),
        "link_answered": _("It was answered who can open a link."),
        "hold_set": _("A legal hold was set."),
        "hold_ended": _("The legal hold was ended."),
        "found_by_code": _("Found by her code."),
        "marked_minor": _("Put on the minor path: under 18 in the picture."),
        "handed_over": _("Handed to the licensed body."),
    }
)
