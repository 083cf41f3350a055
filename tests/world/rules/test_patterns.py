"""Patterns of rule files are bounded, or they are refused."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.world.rules.load import rules
from recourse.world.rules.patterns import MAX_PATTERN, bounded


@pytest.mark.parametrize(
    "pattern",
    [
        r"a*",
        r"a+",
        r"a{2,}",
        r"(a|b)*c",
        r"(?:a{1,9}){1,9}",
        r"(?:(?:a{1,3})?b){1,40}",
        r"a{1,9999}",
        r"(?=a+)b",
        r"(?P<name>[a-z]+)",
        r"a*?",
        r"a++",
        r"(?>a*)",
        r"(a",
        r"a" * (MAX_PATTERN + 1),
    ],
)
def test_unbounded_or_broken_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        bounded(pattern)


@pytest.mark.parametrize(
    "pattern", [r"", r"/[a-z]{1,32}/?", r"(?:s/)?(?P<id>[0-9]{1,12})", r"(?![0-9]{1,64}$)x"]
)
def test_bounded_patterns_are_taken(pattern: str) -> None:
    assert isinstance(bounded(pattern), re.Pattern)


def _patterns() -> list[re.Pattern[str]]:
    found = []
    for platform in rules().platforms.values():
        for location in platform.location:
            for form in location.form:
                found += [form.path, *form.query.values(), *form.optional.values()]
                found += [one for one in (form.host, form.fragment) if one is not None]
    return found


@given(st.sampled_from(["a", "0", "/", "a/", "_", "%", "0/", "+", "Aa0_"]), st.integers(1, 4))
def test_no_shipped_pattern_is_slow_on_long_input(part: str, times: int) -> None:
    text = "/" + part * (16_384 // len(part) * times)
    began = time.process_time()
    for pattern in _patterns():
        pattern.fullmatch(text)
    assert time.process_time() - began < 0.5
