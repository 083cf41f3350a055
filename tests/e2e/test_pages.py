"""Every page of every surface: the stories that lead to them. What a look is, `gallery` says.

A route that no step of a story visits fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Page

from recourse.base.core.clock import FixedClock
from recourse.people.accounts import services
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.notices.models import Notice
from recourse.work.statistics import services as figures
from tests import cast
from tests.browser import Visit
from tests.e2e.gallery import SURFACES, Gallery
from tests.work.notices.making import World, forward, mail, receive, reply_address, settle

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]

# Routes that show no page of their own: they take a form, or answer a machine.
NO_PAGE = {
    *("send", "drop", "begin", "code-kept", "code-file", "case-leave", "away"),
    *("choose", "link", "keep", "stop-code", "code-fetched", "fingerprint-out"),
    *("fingerprints-agree", "fingerprints-do"),
    *("assess", "approve", "mail-record", "mention", "account_logout", "mfa_login_webauthn"),
    *(
        "hand-over",
        "mark-minor",
        "ask-further",
        "host",
        "facts",
        "her-do",
        "notice-do",
        "lists-bring",
        "lists-erase",
        "ready-approve",
        "take",
        "take-next",
        "let-go",
    ),
    *("staff_invite", "staff_renew", "staff_deactivate", "staff_recover", "staff_confirm"),
    *("exchange-keys", "exchange-create", "exchange-key-do"),  # looked at in test_pages_desk
    *("healthz", "readyz"),
    *("counts-csv", "scorecard-csv", "removal-csv", "ledger-checkpoint", "ledger-vkey", "ledger-tile"),
    *("openapi-json", "api-root", "nothing", "list_sources", "list_periods", "get_figures", "list_platforms"),
    *("get_platform", "list_corrections", "get_methods", "get_ledger"),
}
At = Callable[[str, str], str]
Open = Callable[..., Visit]


@pytest.fixture
def world() -> Iterator[World]:
    with World().around() as around:
        yield around


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def report(her: Page, gallery: Gallery) -> str:
    """Write a report through the pages; returns the code."""
    her.goto(gallery.at(cast.SURVIVORS, "/"))
    gallery.look(her, "survivor-start")
    her.goto(gallery.at(cast.SURVIVORS, "/case"))
    gallery.look(her, "survivor-enter")
    her.goto(gallery.at(cast.SURVIVORS, "/report"))
    for number in range(1, 7):
        gallery.look(her, f"survivor-question-{number}")
        if number <= 3:
            her.locator("main input[type=radio], main input[type=checkbox]").first.check()
        if number == 4:
            her.locator("textarea[name=places]").fill(
                "https://t.me/dusk_harbour/12\na group my neighbour named"
            )
        if number == 6:
            her.locator("textarea[name=words]").fill("A harbour at dusk. I found it this morning.")
        press(her, "Continue")
    her.locator("[data-part=state]").get_by_text("Nothing is chosen yet").wait_for()
    gallery.look(her, "survivor-fingerprints-step")
    press(her, "Continue")
    gallery.look(her, "survivor-check")
    her.goto(gallery.at(cast.SURVIVORS, "/report/saved"))
    gallery.look(her, "survivor-saved")
    her.goto(gallery.at(cast.SURVIVORS, "/report/check"))
    press(her, "Send my report")
    gallery.look(her, "survivor-code")
    code = her.locator("#whole").input_value()
    press(her, "I have kept it. Go to my case")
    gallery.look(her, "survivor-case-stored")
    return code


def look_inside(her: Page, gallery: Gallery) -> None:
    """Look at every page of her open case beside the status, and come back to it."""
    for name in (
        "questions",
        "messages",
        "add",
        "fingerprints",
        "elsewhere",
        "done",
        "yours",
        "freeze",
        "copy",
    ):
        her.goto(gallery.at(cast.SURVIVORS, f"/case/{name}"))
        gallery.look(her, f"survivor-{name}")
    for path, name in (
        ("/case/place/1", "place"),
        ("/case/end/permission", "end-permission"),
        ("/case/end/case", "end-case"),
        ("/code/new", "lost"),
    ):
        her.goto(gallery.at(cast.SURVIVORS, path))
        gallery.look(her, f"survivor-{name}")
    her.goto(gallery.at(cast.SURVIVORS, "/case"))


def sign_in(officer: Page, gallery: Gallery, clock: FixedClock) -> None:
    officer.goto(gallery.at(cast.DESK, "/sign-in"))
    gallery.look(officer, "desk-sign-in")
    token = services.invite(role=Role.SUPERVISOR, username="s-03", label="Officer 03", by=None, now=clock.at)
    officer.goto(gallery.at(cast.DESK, f"/enrol/{token}"))
    gallery.look(officer, "desk-enrol")
    officer.get_by_role("button", name="Make the passkey").click()
    officer.wait_for_url(gallery.at(cast.DESK, "/"))


def decide(officer: Page, gallery: Gallery) -> None:
    """Open the case for a purpose and decide that it is in scope."""
    gallery.look(officer, "desk-queue")
    officer.goto(gallery.at(cast.DESK, f"/case/{Case.objects.get().number}"))
    gallery.look(officer, "desk-purpose")
    officer.locator("input[name=purpose][value=assess]").check()
    press(officer, "Open the case")
    gallery.look(officer, "desk-case")
    officer.locator("input[name=in_scope][value=yes]").check()
    officer.locator("input[name=basis][value=statement]").check()
    officer.locator("input[name=grounds]").first.check()
    officer.locator("textarea[name=reasons]").fill("Her statement; she is recognisable and did not consent.")
    press(officer, "Record decision")


def look_around(officer: Page, gallery: Gallery) -> None:
    """Look at what stands beside the case: the item, the way to her, lists, rules, keys, the search."""
    case = Case.objects.get().number
    for path, name in (
        (f"/case/{case}/item/1", "item"),
        (f"/case/{case}/her", "her"),
        (f"/case/{case}/fingerprints", "fingerprints"),
        ("/overdue", "overdue"),
        ("/rules", "rules"),
        ("/lists", "lists"),
        ("/keys", "keys"),
        ("/search", "search"),
    ):
        officer.goto(gallery.at(cast.DESK, path))
        gallery.look(officer, f"desk-{name}")
    officer.locator("main input[name=sought]").fill(case)
    press(officer, "Search")
    gallery.look(officer, "desk-search-found")
    officer.goto(gallery.at(cast.DESK, "/ready"))
    gallery.look(officer, "desk-ready")
    officer.locator("input[name=notice]").first.check()
    press(officer, "Read the chosen letters side by side")
    gallery.look(officer, "desk-ready-read")


def choose(her: Page, gallery: Gallery) -> None:
    """She is asked before the company is, and lets us go on."""
    her.goto(gallery.at(cast.SURVIVORS, "/case/questions"))
    gallery.look(her, "survivor-question-asked")
    her.locator("input[name=choice][value=go_on]").check()
    press(her, "Send my answer")


def approve(officer: Page, gallery: Gallery) -> None:
    officer.goto(gallery.at(cast.DESK, f"/notice/{Notice.objects.get(kind='removal').number}"))
    gallery.look(officer, "desk-notice")
    officer.locator("input[name=read]").check()
    press(officer, "Approve and send")


def look_at_the_record(reader: Page, gallery: Gallery, clock: FixedClock) -> None:
    """Read the public pages: before anything is published, what this story adds up to, and the invented history."""

    def read(path: str, name: str) -> None:
        reader.goto(gallery.at(cast.PUBLIC, path))
        gallery.look(reader, name)

    read("/", "public-nothing-yet")
    figures.publish(now=clock.at)
    figures.load_synthetic(now=clock.at)
    figures.record_correction(period="all", words="Two notices of March were counted twice.", now=clock.at)
    read("/", "public-home-measured")
    read("/synthetic/", "public-home")
    read("/synthetic/scorecard", "public-scorecard")
    read("/synthetic/scorecard/murmur", "public-platform")
    read("/methods", "public-methods")
    read("/corrections", "public-corrections")
    read("/verify", "public-verify")
    read("/others", "public-others")


def test_every_page_is_sound(visit: Open, gallery: Gallery, world: World, clock: FixedClock) -> None:
    her, officer = visit().page, visit().with_passkeys().page
    sign_in(officer, gallery, clock)
    gallery.look(officer, "desk-queue-empty")
    report(her, gallery)
    settle(clock.at)
    officer.goto(gallery.at(cast.DESK, "/"))
    decide(officer, gallery)
    settle(clock.at)
    choose(her, gallery)
    settle(clock.at)
    look_around(officer, gallery)
    approve(officer, gallery)
    forward(clock, timedelta(minutes=30))
    her.reload()
    gallery.look(her, "survivor-case-asked")

    officer.goto(gallery.at(cast.DESK, "/mail"))
    gallery.look(officer, "desk-mail-empty")
    answer = receive(mail("Hello,\n\nThe content has been removed."), reply_address(world), clock.at)
    officer.goto(gallery.at(cast.DESK, "/mail"))
    gallery.look(officer, "desk-mail")
    officer.goto(gallery.at(cast.DESK, f"/mail/{answer.id}"))
    gallery.look(officer, "desk-mail-one")
    press(officer, "Record it as their answer")
    settle(clock.at)
    her.reload()
    gallery.look(her, "survivor-case-says-removed")
    look_inside(her, gallery)

    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    her.reload()
    gallery.look(her, "survivor-case-gone")
    officer.goto(gallery.at(cast.DESK, f"/case/{Case.objects.get().number}"))
    officer.locator("input[name=purpose][value=quality_review]").check()  # the first claim ended long ago
    press(officer, "Open the case")
    gallery.look(officer, "desk-case-gone")
    officer.goto(gallery.at(cast.DESK, "/staff"))
    gallery.look(officer, "desk-staff")
    look_at_the_record(visit().page, gallery, clock)

    assert gallery.wrong == [], "\n".join(gallery.wrong)
    assert set(routes()) - gallery.seen == set(), "a page that nobody looked at"


def routes() -> Iterator[tuple[str, str]]:
    """Every route that shows a page, as host and name."""
    for host, module in SURFACES.items():
        patterns: list[URLPattern | URLResolver] = import_module(module).urlpatterns
        for pattern in flat(patterns):
            if pattern.name not in NO_PAGE:
                yield host, pattern.name or ""


def flat(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from flat(pattern.url_patterns)
        else:
            yield pattern
