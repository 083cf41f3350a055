"""The stand-ins of the platforms speak the markers that our rules read; the two are written apart."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from recourse.base.core.markup import evaluate as match_html
from recourse.world.rules.evaluate import Answer, Finding, evaluate
from recourse.world.rules.load import rules
from recourse.world.rules.reading import read
from recourse.world.rules.schema import Verdict
from recourse_town import places
from recourse_town.companies import Desks
from recourse_town.serve import HOSTS, new_town, site
from recourse_town.web import Request
from recourse_town.world import Post, Town

POST = "https://t.me/dusk_harbour/12"
HOME, ABROAD = "127.0.0.1", "127.0.0.2"
LINKS = {
    places.TELEGRAM: ("telegram", "post_shown", Finding(Verdict.GONE, "post_not_found")),
    places.X: ("x", "post_shown", Finding(Verdict.GONE, "post_not_found")),
    places.FACEBOOK: ("facebook", "post_shown", Finding(Verdict.NOT_PUBLIC, "not_public")),
    places.INSTAGRAM: ("instagram", "post_shown", Finding(Verdict.NOT_PUBLIC, "not_public")),
    places.YOUTUBE: ("youtube", "video_shown", Finding(Verdict.GONE, "video_not_found")),
    places.COPY: ("web", "page_answers", Finding(Verdict.GONE, "not_found")),
}


@pytest.fixture
def town() -> Town:
    town = new_town()
    town.publish(Post("Dusk_Harbour", 12, "The boats are in and the lamps are lit."))
    return town


def look(town: Town, place: str, number: int = 0, client: str = HOME) -> Finding:
    """Ask the town what our rule asks the platform, and read the answer by the rule."""
    reading = read(place, rules().platforms.values())
    assert reading is not None
    probe = reading.location.probe[number]
    url = probe.url.format(**reading.groups)
    parts = urlsplit(url)
    assert parts.hostname in HOSTS, "the town has no stand-in for what the rule asks"
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    served = site(town, Desks(town, (HOME, 9)), Request("GET", parts.hostname, target, client=client))
    answer = Answer(served.status, url, served.text.encode())
    return evaluate(probe, reading.groups, answer, match=match_html)


def post_at(town: Town, link: str) -> Post:
    here = [one for one in town.posts.values() if one.platform == LINKS[link][0]]
    return max((one for one in here if str(one.number) in link), key=lambda one: len(str(one.number)))


def test_the_town_stands_in_for_every_platform() -> None:
    assert {platform for platform, _live, _gone in LINKS.values()} == set(rules().platforms)


@pytest.mark.parametrize("link", LINKS)
def test_a_post_that_is_up_and_then_not(town: Town, link: str) -> None:
    platform, live, gone = LINKS[link]
    reading = read(link, rules().platforms.values())
    assert reading is not None
    assert reading.platform.id == platform
    assert look(town, link) == Finding(Verdict.LIVE, live)
    post_at(town, link).removed = True
    assert look(town, link) == gone


@pytest.mark.parametrize("link", [link for link in LINKS if LINKS[link][0] != "telegram"])
def test_what_is_hidden_here_is_up_abroad(town: Town, link: str) -> None:
    post_at(town, link).hidden_from.add(HOME)
    assert look(town, link, client=HOME) == LINKS[link][2]
    assert look(town, link, client=ABROAD).verdict is Verdict.LIVE


@pytest.mark.parametrize("platform", sorted(rules().platforms))
def test_every_control_is_up_in_the_town(town: Town, platform: str) -> None:
    for link in rules().platforms[platform].control:
        assert look(town, link).verdict is Verdict.LIVE, link


def test_a_channel_that_is_up_and_then_not(town: Town) -> None:
    channel = "https://t.me/dusk_harbour"
    assert look(town, channel) == Finding(Verdict.LIVE, "name_held")
    assert look(town, POST, number=1) == Finding(Verdict.LIVE, "post_in_preview")
    assert look(town, POST, number=2).verdict is Verdict.UNKNOWN
    assert look(town, channel, number=1) == Finding(Verdict.LIVE, "preview_shown")
    town.posts.clear()
    assert look(town, channel) == Finding(Verdict.CHANNEL_GONE, "name_not_held")
    assert look(town, POST, number=2) == Finding(Verdict.CHANNEL_GONE, "name_not_held")
