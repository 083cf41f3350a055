"""Jobs of the exchange. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.world.exchange.services import keeping


def drop_uses(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete what is kept of reads long ago."""
    keeping.drop_uses(now=context.now)
