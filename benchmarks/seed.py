"""Fills an installation with drafts and cases through its own services; run inside the installation.

Usage: python -m benchmarks.seed drafts N | cases N   (prints one JSON object a line)
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from datetime import timedelta
from uuid import uuid4

import django
from django.db import transaction

BATCH = 200
STORY = "I found it this morning on my way to work. " * 20
KEPT = 200  # cases whose pages are asked for
COPIED = (
    "vault.Key",
    "vault.WrappedKey",
    "locations.Place",
    "checks.Availability",
    "cases.Case",
    "cases.Item",
    "checks.Watch",
    "cases.Mandate",
)
COPIES = 2000  # cases copied in one transaction


def drafts(count: int) -> None:
    """Write `count` complete drafts; print the cookie of each."""
    from recourse.base.core import clock  # noqa: PLC0415
    from recourse.work.hotline import services as hotline  # noqa: PLC0415

    now = clock.now()
    for start in range(0, count, BATCH):
        with transaction.atomic():
            made = [_draft(hotline, now, number) for number in range(start, min(start + BATCH, count))]
        for draft_id, secret in made:
            cookie = base64.urlsafe_b64encode(draft_id.bytes + secret).decode("ascii")
            print(json.dumps({"cookie": cookie}), flush=False)


def _draft(hotline, now, number):  # noqa: ANN001, ANN202
    draft_id, secret = hotline.start_draft(now)
    answers = {"places": f"https://t.me/quietharbour/{number}", "words": STORY}
    for question, text in answers.items():
        hotline.save_answer(
            draft_id=draft_id, secret=secret, question=question, values={question: text}, now=now
        )
    return draft_id, secret


def cases(count: int) -> None:
    """Fill the tables with `count` cases of one place each; print the case cookie of some.

    Some are opened by the services, whole. The others are their copies, row by row with keys of their own: what
    the measured pages meet is the size of tables and indexes.
    """
    from django.apps import apps  # noqa: PLC0415

    from recourse.base.core import clock  # noqa: PLC0415

    now = clock.now() - timedelta(days=1)
    with transaction.atomic():
        opened = [_case(number, now) for number in range(min(count, KEPT))]
    models = {name: apps.get_model(name) for name in COPIED}
    template = _rows_of(opened[0], models)
    for start in range(len(opened), count, COPIES):
        with transaction.atomic():
            _copy(template, models, range(start, min(start + COPIES, count)))


def _case(number, now):  # noqa: ANN001, ANN202
    from django.http import HttpResponse  # noqa: PLC0415

    from recourse.base.vault.domain import new_case_code  # noqa: PLC0415
    from recourse.surfaces.survivor import cookies  # noqa: PLC0415
    from recourse.work.cases import services  # noqa: PLC0415
    from recourse.world.locations import domain as locations  # noqa: PLC0415

    case, key = services.open_case(
        code=new_case_code(),
        language="en",
        for_whom="me",
        what_happened=[],
        age_band="18_or_over",
        mandate=True,
        now=now,
    )
    place = locations.resolve_line(f"https://t.me/quietharbour/{number}")
    services.add_item(case_id=case.id, key=key, resolved=place, now=now)
    response = HttpResponse()
    cookies.give_case_ticket(response, cookies.CaseTicket(case.id, key))
    print(json.dumps({"cookie": response.cookies[cookies.CASE].value}))
    return case


def _rows_of(case, models):  # noqa: ANN001, ANN202
    item = models["cases.Item"].objects.get(case_id=case.id)
    return {
        "vault.Key": models["vault.Key"].objects.get(id=case.key_id),
        "vault.WrappedKey": models["vault.WrappedKey"].objects.get(key_id=case.key_id),
        "locations.Place": models["locations.Place"].objects.get(id=item.place_id),
        "checks.Availability": models["checks.Availability"].objects.get(place_id=item.place_id),
        "cases.Case": case,
        "cases.Item": item,
        "checks.Watch": models["checks.Watch"].objects.get(watcher=item.id),
        "cases.Mandate": models["cases.Mandate"].objects.get(case_id=case.id),
    }


def _copy(template, models, numbers) -> None:  # noqa: ANN001
    made = {name: [] for name in COPIED}
    for number in numbers:
        key, place, case, item = uuid4(), uuid4(), uuid4(), uuid4()
        changed = {
            "vault.Key": {"id": key},
            "vault.WrappedKey": {"key_id": key},
            "locations.Place": {"id": place, "lookup": secrets.token_bytes(32), "key_id": key},
            "checks.Availability": {"id": uuid4(), "place_id": place},
            "cases.Case": {
                "id": case,
                "number": f"C-{number:08d}",
                "code_lookup": secrets.token_bytes(32),
                "key_id": key,
            },
            "cases.Item": {"id": item, "case_id": case, "place_id": place},
            "checks.Watch": {"id": uuid4(), "place_id": place, "watcher": item},
            "cases.Mandate": {"id": uuid4(), "case_id": case},
        }
        for name, changes in changed.items():
            row = template[name]
            names = {field.attname for field in row._meta.concrete_fields}
            values = {attname: getattr(row, attname) for attname in names}
            made[name].append(models[name](**values | {k: v for k, v in changes.items() if k in names}))
    for name in COPIED:
        models[name].objects.bulk_create(made[name], batch_size=500)


if __name__ == "__main__":
    django.setup()
    {"drafts": drafts, "cases": cases}[sys.argv[1]](int(sys.argv[2]))
