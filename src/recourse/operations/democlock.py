"""Keeps the demo's clock: lets business time jump to the next due time once nobody is doing anything.

Only a clock row marked as a demo's can be moved. Leases, sessions and time-outs use real time and notice nothing.
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from urllib.error import URLError
from urllib.request import urlopen

from django.db import close_old_connections

from recourse.base.core import clock
from recourse.base.jobs import selectors as jobs
from recourse.base.jobs import services

QUIET_ROUNDS = 4  # idle this many looks in a row, so that a hand-over between processes is not taken for rest
LOOK_SECONDS = 0.15
# The check after an hour is shown; the one after a day is not, unless the stories ask for it while they go on. A
# jump of a day would end the draft of a visitor who stops to think, because drafts live for a day of business time.
FARTHEST = timedelta(hours=2)
TOGETHER = timedelta(seconds=20)  # what is due a few seconds apart, after one jump and not after one each


def keep(stop: threading.Event, *, control: str) -> None:
    """Move the clock until told to stop; `control` is the address of the town's control page."""
    services.start_demo_clock()
    quiet = 0
    while not stop.wait(LOOK_SECONDS):
        close_old_connections()
        reach = town_reach(control)
        quiet = quiet + 1 if reach and jobs.idle() else 0
        if quiet >= QUIET_ROUNDS:
            jump(reach)
            quiet = 0


def jump(reach: timedelta = FARTHEST) -> bool:
    """Move to the next due time when it lies within reach; tells whether it moved."""
    now, due = clock.now(), jobs.next_due()
    if due is None or not timedelta(0) < due - now <= reach:
        return False
    services.advance_clock(to=due + TOGETHER)
    return True


def town_reach(control: str) -> timedelta:
    """Ask the town how far time may jump; nothing while somebody there is about to act, or gives no answer."""
    try:
        with urlopen(f"{control}/state", timeout=2) as answer:  # noqa: S310 - loopback, from town.json
            state = json.load(answer)
            return timedelta(hours=state["farthest_hours"]) if state["idle"] else timedelta(0)
    except (URLError, OSError, ValueError, KeyError):
        return timedelta(0)
