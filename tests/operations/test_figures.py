"""`recourse figures`: publishing by hand, and correcting in public."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from recourse.base.core.clock import FixedClock
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import Source
from tests.work.cases.making import open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_before_anything_happened_pages_are_published_that_say_nothing() -> None:
    said = StringIO()
    call_command("figures", "publish", stdout=said)
    assert said.getvalue() == "3 periods published\n", "all time, the quarter, the month"


def test_a_correction_stands_in_the_public_log(clock: FixedClock) -> None:
    open_case(clock.at)
    call_command("figures", "correct", "2026-02", "Two notices  were counted twice.", stdout=StringIO())
    [one] = selectors.corrections(Source.MEASURED)
    assert (one.at, one.period, one.words) == (clock.at, "2026-02", "Two notices were counted twice.")


@pytest.mark.parametrize(("period", "words"), [("2026-13", "wrong"), ("all", " "), ("all", "x" * 601)])
def test_what_cannot_stand_there_is_refused(period: str, words: str) -> None:
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("figures", "correct", period, words, stdout=StringIO(), stderr=said)
    assert ended.value.code == 65
    assert "bad_input" in said.getvalue()
    assert selectors.corrections(Source.MEASURED) == []
