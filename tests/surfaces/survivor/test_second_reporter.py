"""Nothing on any page of hers tells that somebody else reported the same place: compared byte by byte.

One story is lived through twice. Once she is alone; once another survivor reported the same post days before, had it
asked for, and goes on with a timetable of her own. Every page of hers is fetched at the same moments. Then only her
code, her case's number and the token of the form are taken out, and the bytes must be the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from recourse.base.core.clock import FixedClock
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState
from recourse.work.cases.models import Case, Item
from recourse.work.notices import services as notice_services
from recourse.work.notices.models import Notice
from recourse.world.checks import selectors
from recourse.world.checks.domain import Seen
from recourse.world.checks.models import Watch
from tests import cast
from tests.surfaces.visits import Visitor, visitor
from tests.work.cases.making import actor
from tests.work.hotline.writing import TOLD, send
from tests.work.notices.making import (
    OFFICER,
    World,
    approve,
    assess,
    forward,
    mail,
    receive,
    removal_of,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POST = "dusk_harbour/12"
PAGES = (
    "/case",
    "/case/questions",
    "/case/messages",
    "/case/add",
    "/case/done?all",
    "/case/yours",
    "/case/end/permission",
    "/case/end/case",
    "/case/freeze",
    "/case/copy",
    "/case/place/1",
)
QUIET = {**TOLD, "places": {"places": f"https://t.me/{POST}"}, "safe_contact": {"how": "page_only"}}


@dataclass
class Telling:
    """One survivor and everything her browser was shown."""

    world: World
    clock: FixedClock
    her: Visitor = field(default_factory=lambda: visitor(cast.survivor()))
    shown: dict[str, bytes] = field(default_factory=dict)
    code: str = ""
    reason: str = ""  # why her request ended, if it did
    case: Case | None = None

    def report(self) -> None:
        sent = send(self.clock.at, QUIET)
        self.code, self.case = sent.code, Case.objects.get(id=sent.case_id)
        settle(self.clock.at)

    @property
    def hers(self) -> Case:
        assert self.case is not None
        return self.case

    def decide(self) -> None:
        assess(self.hers, list(Item.objects.filter(case=self.hers)), self.clock.at)
        settle(self.clock.at)

    def agree(self) -> None:
        """She chooses on her own page where it asks; every channel that asks is told to go on."""
        self.enter()
        while True:
            page = self.her.get("/case/questions")
            if page.tree.css_first(".say.ask") is None:
                break
            self.her.submit(page, {"choice": "go_on", "name": ""}, action="/case/choose")
        settle(self.clock.at)

    def approve(self) -> None:
        approve(removal_of(self.hers).id, self.clock.at)
        forward(self.clock, timedelta(minutes=2))
        self.reason = removal_of(self.hers).reason

    def they_write(self, text: str) -> None:
        """Their answer comes to the request that was sent, whoever's it is, and an officer records it."""
        found = receive(mail(text), self.world.letters[-1][0]["from"], self.clock.at)
        notice_services.confirm_answer(
            mail_id=found.id, kind="claims_removed", actor=OFFICER, now=self.clock.at
        )
        settle(self.clock.at)

    def enter(self) -> None:
        self.her.client.cookies.clear()
        page = self.her.submit(self.her.get("/case"), {"code": self.code}, action="/case")
        assert page.path == "/case"

    def look(self, when: str) -> None:
        """Fetch every page and keep its bytes."""
        self.enter()
        for path in PAGES:
            page = self.her.get(path)
            assert page.path == path
            self.shown[f"{when} {path}"] = self.bare(page.content)
            headers = {name: value for name, value in page.headers.items() if name != "Set-Cookie"}
            self.shown[f"{when} {path} headers"] = self.bare(json.dumps(headers, sort_keys=True).encode())
        values = {name: list(value) for name, value in self.her.get("/case/place/1").form().items()}
        self.shown[f"{when} address"] = self.bare(
            self.her.post("/case/place/1", {**values, "show": "1"}).content
        )

    def bare(self, content: bytes) -> bytes:
        """Take out what is hers alone: her code, her case's number, the form's token, the length that it changes."""
        text = content.decode().replace(self.code, "CODE").replace(self.hers.number, "NUMBER")
        return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1TOKEN", text).encode()


def another(told: Telling) -> None:
    """Somebody else reports the post, has it asked for, and is answered, all before her."""
    other = Telling(told.world, told.clock)
    other.report()
    forward(told.clock, 5 * HOUR)
    other.decide()
    other.agree()
    forward(told.clock, HOUR)
    other.approve()
    forward(told.clock, 3 * DAY + 17 * timedelta(minutes=1))
    assert Notice.objects.filter(case=other.hers, kind="removal", handed_over_at__isnull=False).exists()


def story(told: Telling) -> None:
    """What happens to her: reported, decided, agreed, approved, answered, gone, closed, back."""
    told.report()
    told.look("reported")
    forward(told.clock, 2 * HOUR)
    told.decide()
    told.look("decided")
    told.agree()
    forward(told.clock, HOUR)
    told.approve()
    told.look("asked")
    forward(told.clock, 7 * HOUR)
    told.look("waiting")
    told.world.gone.add(POST)
    told.they_write("We removed it.")
    told.look("they say removed")
    forward(told.clock, 2 * HOUR)
    told.look("gone")
    cases.move_case(case_id=told.hers.id, to=CaseState.CLOSED, actor=actor(), now=told.clock.at)
    told.look("closed")
    told.world.gone.clear()
    for days in (1, 40):
        forward(told.clock, days * DAY)
        told.look(f"{days} days on")


def prior(told: Telling) -> None:
    """Nobody else."""


@contextmanager
def undone() -> Iterator[None]:
    """A time that leaves no row behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tell(
    before: Callable[[Telling], None], clock: FixedClock, begins: datetime
) -> tuple[dict[str, bytes], str]:
    """Live through the story; return what was shown, and why her request was closed, if it was."""
    with undone(), World().around() as world:
        told = Telling(world, clock)
        before(told)
        assert clock.at <= begins
        forward(clock, begins - clock.at)
        story(told)
        return told.shown, told.reason
    raise AssertionError("not reached")


def test_a_second_reporter_is_shown_what_a_lone_one_is_shown(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.at
    begins = start + 7 * DAY + timedelta(minutes=13)  # the other one is looked for six hours later
    alone, reason = tell(prior, clock, begins)
    assert reason == ""
    clock.at = start
    second, reason = tell(another, clock, begins)
    assert reason == "joined", "her request stands behind the one that was sent"
    assert list(second) == list(alone)
    different = [where for where in alone if alone[where] != second[where]]
    assert not different, _first_difference(alone[different[0]], second[different[0]], different)
    assert b"Asked" in alone["asked /case"]
    assert b"approved a request to remove it" in alone["asked /case/done?all"]
    assert b"Gone from 1 place." in alone["gone /case"]
    assert b"We checked: back" in alone["40 days on /case"]

    # Were every look since her report hers, as before decision 0027, this comparison would say so.
    monkeypatch.setattr(selectors, "turns_of", every_turn)
    clock.at = start
    leaking, _reason = tell(another, clock, begins)
    assert any(leaking[where] != alone[where] for where in alone)


def every_turn(watchers: Iterable[UUID]) -> dict[UUID, list[Sequence[Seen]]]:
    """The looks of everybody since each began to watch."""
    watches = Watch.objects.filter(watcher__in=list(watchers))
    return {watch.watcher: selectors.turns_since(watch.place_id, watch.since) for watch in watches}


def _first_difference(one: bytes, two: bytes, where: list[str]) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"{where}\nalone:  {one[at - 150 : at + 150]!r}\nsecond: {two[at - 150 : at + 150]!r}"
