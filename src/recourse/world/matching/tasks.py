"""Jobs of fingerprints. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import JobContext
from recourse.world.matching import services


def drop_withdrawn(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete what was withdrawn long enough ago."""
    services.drop_withdrawn(now=context.now)


def drop_listings(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete listings, with their keys, that were withdrawn long enough ago."""
    services.drop_listings(now=context.now)


def drop_traces(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete old traces of changes and reads, and come again tomorrow."""
    services.drop_traces(now=context.now)
    services.plan_drop_traces(context.now)


def compare_block(context: JobContext, args: Mapping[str, Any]) -> None:
    """Compare a block of a list with all cases."""
    services.compare_block(block_id=UUID(args["block"]), now=context.now)


def compare_case(context: JobContext, args: Mapping[str, Any]) -> None:
    """Compare the new fingerprints of a case with all lists."""
    services.compare_case(case_id=UUID(args["case"]), now=context.now)
