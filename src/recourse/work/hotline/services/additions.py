"""What she adds with her code: another place, more words. Each is a report of its own, sealed like the first.

Needs the key from her code alone: the web process does it. Refuses: an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core import ids
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OwnCase
from recourse.work.hotline import sealing
from recourse.work.hotline.domain import ADDED, NothingWrittenError, checked
from recourse.work.hotline.models import Report
from recourse.work.hotline.names import report_name

log = structlog.get_logger(__name__)


def add_to_report(*, case: OwnCase, values: Mapping[str, Sequence[str] | str], now: datetime) -> UUID:
    """Store what she adds for good, and the job that goes through it; one transaction.

    Args:
        case: her open case.
        values: `places` and `words`, as her form brought them.
        now: the business time.

    Raises:
        NothingWrittenError: both are empty.
        FieldTooLongError: names the field; nothing is stored.
        NotFoundError: the case is erased.
    """
    answers = {
        question: answer
        for question in ("places", "words")
        if (answer := checked(question, {question: values.get(question, ())}))
    }
    if not answers:
        raise NothingWrittenError("addition")
    report_id = ids.new_id()
    with transaction.atomic():
        cases.hear(case_id=case.case_id, now=now)
        sealed = vault.seal(case.key, report_name(report_id), sealing.to_block({"answers": answers}))
        Report.objects.create(id=report_id, case_id=case.case_id, sealed=sealed, channel=ADDED, at=now)
        jobs.enqueue(kind="hotline.read_report", args={"report_id": str(report_id)}, due_at=now)
    log.info("addition_stored", case_id=str(case.case_id))
    return report_id
