"""Which adapter stands behind which port, for every process. The only file that names both sides.

An adapter is made when it is first asked for, so a process without a key fails at the step that needs it, by
name, and not at start. What would be dangerous is refused before anything is bound (`guard`).
"""

from __future__ import annotations

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, SystemClock
from recourse.config import guard, keys
from recourse.config.schema import Configuration


def bind_all(configuration: Configuration) -> None:
    """Bind every port of this process.

    Raises:
        MisconfiguredError: a combination of settings that must not run.
    """
    guard.refuse_dangerous(configuration)
    bind_ports(configuration, keys.key_files(configuration))


def bind_ports(configuration: Configuration, held: keys.KeyFiles) -> None:  # noqa: ARG001 - ports to come
    """Bind every port; `held` gives the keys."""
    wiring.bind(Clock, SystemClock)  # type: ignore[type-abstract]
