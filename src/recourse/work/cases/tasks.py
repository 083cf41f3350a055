"""Jobs of cases: retention, and what a change of availability means for a case. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.work.cases import selectors, services
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import RESOLVED, AvailabilityChanged, AvailabilityState


def retention(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Erase what the table of retention says, then have it looked at again in a day."""
    while services.sweep(now=context.now):
        pass
    services.plan_retention(now=context.now)


def follow_availability(context: JobContext, event: AvailabilityChanged) -> None:
    """Let each case that holds the place follow what our checks saw."""
    for case_id in selectors.cases_at(event.place_id):
        seen = checks.availability(selectors.places_of(case_id))
        services.follow_availability(
            case_id=case_id,
            all_resolved=bool(seen) and all(view.state in RESOLVED for view in seen.values()),
            came_back=event.after == AvailabilityState.REAPPEARED,
            now=context.now,
        )
