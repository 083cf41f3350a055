"""The stand-in of Telegram speaks the markers that our rules read; the two are written apart."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from recourse.base.core.markup import evaluate as match_html
from recourse.world.rules.evaluate import Answer, Finding, evaluate
from recourse.world.rules.load import rules
from recourse.world.rules.reading import read
from recourse.world.rules.schema import Verdict
from recourse_town import telegram
from recourse_town.world import Post, Town

POST = "https://t.me/dusk_harbour/12"


@pytest.fixture
def town() -> Town:
    town = Town()
    town.publish(Post("Dusk_Harbour", 12, "The boats are in and the lamps are lit."))
    return town


def look(town: Town, place: str, number: int = 0) -> Finding:
    """Ask the town what our rule asks the platform, and read the answer by the rule."""
    reading = read(place, rules().platforms.values())
    assert reading is not None
    probe = reading.location.probe[number]
    url = probe.url.format(**reading.groups)
    parts = urlsplit(url)
    served = telegram.answer(town, parts.path + (f"?{parts.query}" if parts.query else ""))
    answer = Answer(served.status, url, served.text.encode())
    return evaluate(probe, reading.groups, answer, match=match_html)


def test_a_post_that_is_up_and_then_not(town: Town) -> None:
    assert look(town, POST) == Finding(Verdict.LIVE, "post_shown")
    town.posts["dusk_harbour", 12].removed = True
    assert look(town, POST) == Finding(Verdict.GONE, "post_not_found")


def test_a_channel_that_is_up_and_then_not(town: Town) -> None:
    channel = "https://t.me/dusk_harbour"
    assert look(town, channel) == Finding(Verdict.LIVE, "name_held")
    assert look(town, POST, number=1) == Finding(Verdict.LIVE, "post_in_preview")
    assert look(town, POST, number=2).verdict is Verdict.UNKNOWN
    assert look(town, channel, number=1) == Finding(Verdict.LIVE, "preview_shown")
    town.posts.clear()
    assert look(town, channel) == Finding(Verdict.CHANNEL_GONE, "name_not_held")
    assert look(town, POST, number=2) == Finding(Verdict.CHANNEL_GONE, "name_not_held")
