"""Verbs of checks: look at places, record what was seen, raise alarms, take turns with hosts."""

from __future__ import annotations

from recourse.world.checks.services.alarms import record_control
from recourse.world.checks.services.politeness import turn_at_host
from recourse.world.checks.services.probing import (
    PROBE,
    begin,
    forget_place,
    give_up_turn,
    probe_now,
    record,
    wait_for_host,
    watch_closely,
)
from recourse.world.checks.services.watching import stop_watching

__all__ = [
    "PROBE",
    "begin",
    "forget_place",
    "give_up_turn",
    "probe_now",
    "record",
    "record_control",
    "stop_watching",
    "turn_at_host",
    "wait_for_host",
    "watch_closely",
]
