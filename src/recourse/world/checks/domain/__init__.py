"""How our own looks decide: states and moves, what a turn shows, the decision, alarms. Pure."""

from __future__ import annotations

from recourse.world.checks.domain.alarms import AlarmReason
from recourse.world.checks.domain.deciding import (
    AFTER_NOTICE,
    CONFIRM_AFTER,
    CONTROL_WINDOW,
    LAST_RETRY,
    MONTHLY,
    UNWATCHED,
    Decision,
    Standing,
    decide,
    next_due,
    replay,
    start,
)
from recourse.world.checks.domain.looks import GONE, UNSEEN, Look, LookFrom, Seen, Sight, sight_of
from recourse.world.checks.domain.states import OUT_OF_SIGHT, RESOLVED, TRANSITIONS, AvailabilityState, Signal
from recourse.world.checks.events import AlarmEnded, AlarmRaised, AvailabilityChanged, ProbeRecorded
from recourse.world.rules.schema import Verdict

__all__ = [
    "AFTER_NOTICE",
    "CONFIRM_AFTER",
    "CONTROL_WINDOW",
    "GONE",
    "LAST_RETRY",
    "MONTHLY",
    "OUT_OF_SIGHT",
    "RESOLVED",
    "TRANSITIONS",
    "UNSEEN",
    "UNWATCHED",
    "AlarmEnded",
    "AlarmRaised",
    "AlarmReason",
    "AvailabilityChanged",
    "AvailabilityState",
    "Decision",
    "Look",
    "LookFrom",
    "ProbeRecorded",
    "Seen",
    "Sight",
    "Signal",
    "Standing",
    "Verdict",
    "decide",
    "next_due",
    "replay",
    "sight_of",
    "start",
]
