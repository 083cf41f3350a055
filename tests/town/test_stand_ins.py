"""The stand-ins say what the real services are known to say, and tell countries apart by who asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Self
from urllib.parse import quote, urlencode

import pytest

from recourse_town import companies, forms, oembed, openweb
from recourse_town.companies import Desks, Received
from recourse_town.serve import HOSTS, new_town, site
from recourse_town.web import Answer, Request
from recourse_town.world import Conduct, Post, Town

HOME, ABROAD = "127.0.0.1", "127.0.0.2"
X, FACEBOOK = "1864201773350010112", "10158826640101729"
ASKED = {
    "x": ("publish.twitter.com", "/oembed", f"https://twitter.com/i/status/{X}"),
    "youtube": ("www.youtube.com", "/oembed", "https://www.youtube.com/watch?v=dUskH4rb0ur"),
    "facebook": ("graph.facebook.com", "/v26.0/oembed_post", f"https://www.facebook.com/{FACEBOOK}"),
    "instagram": (
        "graph.facebook.com",
        "/v26.0/instagram_oembed",
        "https://www.instagram.com/p/DuskHarb0ur/",
    ),
}


@pytest.fixture
def town() -> Town:
    return new_town()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """What the companies wrote: to whom, what, and whether a machine did."""
    letters: list[tuple[str, str, bool]] = []

    class Lmtp:
        def __init__(self, *_where: object) -> None:
            pass

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None:
            pass

        def sendmail(self, sender: str, to: list[str], raw: bytes) -> None:
            letters.append((to[0], raw.decode().partition("\r\n\r\n")[2], sender == ""))

    monkeypatch.setattr(companies.smtplib, "LMTP", Lmtp)
    return letters


def ask(town: Town, platform: str, client: str = HOME) -> Answer:
    host, path, about = ASKED[platform]
    return oembed.answer(town, Request("GET", host, f"{path}?url={quote(about, safe='')}", client=client))


def of(town: Town, platform: str) -> Post:
    return next(post for post in town.posts.values() if post.platform == platform and post in places(town))


def places(town: Town) -> list[Post]:
    return [post for post in town.posts.values() if post.conduct is not Conduct.REMOVES]


@pytest.mark.parametrize("platform", ASKED)
def test_a_post_that_is_up_is_shown_and_one_that_is_gone_is_not(town: Town, platform: str) -> None:
    up = ask(town, platform)
    assert up.status == 200
    assert "html" in json.loads(up.text)
    of(town, platform).removed = True
    gone = ask(town, platform)
    assert gone.status == (400 if platform in ("facebook", "instagram") else 404)
    if gone.status == 400:
        assert json.loads(gone.text)["error"]["code"] == 24


def test_what_is_hidden_is_hidden_from_one_country(town: Town) -> None:
    of(town, "facebook").hidden_from.add(HOME)
    assert ask(town, "facebook", HOME).status == 400
    assert ask(town, "facebook", ABROAD).status == 200


def test_the_open_web_answers_404_and_its_front_page_goes_on(town: Town) -> None:
    def page(path: str) -> int:
        return openweb.answer(town, Request("GET", openweb.GALLERY, path)).status

    assert (page("/"), page("/boats/evening-light"), page("/boats/none")) == (200, 200, 404)


def test_every_host_of_the_town_answers(town: Town) -> None:
    desks = Desks(town, (HOME, 9))
    for host in HOSTS:
        assert site(town, desks, Request("GET", host, "/")).status in (200, 404), host


# -- forms ------------------------------------------------------------------------------------------------------

FILLED = {
    "links": f"https://x.com/i/status/{X}",
    "contact": "r+token@agency.test",
    "organisation": "Example Agency",
    "explanation": "A synthetic picture of a person who did not consent.",
    "good_faith": "yes",
}


def fill(town: Town, desks: Desks, **changed: str) -> Answer:
    body = urlencode(FILLED | changed).encode()
    return forms.answer(town, desks, Request("POST", "help.x.com", "/forms/report", body))


def test_a_form_gives_a_reference_and_files_the_notice(town: Town) -> None:
    desks = Desks(town, (HOME, 9))
    assert 'name="links"' in forms.answer(town, desks, Request("GET", "help.x.com", "/forms/report")).text
    done = fill(town, desks)
    (filed,) = town.letters
    assert done.status == 200
    assert filed["reference"] in done.text
    assert filed["company"] == "Murmur Support"


@pytest.mark.parametrize(
    "changed",
    [{"links": "https://x.com/i/status/1"}, {"contact": "nobody"}, {"good_faith": ""}, {"explanation": " "}],
)
def test_a_form_that_lacks_something_is_not_taken(town: Town, changed: dict[str, str]) -> None:
    refused = fill(town, Desks(town, (HOME, 9)), **changed)
    assert refused.status == 422
    assert "form method" in refused.text
    assert town.letters == []


# -- what companies do ----------------------------------------------------------------------------------------


def received(town: Town, company: companies.Company, platform: str) -> Received:
    return Received(company, (of(town, platform),), "r+token@agency.test", "Q-1")


def live_on(town: Town, *, rounds: int = 5) -> None:
    """Let all that is due in the town happen at once."""
    for _ in range(rounds):
        town.run_due()


CONDUCT: dict[str, tuple[companies.Company, list[bool], Callable[[Post], bool]]] = {
    "x": (companies.MURMUR, [True], lambda post: not post.removed),
    "facebook": (companies.LUMO, [True, False], lambda post: post.hidden_from == {HOME} and not post.removed),
    "instagram": (companies.LUMO, [True, False], lambda post: not post.removed),
    "youtube": (companies.VIDRA, [], lambda post: not post.removed),
}


@pytest.mark.parametrize("platform", CONDUCT)
def test_each_company_does_what_its_story_says(
    town: Town, sent: list[tuple[str, str, bool]], platform: str
) -> None:
    company, by_machine, as_it_should = CONDUCT[platform]
    desks = Desks(town, (HOME, 9))
    desks.pause = 0
    desks.take(received(town, company, platform))
    live_on(town)
    assert [machine for _to, _text, machine in sent] == by_machine
    assert {to for to, _text, _machine in sent} <= {"r+token@agency.test"}
    assert as_it_should(of(town, platform))
    assert town.idle()


def test_a_company_that_waits_acts_when_it_is_told_that_time_passed(
    town: Town, sent: list[tuple[str, str, bool]]
) -> None:
    desks = Desks(town, (HOME, 9))
    desks.pause = 0
    desks.take(received(town, companies.MURMUR, "x"))
    assert desks.act("x") == 1
    live_on(town)
    assert ask(town, "x").status == 404
    assert "removed" in sent[-1][1]
    assert desks.act("x") == 0, "what is done is not done again"


def test_a_letter_names_a_post_by_its_link_and_by_nothing_like_it(town: Town) -> None:
    def named(text: str, platform: str) -> int:
        return len(town.named(text, frozenset({platform})))

    assert named("see https://gallery.hostwork.example/boats/evening-light now", "web") == 1
    assert named("https://gallery.hostwork.example/boats/evening-lights", "web") == 0
    assert named(f"https://x.com/i/status/{X}\nand more", "x") == 1
    assert named(f"https://x.com/i/status/{X}7", "x") == 0
    assert named("https://t.me/quietharbour/1012", "telegram") == 0
