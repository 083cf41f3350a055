"""Jobs of the hotline. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import JobContext
from recourse.work.cases.domain import CaseErased
from recourse.work.hotline import services


def read_report(context: JobContext, args: Mapping[str, Any]) -> None:
    """Go through one report."""
    services.read_report(report_id=UUID(args["report_id"]), now=context.now)


def drop_drafts(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete the drafts whose day is over."""
    services.drop_drafts(now=context.now)


def forget_case(_context: JobContext, event: CaseErased) -> None:
    """Let go of an erased case."""
    services.forget_case(case_id=event.case_id)
