"""Pages of the desk that the stories do not pass: a form for people, letters side by side, a minor's case, a new contact."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.ledger.ports import LedgerFolder
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import selectors
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Staff
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, Purpose
from recourse.work.cases.models import Case
from recourse.world.exchange.domain.keys import MOST_AT_EDGE, Function
from recourse.world.exchange.services import keeping
from recourse.world.matching import services as matching
from recourse.world.matching.domain import About, read, read_list
from tests import cast
from tests.e2e.gallery import Gallery
from tests.surfaces.desk.test_work import SITE, Outside, on_the_sheet, told
from tests.work.cases.making import add, open_case
from tests.work.notices.making import drafted
from tests.world.exchange.making import admitted, platform
from tests.world.matching.making import digits, image

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]


def found_copies(case: Case, key: DataKey, now: datetime) -> None:
    """Fingerprints of which one waits, leads from a list and from one of us, and the lists."""
    made = [read(image("dusk", sections=3)), read(image("dawn")), read(image("noon"))]
    matching.add_fingerprints(case_id=case.id, key=key, fingerprints=made, now=now)
    for name, lawful, seed in (("Harbour list", False, "dusk"), ("Harbour at noon", True, "noon")):
        matching.import_list(
            about=About(name, "agreement of 1 March", now.date()),
            lawful=lawful,
            read=read_list(f"{digits((seed, 0))}\n{'0' * 64}"),
            label="Officer 01",
            now=now,
        )
    matching.compare_case(case_id=case.id, now=now)
    matching.look(
        case_id=case.id, key=key, value=digits(("dawn", 0)), address="https://harbour.example/p/7", now=now
    )


def test_a_supervisor_s_page_of_lists_is_sound(officer: Page, gallery: Gallery) -> None:
    Staff.objects.update(role=Role.SUPERVISOR)
    officer.goto(gallery.at(cast.DESK, "/lists"))
    gallery.look(officer, "desk-lists-supervisor")
    officer.locator("textarea[name=list]").fill("f8")
    officer.locator("input[name=name]").fill("Harbour list")
    with officer.expect_navigation():
        officer.get_by_role("button", name="Bring it in").click()
    assert officer.locator("textarea[name=list]").input_value() == "f8"
    gallery.look(officer, "desk-lists-refused", again=False)
    assert gallery.wrong == [], "\n".join(gallery.wrong)


def test_pages_beside_the_stories_are_sound_too(
    officer: Page, gallery: Gallery, clock: FixedClock, tmp_path: Path
) -> None:
    gallery.typed = (
        "as she says Harbour list agreement of 1 March Harbour at noon Officer 01 https://harbour.example/p/7"
    )
    with wiring.bound(LedgerFolder, LedgerFolder(tmp_path / "log")), Outside().around():
        sheet, site = on_the_sheet(clock), told(SITE, clock)
        ready = [drafted(clock.at, number)[1] for number in (21, 22)]
        minor, key = open_case(clock.at, age_band=AgeBand.MINOR)
        add(minor, key, clock.at, number=31)
        copied, key = open_case(clock.at)
        found_copies(copied, key, clock.at)
        person = selectors.actor_of(Staff.objects.get(username="officer-01"))
        for case_id in (sheet.case_id, site.id, minor.id, copied.id):
            cases.claim(case_id=case_id, actor=person, now=clock.at, purpose=Purpose.ASSESS)
        for path, name in (
            (f"/notice/{sheet.number}", "sheet"),
            (f"/case/{site.number}/item/1", "site"),
            (f"/case/{minor.number}", "minor"),
            (f"/case/{minor.number}/her", "her-minor"),
            (f"/case/{copied.number}/fingerprints", "matches"),
            ("/lists", "lists-some"),
        ):
            officer.goto(gallery.at(cast.DESK, path))
            gallery.look(officer, f"desk-{name}")
        officer.goto(gallery.at(cast.DESK, "/ready"))
        for notice in ready:
            officer.locator(f"input[value='{notice.number}']").check()
        with officer.expect_navigation():
            officer.get_by_role("button", name="Read the chosen letters").click()
        gallery.look(officer, "desk-letters-side-by-side", again=False)
    assert gallery.wrong == [], "\n".join(gallery.wrong)


def test_the_pages_of_platforms_keys_are_sound(supervisor: Page, gallery: Gallery, clock: FixedClock) -> None:
    gallery.typed = "murmur kanal supervisor"
    supervisor.goto(gallery.at(cast.DESK, "/platforms"))
    gallery.look(supervisor, "desk-exchange-empty")
    supervisor.get_by_label("Name of the platform").fill("murmur")
    with supervisor.expect_navigation():
        supervisor.get_by_role("button", name="Make keys and show them").click()
    gallery.look(supervisor, "desk-exchange-made", again=False)
    key = admitted(platform(clock.at, "kanal"), Function.MATCH)
    for step in range(MOST_AT_EDGE + 1):
        keeping.spend(key=key, asked=1, now=clock.at)
        keeping.enter(key=key, given=1, edge=[digits(step)], now=clock.at)
    for path, name in (("", ""), ("/kanal/clear", "-clear"), ("/murmur/revoke", "-revoke")):
        supervisor.goto(gallery.at(cast.DESK, f"/platforms{path}"))
        gallery.look(supervisor, f"desk-exchange{name}")
    with supervisor.expect_navigation():
        supervisor.get_by_role("button", name="Revoke them now").click()
    gallery.look(supervisor, "desk-exchange-revoked")
    assert gallery.wrong == [], "\n".join(gallery.wrong)
