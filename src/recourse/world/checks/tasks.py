"""Job handlers of checks: make one planned probe; let go of an erased place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import JobContext
from recourse.world.checks import selectors, services, visit
from recourse.world.checks.domain import Verdict
from recourse.world.locations.domain import PlaceErased
from recourse.world.locations.selectors import can_be_visited, open_place, reading_of

LEASE = timedelta(minutes=5)  # two probes and two controls, each bounded by the fetch's own deadline
AFTER_EXHAUSTED = timedelta(hours=6)


def probe(context: JobContext, args: Mapping[str, Any]) -> None:
    """Look at a place and record it. Fetches between transactions, never inside one."""
    place_id, turn = UUID(args["place"]), int(args["turn"])
    if selectors.next_turn(place_id, turn) is None or not can_be_visited(place_id):
        return
    # 1. where from: the vantage points take turns, so that a second look is another's
    known = visit.vantages()
    last = selectors.last_vantage(place_id)
    vantage = known[(known.index(last) + 1) % len(known)] if last in known else known[0]
    # 2. the place itself
    place = open_place(place_id)
    look = visit.look(reading_of(place), vantage=vantage, now=context.now)
    # 3. "gone" needs a place known to be live, seen live from the same vantage point in the same window
    control_ok = None
    if look.verdict in (Verdict.GONE, Verdict.CHANNEL_GONE):
        control_ok = _control(place.platform, vantage, context)
    # 4. one transaction
    services.record(
        place_id=place_id,
        turn=turn,
        look=look,
        vantage=vantage,
        control_ok=control_ok,
        vantages=len(known),
        now=context.now,
    )


def probe_exhausted(context: JobContext, args: Mapping[str, Any]) -> None:
    """Look again later although every attempt of a probe failed on our side."""
    services.give_up_turn(
        place_id=UUID(args["place"]), turn=int(args["turn"]), due_at=context.now + AFTER_EXHAUSTED
    )


def forget(_context: JobContext, event: PlaceErased) -> None:
    """Let go of an erased place."""
    services.forget_place(place_id=event.place_id)


def _control(platform: str, vantage: str, context: JobContext) -> bool:
    """Return whether a place known to be live is seen live; a good answer serves for the whole window."""
    if selectors.control_in_window(platform, vantage, context.now):
        return True
    look = visit.look_at_control(platform, vantage=vantage, now=context.now)
    ok = look.verdict is Verdict.LIVE
    services.record_control(platform=platform, vantage=vantage, look=look, ok=ok, now=context.now)
    return ok
