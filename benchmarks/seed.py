"""Fills an installation with drafts and cases through its own services; run inside the installation.

Usage: python -m benchmarks.seed drafts N | cases N   (prints one JSON object a line)
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import timedelta

import django
from django.db import transaction

BATCH = 200
STORY = "I found it this morning on my way to work. " * 20
KEPT = 200  # cases whose pages are asked for


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
    """Open `count` cases with one place each; print the case cookie of some."""
    from django.http import HttpResponse  # noqa: PLC0415

    from recourse.base.core import clock  # noqa: PLC0415
    from recourse.base.vault.domain import new_case_code  # noqa: PLC0415
    from recourse.surfaces.survivor import cookies  # noqa: PLC0415
    from recourse.work.cases import services  # noqa: PLC0415
    from recourse.world.locations import domain as locations  # noqa: PLC0415

    now = clock.now() - timedelta(days=1)
    every = max(1, count // KEPT)
    for start in range(0, count, BATCH):
        with transaction.atomic():
            for number in range(start, min(start + BATCH, count)):
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
                if number % every == 0:
                    response = HttpResponse()
                    cookies.give_case_ticket(response, cookies.CaseTicket(case.id, key))
                    print(json.dumps({"cookie": response.cookies[cookies.CASE].value}))


if __name__ == "__main__":
    django.setup()
    {"drafts": drafts, "cases": cases}[sys.argv[1]](int(sys.argv[2]))
