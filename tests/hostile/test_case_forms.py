"""Every field of the pages of an open case takes everything: no break, nothing lost, nothing shown raw or logged."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.cases import services
from recourse.work.cases.domain import ChannelReason
from tests.hostile.asking import all_entries, complaints, every, send, stands_in_field
from tests.hostile.corpus import Hostile, beyond_reading
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
    made.enter(her)
    return made


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
