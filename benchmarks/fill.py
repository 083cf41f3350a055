"""Fills an installation with cases in every stand, then copies them; run inside the installation.

Usage: python -m benchmarks.fill ITEMS   (prints one JSON object: what a visitor needs, and how long it took)

The originals are made by the product's own services: reports, decisions, notices, looks. An officer holds a few.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import django

PLACES = 5  # of a case
STANDS = {"reported": 6, "drafted": 4, "asked": 6, "gone": 4}  # cases in each
ITEMS = PLACES * sum(STANDS.values())
HELD = 8


def fill(items: int) -> dict[str, Any]:
    """Fill the installation; returns what a visitor needs."""
    from benchmarks import multiply  # noqa: PLC0415 - tables are known only after django.setup
    from recourse.base.core import clock  # noqa: PLC0415
    from recourse.work.statistics import services as figures  # noqa: PLC0415

    made = _originals()
    began = time.monotonic()
    rows = multiply.multiply(max(items // ITEMS - 1, 0))
    filled = time.monotonic()
    figures.publish(now=clock.now())
    return {
        "items": items // ITEMS * ITEMS,
        "rows": rows,
        "fill_seconds": round(filled - began, 1),
        "publish_seconds": round(time.monotonic() - filled, 2),
        "cookies": made["cookies"],
        **_officer(made["numbers"]),
    }


def _originals() -> dict[str, list[str]]:
    from tests.work.notices import making  # noqa: PLC0415

    from recourse.base.core import clock, wiring  # noqa: PLC0415
    from recourse.work.cases.models import Case  # noqa: PLC0415

    begun = clock.now() - timedelta(days=3)
    fixed = clock.FixedClock(begun)
    with making.World().around() as world, wiring.bound(clock.Clock, fixed):  # type: ignore[type-abstract]
        stands = [stand for stand, count in STANDS.items() for _ in range(count)]
        told = [_told(number, begun) for number in range(len(stands))]
        making.settle(begun)
        made = [Case.objects.get(id=submitted.case_id) for submitted in told]
        opened = [_key(submitted, begun) for submitted in told]
        for stand, case, key in zip(stands, made, opened, strict=True):
            if stand != "reported":
                making.choose(case, key, begun)
                making.assess(case, list(case.items.all()), begun)
        making.settle(begun)
        for stand, case in zip(stands, made, strict=True):
            for notice in case.notices.all() if stand in {"asked", "gone"} else ():
                making.approve(notice.id, begun)
        making.settle(begun)
        gone = [number for number, stand in enumerate(stands) if stand == "gone"]
        world.gone |= {post for number in gone for post in _posts(number)}
        making.forward(fixed, timedelta(hours=30))
    return {
        "cookies": [_cookie(case, key) for case, key in zip(made, opened, strict=True)],
        "numbers": [case.number for case in made],
    }


def _posts(number: int) -> list[str]:
    return [f"dusk_harbour/{number * PLACES + place + 1}" for place in range(PLACES)]


def _told(number: int, now: datetime) -> Any:  # noqa: ANN401 - known only after django.setup
    from tests.work.hotline import writing  # noqa: PLC0415

    places = "\n".join(f"https://t.me/{post}" for post in _posts(number))
    return writing.send(now, {**writing.TOLD, "places": {"places": places}})


def _key(submitted: Any, now: datetime) -> Any:  # noqa: ANN401
    from recourse.base.vault.domain import normalise_case_code  # noqa: PLC0415
    from recourse.work.cases import selectors as cases  # noqa: PLC0415

    own = cases.case_by_code(normalise_case_code(submitted.code), now)
    if own is None:
        raise LookupError("the code opens nothing")
    return own.key


def _cookie(case: Any, key: Any) -> str:  # noqa: ANN401
    from django.http import HttpResponse  # noqa: PLC0415

    from recourse.surfaces.survivor import cookies  # noqa: PLC0415

    response = HttpResponse()
    cookies.give_case_ticket(response, cookies.CaseTicket(case.id, key))
    return response.cookies[cookies.CASE].value


def _officer(numbers: list[str]) -> dict[str, Any]:
    """Let an officer be signed in and hold a few cases."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    from recourse.base.core import clock  # noqa: PLC0415
    from recourse.people.accounts import selectors  # noqa: PLC0415
    from recourse.people.accounts.domain import Role  # noqa: PLC0415
    from recourse.work.cases import selectors as cases  # noqa: PLC0415
    from recourse.work.cases import services  # noqa: PLC0415

    now = clock.now()
    person = cast.staff(Role.OFFICER, now=now)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "recourse.people.accounts.backends.PasskeyOnly"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["surface"] = "recourse.config.urls_desk"
    session.save()
    held = numbers[:: max(len(numbers) // HELD, 1)][:HELD]
    for number in held:
        services.claim(
            case_id=cases.id_of(number), actor=selectors.actor_of(person), now=now, purpose="assess"
        )
    return {"session": session.session_key, "held": held}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(fill(int(sys.argv[1]))))
