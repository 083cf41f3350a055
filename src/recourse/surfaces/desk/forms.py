"""Reading what desk forms bring: a day and an hour in the agency's zone, and one of the offered values."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from recourse.base.core.errors import BadInputError
from recourse.surfaces.frame.templatetags.frame import agency

LONGEST = 40


class NotATimeError(BadInputError):
    """A day or an hour that is none."""

    code = "not_a_time"
    sentence = gettext_noop("This is not a day and an hour. Write them like 2026-11-28 and 18:30.")


class NotOfferedError(BadInputError):
    """A value that the form does not offer."""

    code = "not_offered"
    sentence = gettext_noop("Choose one of the offered answers.")


def moment(day: str, hour: str) -> datetime | None:
    """Return the time that two fields name, in the agency's zone; None when both are empty.

    An hour alone is refused; a day alone means its end.

    Raises:
        NotATimeError: it is none.
    """
    if not day.strip() and not hour.strip():
        return None
    try:
        naive = datetime.fromisoformat(f"{day.strip()[:10]}T{hour.strip()[:5] or '23:59'}")
        if naive.tzinfo is not None:
            raise NotATimeError
        return naive.replace(tzinfo=ZoneInfo(agency().zone))
    except (ValueError, OverflowError):
        raise NotATimeError from None


def day_and_hour(at: datetime | None) -> tuple[str, str]:
    """Return the two fields that name a time in the agency's zone."""
    if at is None:
        return "", ""
    local = at.astimezone(ZoneInfo(agency().zone))
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")


def offered(value: str, among: Container[str]) -> str:
    """Return the value, if it is one of those offered.

    Raises:
        NotOfferedError: it is not.
    """
    if value not in among:
        raise NotOfferedError
    return value
