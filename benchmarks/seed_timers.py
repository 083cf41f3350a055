"""Puts timers into an installation; run inside it.

Usage: python -m benchmarks.seed_timers COUNT NOTICES WINDOW   (they lie far ahead)
       python -m benchmarks.seed_timers start WINDOW           (they fall due within the window from now)
"""

from __future__ import annotations

import random
import sys
from datetime import timedelta

import django
from django.db import connection, transaction

BATCH = 5_000
FAR = timedelta(days=365)
LEAD = 5.0  # seconds until the first: bringing them forward takes a while


def put(count: int, notices: int, window: float) -> None:
    """Put `count` deadlines of `notices` sent notices into the queue, a year ahead."""
    from benchmarks import seed_notices  # noqa: PLC0415 - after the settings
    from recourse.base.core import clock, ids  # noqa: PLC0415
    from recourse.base.jobs.domain import Priority  # noqa: PLC0415
    from recourse.base.jobs.models import Job  # noqa: PLC0415
    from recourse.work.notices.models import Notice  # noqa: PLC0415
    from recourse.work.notices.services.silence import DEADLINE  # noqa: PLC0415

    seed_notices.main(notices)
    Job.objects.all().delete()  # they are not to be sent here
    now = clock.now()
    Notice.objects.update(state="receipt_proven", due_at=now + 2 * FAR, receipt_proven_at=now)
    named, chance = list(Notice.objects.values_list("id", flat=True)), random.Random(7)
    kinds = [Priority.URGENT] + 4 * [Priority.NORMAL] + 5 * [Priority.LATER]
    for start in range(0, count, BATCH):
        made = [
            Job(
                id=ids.new_id(),
                kind=DEADLINE,
                args={"notice": str(chance.choice(named))},
                due_at=now + FAR + timedelta(seconds=chance.uniform(0, window)),
                priority=chance.choice(kinds),
            )
            for _ in range(min(BATCH, count - start))
        ]
        with transaction.atomic():
            Job.objects.bulk_create(made, batch_size=500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE jobs_job")


def start(window: float) -> None:
    """Bring them all forward, each to its place in the window that begins now."""
    from django.db.models import F, Min  # noqa: PLC0415 - after the settings

    from recourse.base.core import clock  # noqa: PLC0415
    from recourse.base.jobs.models import Job  # noqa: PLC0415
    from recourse.work.notices.services.silence import DEADLINE  # noqa: PLC0415

    timers = Job.objects.filter(kind=DEADLINE, state="open")
    first = timers.aggregate(first=Min("due_at"))["first"]
    with transaction.atomic():
        timers.update(due_at=F("due_at") - (first - clock.now() - timedelta(seconds=LEAD)))
    print(window)


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "start":
        start(float(sys.argv[2]))
    else:
        put(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
