"""Job handlers of checks: make one planned turn of looks; let go of an erased place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import JobContext
from recourse.world.checks import selectors, services, visit
from recourse.world.checks.domain import UNSEEN, LookFrom
from recourse.world.locations.domain import PlaceErased
from recourse.world.locations.selectors import can_be_visited, open_place, reading_of
from recourse.world.rules.reading import Reading

LEASE = timedelta(
    minutes=5
)  # each vantage point: two probes and two controls, bounded by the fetch's deadline
AFTER_EXHAUSTED = timedelta(hours=6)


def probe(context: JobContext, args: Mapping[str, Any]) -> None:
    """Look at a place from every vantage point and record it. Fetches between transactions, never inside one."""
    place_id, turn = UUID(args["place"]), int(args["turn"])
    if selectors.next_turn(place_id, turn) is None or not can_be_visited(place_id):
        return
    reading = reading_of(open_place(place_id))
    # 1. a host is not asked more often than politeness allows
    if reading is not None and "go" not in args:
        urgent = "urgent" in args
        until = services.turn_at_host(host=visit.host_asked(reading), urgent=urgent, now=context.now)
        if until > context.now:
            services.wait_for_host(place_id=place_id, turn=turn, until=until, urgent=urgent)
            return
    # 2. the place itself, from everywhere
    known = visit.vantages()
    looks = [_look(reading, vantage, context) for vantage in known]
    # 3. one transaction
    services.record(place_id=place_id, turn=turn, looks=looks, vantages=len(known), now=context.now)


def probe_exhausted(context: JobContext, args: Mapping[str, Any]) -> None:
    """Look again later although every attempt of a turn failed on our side."""
    services.give_up_turn(
        place_id=UUID(args["place"]), turn=int(args["turn"]), due_at=context.now + AFTER_EXHAUSTED
    )


def forget(_context: JobContext, event: PlaceErased) -> None:
    """Let go of an erased place."""
    services.forget_place(place_id=event.place_id)


def _look(reading: Reading | None, vantage: str, context: JobContext) -> LookFrom:
    """Look from one vantage point; "not there" needs a place known to be live, seen live from there as well."""
    look = visit.look(reading, vantage=vantage, now=context.now)
    if reading is None or look.verdict not in UNSEEN:
        return LookFrom(vantage, look)
    if reading.platform.control_front_page and look.marker != visit.NO_SUCH_NAME:
        return LookFrom(vantage, look, visit.front_page_is_up(reading, vantage=vantage, now=context.now))
    return LookFrom(vantage, look, _control(reading.platform.id, vantage, context))


def _control(platform: str, vantage: str, context: JobContext) -> bool:
    """Return whether a place known to be live is seen live; a good answer serves for the whole window."""
    if selectors.control_in_window(platform, vantage, context.now):
        return True
    look = visit.look_at_control(platform, vantage=vantage, now=context.now)
    return services.record_control(platform=platform, vantage=vantage, look=look, now=context.now)
