"""The one job of accounts: what was kept of half-written forms goes after a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs.domain import JobContext
from recourse.people.accounts import services


def drop_kept(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Forget what is over a day old."""
    services.drop_kept(now=context.now)
