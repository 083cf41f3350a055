"""The scheduling class of the tests' own process, kept as it was.

SVT-AV1, inside PyAV's wheel, puts the calling thread of root into the real-time class (SCHED_FIFO 99). Whatever that
thread starts afterwards inherits it: a browser or the Go compiler then starves everything else on the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ordinary_class() -> Iterator[None]:
    """Give the thread its scheduling class back at the end."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)
