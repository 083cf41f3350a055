"""Jobs of statistics: once a day the figures are counted and published. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.work.statistics import services


def count(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Count what may have changed, publish, and come back after midnight."""
    services.publish(now=context.now)
    services.plan(now=context.now)
