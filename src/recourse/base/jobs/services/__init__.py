"""Verbs of the queue, the outbox and the business clock. Everything other packages call is importable from here."""

from recourse.base.jobs.services.clock import advance_clock, start_demo_clock
from recourse.base.jobs.services.events import emit
from recourse.base.jobs.services.outbox import blank_out, put_out, retry_out
from recourse.base.jobs.services.queue import cancel, enqueue, retry_failed, sweep

__all__ = [
    "advance_clock",
    "blank_out",
    "cancel",
    "emit",
    "enqueue",
    "put_out",
    "retry_failed",
    "retry_out",
    "start_demo_clock",
    "sweep",
]
