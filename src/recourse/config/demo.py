"""Django settings of the demo: production's, wired to the stand-ins of `town`."""

from __future__ import annotations

from recourse.config.common import *  # noqa: F403 - settings

RECOURSE_WIRING = "recourse.config.town.bind_all"
