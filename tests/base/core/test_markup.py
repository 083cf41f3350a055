"""Matchers and texts of pages, harmless and hostile."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recourse.base.core.markup import (
    FIELDS,
    BadMatcherError,
    check_matcher,
    decode_html,
    evaluate,
    html_text,
    match_answer,
    match_request,
    page_text,
)

PAGE = b"""<html><head><title> A harbour
 &amp; dusk</title><meta property="og:title" content="Harbour"><link rel="canonical" href="https://site.example/1">
<style>.x{}</style></head><body><div class="message" data-post="Harbour/12"><p>Three <b>boats</b></p><p>at   rest</p>
</div><div class="error">Post not  <i>found</i></div><script>var hidden = "in a script"</script>
<a href="https://secret.example/">a link</a></body></html>"""


def holds(**matcher: str) -> bool:
    return evaluate(PAGE, [matcher])[0]


def test_css() -> None:
    assert holds(type="css", select="div.message[data-post]")
    assert not holds(type="css", select="div.absent")


def test_css_text_ignores_case_white_space_and_tags_between() -> None:
    assert holds(type="css_text", select="div.error", contains="post NOT found")
    assert not holds(type="css_text", select="div.message", contains="Post not found")


def test_attribute_ignores_case_and_is_compared_whole() -> None:
    assert holds(type="attribute", select="div", name="data-post", equals="harbour/12")
    assert not holds(type="attribute", select="div", name="data-post", equals="harbour/1")
    assert not holds(type="attribute", select="div", name="data-other", equals="harbour/12")


def test_text_is_what_is_seen() -> None:
    assert holds(type="text", contains="three boats")
    assert not holds(type="text", contains="in a script")
    assert not holds(type="text", contains="secret.example")


def test_answers_come_in_the_order_asked_through_the_task_as_well() -> None:
    asked: list[dict[str, Any]] = [{"type": "css", "select": "table"}, {"type": "text", "contains": "boats"}]
    assert json.loads(match_answer(match_request(PAGE, asked))) == {"held": [False, True]}


@pytest.mark.parametrize(
    "matcher",
    [
        {}, {"type": "regex", "contains": "a"}, {"type": "css"}, {"type": "css", "select": ""},
        {"type": "css", "select": "div["}, {"type": "css", "select": "p", "contains": "a"},
        {"type": "text", "contains": 3}, {"type": "text", "contains": "  "}, {"type": ["css"], "select": "p"},
        {"type": "css_text", "select": "p"}, {"type": "attribute", "select": "p", "name": "a"},
    ],
)  # fmt: skip
def test_a_matcher_that_is_not_understood_is_an_error_not_a_no(matcher: dict[str, Any]) -> None:
    with pytest.raises(BadMatcherError):
        check_matcher(matcher)
    with pytest.raises(BadMatcherError):
        evaluate(PAGE, [matcher])


def test_too_many_matchers_are_refused() -> None:
    with pytest.raises(BadMatcherError):
        evaluate(PAGE, [{"type": "css", "select": "p"}] * 65)


def test_page_text() -> None:
    told = page_text(PAGE)
    assert told["title"] == "A harbour & dusk"
    assert told["og_title"] == "Harbour"
    assert told["canonical"] == "https://site.example/1"
    assert told["markers"] == {"og:title": "Harbour", "data-post": ["Harbour/12"]}
    assert told["text"].splitlines() == ["Three boats", "at rest", "Post not found", "a link"]
    assert told["truncated"] is False


def test_long_text_is_cut_and_said_to_be() -> None:
    told = page_text(b"<p>" + b"boat " * 10_000)
    assert (len(told["text"]), told["truncated"]) == (20_000, True)


def test_a_text_has_no_link_targets() -> None:
    assert html_text('<a href="https://secret.example/x">boats</a>')[0] == "boats"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("항구".encode(), "항구"), (b"\xef\xbb\xbf" + "항구".encode(), "항구"), ("항구".encode("utf-16"), "항구"),
        (b'<meta charset="euc-kr">' + "항구".encode("euc-kr"), '<meta charset="euc-kr">항구'),
        (b"<meta charset=nonsense>\xe9", "<meta charset=nonsense>\ufffd"),
        (b"<meta charset=hex>\xe9", "<meta charset=hex>\ufffd"),
    ],
)  # fmt: skip
def test_charsets(raw: bytes, text: str) -> None:
    assert decode_html(raw) == text


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail_and_what_comes_out_is_clean_json(raw: bytes) -> None:
    told = json.loads(json.dumps(page_text(raw)))
    whole = told["title"] + told["text"]
    assert "\0" not in whole
    assert whole.encode("utf-8").decode("utf-8") == whole
    assert evaluate(raw, [{"type": kind, **dict.fromkeys(FIELDS[kind], "p")} for kind in FIELDS]) is not None


@given(st.text(max_size=60))
def test_what_is_shown_is_found(words: str) -> None:
    page = f"<div class=x>{escape(words)}</div>".encode("utf-8", "replace")
    shown = page_text(page)["text"]
    assume(shown)
    asked = [
        {"type": "css_text", "select": "div.x", "contains": shown},
        {"type": "text", "contains": shown},
    ]
    assert evaluate(page, asked) == [True, True]
