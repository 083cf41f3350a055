"""The write gate: one file lock that every writing transaction holds from BEGIN to COMMIT.

Without it SQLite's own lock is polled, and under load somebody polls in vain for seconds; with it writers queue
in the kernel. The lock is on a file of its own beside the database (closing a second descriptor of the database
file itself would drop SQLite's locks), one descriptor per connection, so threads exclude each other as well.
The kernel releases it when the holder dies.

Refuses: to time out. Nothing slow may happen inside a transaction.
"""

from __future__ import annotations

import fcntl
import os
from weakref import WeakSet

SUFFIX = ".gate"


class Gate:
    """The lock of one connection."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None
        self.held = False
        _gates.add(self)

    def take(self) -> None:
        """Wait until nobody else writes, then hold the gate."""
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self.held = True

    def give(self) -> None:
        """Let the next writer in; nothing happens when the gate is not held."""
        if self.held and self._descriptor is not None:
            self.held = False
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the lock and of the file."""
        self.give()
        self.forget()

    def forget(self) -> None:
        """Close the descriptor without unlocking: in a forked child the lock is still the parent's."""
        descriptor, self._descriptor, self.held = self._descriptor, None, False
        if descriptor is not None:
            os.close(descriptor)


_gates: WeakSet[Gate] = WeakSet()


def _forget_all() -> None:
    for gate in list(_gates):
        gate.forget()


# A child keeps an inherited lock after its parent's death: it must not inherit the descriptor.
os.register_at_fork(after_in_child=_forget_all)
