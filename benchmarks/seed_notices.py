"""Fills an installation with approved notices that only have to be sent; run inside the installation.

Usage: python -m benchmarks.seed_notices N   (prints how many)

Cases, items and decisions are made by the services. One notice goes through everything up to its approval, with
an outside that answers as the platform does; the others' probes, captures and notices are its rows, copied under
ids and keys of their own. At the end every place was looked at just now, and every notice's job is due.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import django
from django.db import connection, models, transaction

BATCH = 50
CHANNEL = "dusk_harbour"
# In the order of their references; a row's own id joins the mapping as soon as it is copied.
COPIED = (
    "checks.Availability",
    "checks.Probe",
    "checks.Watch",
    "checks.WatchedTurn",
    "evidence.Capture",
    "cases.ChannelChoice",
    "notices.Notice",
    "notices.NoticeLine",
    "notices.Backing",
)


def main(count: int) -> None:
    """Make `count` approved notices."""
    from tests.work.notices.making import World  # noqa: PLC0415

    from recourse.base.core import clock  # noqa: PLC0415

    with World().around():
        template = _template(clock.now())
    rows = {name: list(_rows_about(name, template)) for name in COPIED}
    for start in range(1, count, BATCH):
        with transaction.atomic():
            made: dict[str, list[models.Model]] = {name: [] for name in COPIED}
            for number in range(start, min(start + BATCH, count)):
                _copy(rows, _another(template, number, clock.now()), number, made)
            for name in COPIED:
                _model(name).objects.bulk_create(made[name])
    _arm(clock.now())
    print(_model("notices.Notice").objects.filter(state="approved").count())


def _template(now: datetime) -> dict[str, UUID]:
    """Bring one case to an approved notice; return the ids that its rows refer to."""
    from tests.work.notices import making  # noqa: PLC0415

    case, notice = making.approved(now, 1)
    item, line = case.items.get(), notice.lines.get()
    place = _model("locations.Place").objects.get(id=item.place_id)
    return {
        "case": case.id,
        "item": item.id,
        "place": place.id,
        "place_key": place.key_id,
        "notice": notice.id,
        "line": line.id,
        "notice_key": notice.key_id,
        "assessment": notice.assessment_id,
    }


def _another(template: dict[str, UUID], number: int, now: datetime) -> dict[UUID, UUID]:
    """Make a case with one decided item by the services; return what stands for what of the template."""
    from tests.work.cases.making import add, open_case  # noqa: PLC0415
    from tests.work.notices.making import assess  # noqa: PLC0415

    from recourse.base.vault import services as vault  # noqa: PLC0415
    from recourse.base.vault.domain import KeyScope  # noqa: PLC0415

    case, key = open_case(now)
    item = add(case, key, now, number=number + 1, channel=CHANNEL)
    place = _model("locations.Place").objects.get(id=item.place_id)
    for name in ("checks.Availability", "checks.Watch"):  # the copies take their places
        _model(name).objects.filter(place_id=place.id).delete()
    return {
        template["case"]: case.id,
        template["item"]: item.id,
        template["place"]: place.id,
        template["place_key"]: place.key_id,
        template["assessment"]: assess(case, [item], now),
        template["notice_key"]: vault.create_key(scope=KeyScope.NOTICE, now=now).id,
    }


def _rows_about(name: str, template: dict[str, UUID]) -> Iterator[models.Model]:
    """Return the rows of a table that belong to the template."""
    by = {
        "checks.Availability": {"place_id": template["place"]},
        "checks.Probe": {"place_id": template["place"]},
        "checks.Watch": {"place_id": template["place"]},
        "checks.WatchedTurn": {"watch__place_id": template["place"]},
        "evidence.Capture": {"place_id": template["place"]},
        "cases.ChannelChoice": {"case_id": template["case"]},
        "notices.Notice": {"id": template["notice"]},
        "notices.NoticeLine": {"id": template["line"]},
        "notices.Backing": {"line_id": template["line"]},
    }
    yield from _model(name).objects.filter(**by[name])


def _copy(
    rows: dict[str, list[models.Model]],
    stands_for: dict[UUID, UUID],
    number: int,
    made: dict[str, list[models.Model]],
) -> None:
    from recourse.base.core import ids  # noqa: PLC0415

    for table, templates in rows.items():
        for row in templates:
            stands_for[row.pk] = ids.new_id()
            names = [field.attname for field in row._meta.concrete_fields]
            values = {name: getattr(row, name) for name in names}
            values = {
                key: stands_for.get(value, value) if isinstance(value, UUID) else value
                for key, value in values.items()
            }
            if table == "notices.Notice":
                values["number"] = f"N-{number:07d}"
            made[table].append(_model(table)(**values))


def _arm(now: datetime) -> None:
    """Let every place be looked at just now, and every notice be due; nothing else waits."""
    from recourse.base.jobs import services as jobs  # noqa: PLC0415
    from recourse.base.jobs.domain import Priority  # noqa: PLC0415
    from recourse.work.notices.services.moving import SEND  # noqa: PLC0415

    _model("jobs.Job").objects.all().delete()
    notices = _model("notices.Notice").objects.filter(state="approved")
    with transaction.atomic():
        _model("checks.Probe").objects.update(at=now)
        _model("checks.Availability").objects.update(checked_at=now)
        notices.update(approved_at=now)
        for notice_id in notices.values_list("id", flat=True):
            args = {"notice": str(notice_id)}
            jobs.enqueue(
                kind=SEND, args=args, due_at=now, priority=Priority.URGENT, key=f"{SEND}:{notice_id}"
            )
    if connection.vendor == "postgresql":  # as its own upkeep does in an installation that lives longer
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _model(name: str) -> Any:  # noqa: ANN401 - any of our tables
    from django.apps import apps  # noqa: PLC0415

    return apps.get_model(name)


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
