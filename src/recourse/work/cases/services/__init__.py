"""What can be done to a case: one verb each, one transaction each, nothing on the network."""

from __future__ import annotations

from recourse.work.cases.services.choosing import ask_choice, make_choice, override_choice
from recourse.work.cases.services.claiming import claim, release, require_free
from recourse.work.cases.services.deciding import assess
from recourse.work.cases.services.erasing import erase_case, plan_retention, set_legal_hold, sweep
from recourse.work.cases.services.facts import record_facts
from recourse.work.cases.services.mandates import give_mandate, withdraw_mandate
from recourse.work.cases.services.moving import follow_availability, move_case, note_activity, note_visit
from recourse.work.cases.services.opening import add_item, open_case
from recourse.work.cases.services.stepping import plan_step

__all__ = [
    "add_item",
    "ask_choice",
    "assess",
    "claim",
    "erase_case",
    "follow_availability",
    "give_mandate",
    "make_choice",
    "move_case",
    "note_activity",
    "note_visit",
    "open_case",
    "override_choice",
    "plan_retention",
    "plan_step",
    "record_facts",
    "release",
    "require_free",
    "set_legal_hold",
    "sweep",
    "withdraw_mandate",
]
