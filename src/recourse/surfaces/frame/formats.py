"""Days, hours, numbers and lists as the page's language writes them, by the Unicode locale data (CLDR).

Refuses: a table of its own. Words around a date are gettext's; the order of day and month, the point in a
number and the "and" of a list are CLDR's, through Babel.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from django.utils.translation import get_language, to_locale

# English here puts the day before the month and counts 24 hours, as the sentences around a date expect.
_VARIANTS = {"en": "en-gb"}


@lru_cache(maxsize=32)
def _locale_of(code: str) -> Locale:
    for name in (code, code.partition("-")[0]):
        try:
            return Locale.parse(to_locale(_VARIANTS.get(name, name)))
        except UnknownLocaleError:
            continue
    return Locale.parse(to_locale(_VARIANTS["en"]))


def locale() -> Locale:
    """Return the locale of the language that the page is in; of English where CLDR does not know it."""
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    return ZoneInfo(name)


def day(at: date, *, year: bool = True, zone: tzinfo | None = None) -> str:
    """Write a day, or the day of a time: "15 Nov 2026", "2026년 11월 15일"."""
    moment = at if isinstance(at, datetime) else datetime.combine(at, time())
    return dates.format_skeleton("yMMMd" if year else "MMMd", moment, tzinfo=zone, locale=locale())


def month(at: datetime, *, zone: tzinfo | None = None) -> str:
    """Write a month: "November 2026", "2026년 11월"."""
    return dates.format_skeleton("yMMMM", at, tzinfo=zone, locale=locale())


def hour(at: datetime, *, zone: tzinfo | None = None) -> str:
    """Write the time of day: "09:05", in Indonesian "09.05"."""
    return dates.format_skeleton("Hm", at, tzinfo=zone, locale=locale())


def city(name: str) -> str:
    """Return what people call the place that a time zone is named after: "Seoul", "서울"."""
    return dates.get_timezone_location(zone(name), locale=locale(), return_city=True)


def language(code: str) -> str:
    """Return what a language is called in the page's: "Korean", "한국어"."""
    return _locale_of(code).get_language_name(locale()) or code


def number(value: float) -> str:
    """Write a number: "12,345.5", in Indonesian "12.345,5"."""
    return numbers.format_decimal(value, locale=locale())


def percent(share: float) -> str:
    """Write a share of one as a percentage without decimals: "12%"."""
    return numbers.format_percent(share, locale=locale())


def listing(items: Iterable[str]) -> str:
    """Write a list: "a, b and c", "a, b 및 c"."""
    return lists.format_list([str(item) for item in items], locale=locale())
