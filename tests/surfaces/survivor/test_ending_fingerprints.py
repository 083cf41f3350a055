"""What her pages say of fingerprints that companies have, before she ends something (decision 0045)."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.world.matching import domain
from recourse.world.matching import selectors as bank
from recourse.world.matching import services as banking
from tests.surfaces.survivor.inside import Inside, inside
from tests.surfaces.visits import Visitor, check_page
from tests.work.notices.making import settle
from tests.world.matching.making import image

pytestmark = [pytest.mark.django_db, pytest.mark.db]
WAYS = ("/case/end/case", "/case/end/permission")
NONE, TOLD = "Nothing was sent outside for this case.", "told at once to drop them"


def given(made: Inside, clock: FixedClock) -> None:
    """Companies get a picture of hers."""
    told = [domain.read(image("dusk"))]
    banking.add_fingerprints(case_id=made.case.id, key=made.key, fingerprints=told, now=clock.at)
    every = [one.id for one in bank.fingerprints_of(made.case.id)]
    banking.agree(case_id=made.case.id, agreed=True, now=clock.at)
    banking.review(case_id=made.case.id, only=every, now=clock.at)
    banking.share(case_id=made.case.id, key=made.key, only=every, now=clock.at)


@pytest.mark.parametrize("way", WAYS)
def test_before_ending_she_reads_and_can_follow_what_becomes_of_them(
    her: Visitor, clock: FixedClock, way: str
) -> None:
    made = inside(clock.at)
    made.enter(her)
    page = her.get(way)
    assert (NONE in page.text, TOLD in page.text) == (True, False)
    given(made, clock)
    page = her.get(way)
    check_page(page)
    assert (NONE in page.text, TOLD in page.text) == (False, True)
    assert "for 30 days" in page.text
    assert ("whose it was" in page.text) is way.endswith("/case")
    assert "/case/fingerprints#after" in page.links()
    explained = her.get("/case/fingerprints")
    check_page(explained)
    assert explained.tree.css_first("#after") is not None
    assert f"for {domain.HEARD_WITHIN.days} days" in explained.text


def test_it_is_said_until_no_company_is_told_of_it_any_more(her: Visitor, clock: FixedClock) -> None:
    made = inside(clock.at)
    given(made, clock)
    banking.agree(case_id=made.case.id, agreed=False, now=clock.at)
    made.enter(her)
    assert TOLD in her.get(WAYS[0]).text
    clock.advance(domain.HEARD_WITHIN)
    settle(clock.at)
    assert NONE in her.get(WAYS[0]).text
