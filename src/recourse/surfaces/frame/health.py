"""Whether this process lives, and whether it can do its work; on every surface, for machines.

Refuses: to tell more than figures, and to call a slow queue "not ready". Reports are taken as long as they can
be stored; what waits is told as an age and is somebody's alarm, not a reason to turn a person away. Also to say
what of the ledger is not published yet: leaves leave in padded batches so that nobody can watch a notice go out,
and anybody may ask here every second. `recourse doctor` tells the people who run it.
"""

from __future__ import annotations

import structlog
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from recourse.base.core import clock
from recourse.base.jobs import selectors as jobs
from recourse.base.ledger import selectors as ledger

_log = structlog.get_logger(__name__)
_migrated: set[str] = set()  # databases found complete; a table once made stays, so this is asked once


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process answers anything; touches no table."""
    return JsonResponse({"alive": True})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when tables and migrations are there, else 503; with the ledger's published head and what waits."""
    try:
        connection.ensure_connection()
        if _missing_migrations():
            return _not_ready("migrations")
        _indexed, published, _waiting = ledger.standing()
        oldest = jobs.oldest_due_age(clock.now())
    except Error:  # the driver's InterfaceError is no DatabaseError
        _log.warning("not_ready", exc_info=True)
        return _not_ready("database")
    return JsonResponse(
        {
            "ready": True,
            "ledger": {"published": published},
            "oldest_due_job_seconds": 0 if oldest is None else max(0, int(oldest.total_seconds())),
        }
    )


def _missing_migrations() -> bool:
    name = str(connection.settings_dict["NAME"])
    if name in _migrated:
        return False
    executor = MigrationExecutor(connection)
    missing = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not missing:
        _migrated.add(name)
    return missing


def _not_ready(lacks: str) -> HttpResponse:
    return JsonResponse({"ready": False, "lacks": lacks}, status=503)
