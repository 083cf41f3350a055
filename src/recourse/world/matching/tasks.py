"""Jobs of fingerprints. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.world.matching import services


def drop_withdrawn(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete what was withdrawn long enough ago."""
    services.drop_withdrawn(now=context.now)
