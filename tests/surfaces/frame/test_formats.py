"""Days, hours, numbers and lists as each language writes them, and names in its order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from recourse.surfaces.frame import collation, formats
from recourse.surfaces.frame.templatetags.frame import day

AT = datetime(2026, 11, 5, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("write", "english", "korean", "indonesian"),
    [
        (lambda: formats.day(AT), "5 Nov 2026", "2026년 11월 5일", "5 Nov 2026"),
        (lambda: formats.day(AT, year=False), "5 Nov", "11월 5일", "5 Nov"),
        (lambda: formats.month(AT), "November 2026", "2026년 11월", "November 2026"),
        (lambda: formats.hour(AT), "09:05", "09:05", "09.05"),
        (lambda: formats.hour(AT, zone=formats.zone("Asia/Seoul")), "18:05", "18:05", "18.05"),
        (lambda: formats.city("Asia/Jakarta"), "Jakarta", "자카르타", "Jakarta"),
        (lambda: formats.language("ko"), "Korean", "한국어", "Korea"),
        (lambda: formats.number(12345.5), "12,345.5", "12,345.5", "12.345,5"),
        (lambda: formats.percent(0.123), "12%", "12%", "12%"),
        (lambda: formats.listing(["a", "b", "c"]), "a, b and c", "a, b 및 c", "a, b, dan c"),
        (lambda: formats.listing(["a"]), "a", "a", "a"),
    ],
)
def test_each_language_writes_its_own_way(
    write: Callable[[], str], english: str, korean: str, indonesian: str
) -> None:
    for code, expected in (("en", english), ("ko", korean), ("id", indonesian), ("en-xa", english)):
        with override(code):
            assert write() == expected, code


@pytest.mark.parametrize("code", ["en", "id"])
def test_names_stand_in_the_order_of_the_alphabet(code: str) -> None:
    with override(code):
        found = collation.in_order(["Zahl", "égale", "able", "Éa", "Baker", "10", "가람"], str)
    assert found == ["10", "able", "Baker", "Éa", "égale", "Zahl", "가람"]


def test_korean_names_stand_before_latin_ones_and_by_their_letters() -> None:
    with override("ko"):
        found = collation.in_order(["Kanal", "하늘", "강", "가람", "각", "7번", "abc"], str)
    assert found == ["7번", "가람", "각", "강", "하늘", "abc", "Kanal"]


def test_a_day_without_an_hour_is_the_same_in_every_zone() -> None:
    with override("ko"):
        assert day(date(2027, 5, 23)) == '<time datetime="2027-05-23">2027년 5월 23일</time>'
