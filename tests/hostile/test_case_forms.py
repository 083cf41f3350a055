"""Every field of the pages of an open case takes everything: no break, nothing lost, nothing shown raw or logged."""

from __future__ import annotations

import json

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases import services
from recourse.work.cases.domain import ChannelReason
from recourse.work.cases.services.her_places import LONGEST_NAME
from recourse.work.hotline.domain import MAX_MESSAGE
from recourse.world.locations.domain import resolve_line
from tests.hostile.asking import all_entries, complaints, every, send, stands_in_field, stands_on_page
from tests.hostile.corpus import MARK, Hostile, beyond_reading
from tests.surfaces.survivor.inside import Inside, inside
from tests.surfaces.visits import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("quiet")]
CHANNEL = "tg-abuse"


@pytest.fixture
def hers(her: Visitor, clock: FixedClock) -> Inside:
    """An open case in which something is asked."""
    made = inside(clock.at)
    reasons = [ChannelReason.NEEDS_NAME]
    services.ask_choice(case_id=made.case.id, channel_id=CHANNEL, reasons=reasons, now=clock.at)
    link = resolve_line("https://t.me/+AbCdEfGhIjKlMnOp")
    assert link is not None
    services.add_item(case_id=made.case.id, key=made.key, resolved=link, now=clock.at)
    made.enter(her)
    return made


# page and form, field, how many characters it takes
TYPED = (
    ("/case/messages", "text", MAX_MESSAGE),
    ("/case/add", "places", 20_000),
    ("/case/add", "words", 20_000),
    ("/case/place/1", "name", LONGEST_NAME),
)
CHOSEN = (
    ("/case/questions", "number", "/case/link"),
    ("/case/questions", "seen", "/case/link"),
    ("/case/place/1", "show", "/case/place/1"),
    ("/case/copy", "page", "/case/copy"),
    ("/case/copy", "machine", "/case/copy"),
)


@pytest.mark.parametrize(("path", "field", "limit"), TYPED)
def test_what_is_typed_is_taken_or_stands_again(
    her: Visitor, hers: Inside, path: str, field: str, limit: int
) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get(path), entry, field, action=path)
        found = complaints(page)
        if beyond_reading(entry):
            return found
        if page.status >= 400:
            kept = stands_in_field(page, field, entry, action=path)
            return found if kept else [*found, f"lost ({page.status})"]
        found += complaints(her.get("/case"))
        return found if len(entry.text) <= limit + 10 else [*found, "too long and taken"]

    every(all_entries(), examine)


@pytest.mark.parametrize(("path", "field", "action"), CHOSEN)
def test_what_is_chosen_does_no_harm(her: Visitor, hers: Inside, path: str, field: str, action: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get(path), entry, field, action=action)
        file = "Content-Disposition" in page.headers
        return [] if file else complaints(page)

    every(all_entries(), examine)


def test_a_message_is_shown_as_it_was_written(her: Visitor, hers: Inside) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get("/case/messages"), entry, "text", action="/case/messages")
        if page.status >= 400 or not entry.text.strip():
            return complaints(page)
        shown = her.get("/case/messages?all")
        return complaints(shown) + ([] if stands_on_page(shown, entry) else ["not shown"])

    every([one for one in all_entries() if len(one.text) <= MAX_MESSAGE], examine)


def test_the_copy_holds_everything_that_was_written_as_text(her: Visitor, hers: Inside) -> None:
    taken = [one for one in all_entries() if len(one.text) <= MAX_MESSAGE]
    for entry in taken:
        send(her, her.get("/case/messages"), entry, "text", action="/case/messages")
    values = {**her.get("/case/copy").form(), "page": "1"}
    page = her.post("/case/copy", {name: list(value) for name, value in values.items()})
    assert not page.tree.css("script, img, svg, iframe")
    assert page.html.count(MARK) >= len(taken) - 5
    values = {**her.get("/case/copy").form(), "machine": "1"}
    made = her.post("/case/copy", {name: list(value) for name, value in values.items()})
    assert len(json.loads(made.html)["messages"]) >= len(taken) - 5


def test_the_field_for_a_pick_up_code(her: Visitor) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(her, her.get("/code/new"), entry, "pickup", action="/code/new")
        found = complaints(page)
        if beyond_reading(entry):
            return found
        kept = stands_in_field(page, "pickup", entry, limit=200, action="/code/new")
        return found if kept else [*found, "lost"]

    every(all_entries(), examine)


@pytest.mark.parametrize("field", ["channel", "choice", "name", "csrfmiddlewaretoken", "reopen"])
def test_a_choice(her: Visitor, hers: Inside, field: str) -> None:
    def examine(entry: Hostile) -> list[str]:
        page = send(
            her, her.get("/case/questions"), entry, field, action="/case/choose", also={"choice": "go_on"}
        )
        found = complaints(page)
        if field == "name" and page.status == 413 and not beyond_reading(entry):
            kept = stands_in_field(page, field, entry, action="/case/choose")
            return found if kept else [*found, "lost"]
        return found

    every(all_entries(), examine)


def test_what_stands_on_the_page_of_a_case_that_closed_itself(her: Visitor, hers: Inside) -> None:
    def examine(entry: Hostile) -> list[str]:
        form = her.get("/case/questions")
        cookie = her.client.cookies.pop("__Host-case")
        page = send(her, form, entry, "name", action="/case/choose")
        her.client.cookies["__Host-case"] = cookie.value
        if beyond_reading(entry):
            return complaints(page)
        kept = stands_in_field(page, "name", entry)
        return complaints(page) if kept else [*complaints(page), "lost"]

    every(all_entries(), examine)
