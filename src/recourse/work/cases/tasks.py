"""Jobs of cases: retention, and what a change of availability means for a case. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import CaseState
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import (
    RESOLVED,
    AvailabilityChanged,
    AvailabilityState,
    ProbeRecorded,
    Verdict,
)

UP = frozenset({Verdict.LIVE.value, Verdict.RESTRICTED.value})


def retention(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Erase what the table of retention says, then have it looked at again in a day."""
    while services.sweep(now=context.now):
        pass
    while services.warn_of_erasure(now=context.now):
        pass
    services.plan_retention(now=context.now)


def follow_availability(context: JobContext, event: AvailabilityChanged) -> None:
    """Let each case that holds the place follow what our checks saw.

    Only a place that is gone or back again moves a case; of a report with hundreds of places, every other change
    would read them all for nothing. A closed case is left to `follow_look`: she sees that it opens again.
    """
    came_back = event.after == AvailabilityState.REAPPEARED
    if event.after not in RESOLVED and not came_back:
        return
    for case_id in selectors.cases_at(event.place_id):
        if came_back and selectors.case_facts(case_id).state is CaseState.CLOSED:
            continue
        services.follow_availability(
            case_id=case_id,
            all_resolved=not came_back and checks.all_resolved(selectors.places_of(case_id)),
            came_back=came_back,
            now=context.now,
        )


def follow_look(context: JobContext, event: ProbeRecorded) -> None:
    """Open a closed case again when a look of its survivor's own timetable shows that something is back."""
    if event.verdict not in UP:
        return
    for case_id, _item_id, since in selectors.returned_at(event.place_id):
        services.open_again(case_id=case_id, since=since, now=context.now)
