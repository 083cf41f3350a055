"""Every hand-made answer, read by its rule, shows what the rule file says it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.markup import evaluate as match_html
from recourse.world.rules.evaluate import Answer, Finding, evaluate, html_matchers
from recourse.world.rules.load import FIXTURES, rules
from recourse.world.rules.schema import Fixture, Probe, Verdict


def _match(body: bytes, matchers: list[dict[str, str]]) -> list[bool]:
    return match_html(body, matchers)


def _cases() -> Iterator[object]:
    for platform in rules().platforms.values():
        for location in platform.location:
            for number, probe in enumerate(location.probe, start=1):
                for fixture in probe.fixtures:
                    name = f"{platform.id}-{location.kind}-{number}-{fixture.file}-{fixture.verdict.value}"
                    yield pytest.param(probe, fixture, id=name)


def _read(probe: Probe, fixture: Fixture) -> Finding:
    body = (FIXTURES / fixture.file).read_bytes()
    final_url = fixture.final_url or probe.url.format(**fixture.groups)
    return evaluate(probe, fixture.groups, Answer(fixture.status, final_url, body), match=_match)


@pytest.mark.parametrize(("probe", "fixture"), list(_cases()))
def test_fixture_shows_its_verdict(probe: Probe, fixture: Fixture) -> None:
    finding = _read(probe, fixture)
    assert finding.verdict is fixture.verdict
    if fixture.marker is not None:
        assert finding.marker == fixture.marker


def test_every_fixture_file_is_used_and_harmless() -> None:
    used = {
        fixture.file
        for platform in rules().platforms.values()
        for location in platform.location
        for probe in location.probe
        for fixture in probe.fixtures
    }
    there = {str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*") if path.is_file()}
    assert there == used
    for name in there:
        text = (FIXTURES / name).read_text("utf-8")
        assert "<img" not in text
        assert "background-image" not in text


def _message_probe() -> Probe:
    return rules().platforms["telegram"].kind("message").probe[0]


GROUPS = {"name": "dusk_harbour", "id": "12"}
URL = "https://t.me/dusk_harbour/12?embed=1&mode=tme"


@given(st.binary(max_size=2_000))
def test_bytes_that_are_no_page_are_never_gone_and_never_live(body: bytes) -> None:
    finding = evaluate(_message_probe(), GROUPS, Answer(200, URL, body), match=_match)
    assert finding.verdict is Verdict.UNKNOWN


@given(st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=200))
def test_words_of_a_live_post_cannot_make_it_look_gone(words: str) -> None:
    page = (FIXTURES / "telegram/message-live.html").read_text("utf-8")
    page = page.replace("The boats are in and the lamps are lit.", words + " Post not found")
    finding = evaluate(_message_probe(), GROUPS, Answer(200, URL, page.encode()), match=_match)
    assert finding.verdict is Verdict.LIVE


@given(st.integers(100, 599).filter(lambda status: status != 200))
def test_only_status_200_says_gone(status: int) -> None:
    page = (FIXTURES / "telegram/message-gone.html").read_bytes()
    finding = evaluate(_message_probe(), GROUPS, Answer(status, URL, page), match=_match)
    assert finding.verdict is Verdict.UNKNOWN


def test_an_empty_body_asks_nothing_of_the_sandbox() -> None:
    def never(body: bytes, matchers: list[dict[str, str]]) -> list[bool]:
        raise AssertionError("asked")

    assert evaluate(_message_probe(), GROUPS, Answer(200, URL, b""), match=never).verdict is Verdict.UNKNOWN


def test_each_matcher_is_asked_once() -> None:
    matchers = html_matchers(_message_probe(), GROUPS)
    assert len({str(one) for one in matchers}) == len(matchers)
    select = ".tgme_widget_message"
    wanted = {"type": "attribute", "select": select, "name": "data-post", "equals": "dusk_harbour/12"}
    assert wanted in matchers


# -- the matchers that other platforms need: JSON, redirect, text -------------------------------------------


def _probe(*shows: dict[str, object]) -> Probe:
    return Probe.model_validate(
        {
            "url": "https://harbour.example/oembed",
            "evidence": "known",
            "sources": [],
            "checked_on": "2026-11-23",
            "review_by": "2027-02-23",
            "shows": list(shows),
            "fixtures": [
                {"file": "telegram/challenge.html", "verdict": "live", "groups": {}},
                {"file": "telegram/challenge.html", "verdict": "gone", "groups": {}},
                {"file": "telegram/challenge.html", "verdict": "unknown", "groups": {}},
            ],
        }
    )


OEMBED = _probe(
    {"verdict": "live", "marker": "has_html", "all": [{"type": "json", "path": "html"}]},
    {
        "verdict": "gone",
        "marker": "says_gone",
        "all": [{"type": "json", "path": "errors.0.code", "equals": 34}],
    },
)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b'{"html": "<p>dusk</p>"}', Verdict.LIVE),
        (b'{"errors": [{"code": 34}]}', Verdict.GONE),
        (b'{"errors": [{"code": "34"}]}', Verdict.UNKNOWN),
        (b'{"errors": [{"code": true}]}', Verdict.UNKNOWN),
        (b'{"errors": []}', Verdict.UNKNOWN),
        (b"not json", Verdict.UNKNOWN),
        (b"[" * 200_000, Verdict.UNKNOWN),
        (b'{"html": "' + b"a" * 1_000_001 + b'"}', Verdict.UNKNOWN),
        (b"\xff\xfe", Verdict.UNKNOWN),
    ],
    ids=["live", "gone", "text", "bool", "empty", "no-json", "deep", "long", "bytes"],
)
def test_json_matcher(body: bytes, verdict: Verdict) -> None:
    answer = Answer(200, "https://harbour.example/oembed", body)
    assert evaluate(OEMBED, {}, answer, match=_match).verdict is verdict


def test_redirect_and_text_matchers() -> None:
    probe = _probe(
        {
            "verdict": "gone",
            "marker": "sent_to_front",
            "all": [
                {"type": "redirect", "to": r"https://harbour\.example/"},
                {"type": "text", "contains": "lamps are OUT"},
            ],
        },
        {"verdict": "live", "marker": "not_used", "all": [{"type": "status", "any_of": [418]}]},
    )
    page = b"<p>The   lamps are out</p>"
    away, home = "https://harbour.example/", "https://harbour.example/12"
    assert evaluate(probe, {}, Answer(200, away, page), match=_match).verdict is Verdict.GONE
    assert evaluate(probe, {}, Answer(200, home, page), match=_match).verdict is Verdict.UNKNOWN
    assert evaluate(probe, {}, Answer(200, away, b"<p>lit</p>"), match=_match).verdict is Verdict.UNKNOWN
