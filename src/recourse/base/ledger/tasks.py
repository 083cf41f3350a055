"""Jobs of the ledger: at each slot the waiting leaves are gathered, then a checkpoint is published over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recourse.base.jobs import registry
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import JobContext
from recourse.base.ledger import selectors, services
from recourse.base.ledger.domain import PUBLISH, SEQUENCE, next_slot


def register() -> None:
    """Tell the queue who works on the ledger's jobs."""
    registry.handle(SEQUENCE, sequence)
    registry.handle(PUBLISH, publish)


def sequence(context: JobContext, args: Mapping[str, Any]) -> None:  # noqa: ARG001 - the signature of handlers
    """Gather what waits, or padding alone on a quiet day; then publish; then again at the next slot."""
    services.gather(now=context.now)
    jobs.enqueue(kind=PUBLISH, args={}, due_at=context.now, key=PUBLISH)
    due_at = next_slot(context.now, selectors.plan().every)
    jobs.enqueue(kind=SEQUENCE, args={}, due_at=due_at, key=SEQUENCE)


def publish(context: JobContext, args: Mapping[str, Any]) -> None:  # noqa: ARG001 - the signature of handlers
    """Publish a checkpoint over what was gathered."""
    services.issue_checkpoint(now=context.now)
