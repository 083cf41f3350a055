"""What can be done to a case: one verb each, one transaction each, nothing on the network."""

from __future__ import annotations

from recourse.work.cases.services.choosing import ask_choice, make_choice, override_choice
from recourse.work.cases.services.claiming import claim, release, require_free
from recourse.work.cases.services.codes import freeze_case, renew_code
from recourse.work.cases.services.deciding import assess
from recourse.work.cases.services.ending import ask_ending, finish_ending, take_back_ending
from recourse.work.cases.services.erasing import (
    erase_case,
    plan_retention,
    set_legal_hold,
    sweep,
    warn_of_erasure,
)
from recourse.work.cases.services.facts import record_facts
from recourse.work.cases.services.handing_over import record_hand_over
from recourse.work.cases.services.her_places import answer_link, name_item
from recourse.work.cases.services.mandates import give_mandate, withdraw_mandate
from recourse.work.cases.services.minors import mark_minor
from recourse.work.cases.services.moving import (
    follow_availability,
    hear,
    move_case,
    note,
    note_activity,
    note_visit,
    open_again,
)
from recourse.work.cases.services.opening import add_item, open_case
from recourse.work.cases.services.searching import Found, FoundBy, look_up
from recourse.work.cases.services.stepping import plan_step

__all__ = [
    "Found",
    "FoundBy",
    "add_item",
    "answer_link",
    "ask_choice",
    "ask_ending",
    "assess",
    "claim",
    "erase_case",
    "finish_ending",
    "follow_availability",
    "freeze_case",
    "give_mandate",
    "hear",
    "look_up",
    "make_choice",
    "mark_minor",
    "move_case",
    "name_item",
    "note",
    "note_activity",
    "note_visit",
    "open_again",
    "open_case",
    "override_choice",
    "plan_retention",
    "plan_step",
    "record_facts",
    "record_hand_over",
    "release",
    "renew_code",
    "require_free",
    "set_legal_hold",
    "sweep",
    "take_back_ending",
    "warn_of_erasure",
    "withdraw_mandate",
]
