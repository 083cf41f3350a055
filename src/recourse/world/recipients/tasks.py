"""Job handlers of the directory: let go of a host that no place is at any more."""

from __future__ import annotations

from recourse.base.jobs.domain import JobContext
from recourse.world.locations.domain import PlaceErased
from recourse.world.recipients import services


def forget(context: JobContext, _event: PlaceErased) -> None:
    """Drop the contacts of hosts whose last place was erased."""
    services.drop_unused_hosts(now=context.now)
