"""What the rules do not know for sure is shown, and an alarm of our checks is seen on the queue."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.surfaces.desk.words_items import ALARMS
from recourse.world.checks.domain import AlarmReason
from recourse.world.checks.models import Alarm
from recourse.world.rules.load import rules
from tests.surfaces.visits import Visitor, check_page

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_every_alarm_has_words() -> None:
    assert set(ALARMS) == {reason.value for reason in AlarmReason}


def test_alarms_stand_on_the_queue_and_on_the_page_of_rules(officer: Visitor, clock: FixedClock) -> None:
    assert "needs a look" not in officer.get("/").text
    Alarm.objects.create(
        platform="telegram",
        kind="message",
        reason=AlarmReason.LAYOUT_CHANGED,
        since=clock.at - timedelta(hours=3),
    )
    page = officer.get("/")
    assert "1 thing about the platforms needs a look." in page.text
    page = officer.get("/rules")
    check_page(page)
    assert "Telegram post" in page.text
    assert "their pages have changed" in page.text


def test_what_is_not_certain_is_said_and_a_passed_review_too(officer: Visitor, clock: FixedClock) -> None:
    doubts = [words for _name, rule in rules().sourced() for words in rule.disagreements]
    text = officer.get("/rules").text
    for words in doubts:
        assert " ".join(words.split()) in text
    last = max(rule.review_by for _name, rule in rules().sourced())
    clock.at = datetime.combine(last, time(12), tzinfo=UTC) + timedelta(days=1)
    page = officer.get("/rules")
    assert len(page.tree.css("td .s-late")) >= len(list(rules().sourced()))
