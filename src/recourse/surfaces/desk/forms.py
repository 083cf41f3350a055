"""Reading what desk forms bring: a day and an hour, an offered value, the places meant."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext_noop

from recourse.base.core.errors import BadInputError
from recourse.surfaces.frame.templatetags.frame import agency

FURTHEST = 10_000


class NotATimeError(BadInputError):
    """A day or an hour that is none."""

    code = "not_a_time"
    sentence = gettext_noop("This is not a day and an hour. Write them like 2026-11-28 and 18:30.")


class NotOfferedError(BadInputError):
    """A value that the form does not offer."""

    code = "not_offered"
    sentence = gettext_noop("Choose one of the offered answers.")


class NoLinesError(BadInputError):
    """An answer that is about no place."""

    code = "no_lines"
    sentence = gettext_noop("Choose the places that they answer about.")


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


def chosen_lines(post: QueryDict) -> list[UUID] | None:
    """Return the places that an answer is said to be about; None means all of them.

    Raises:
        NoLinesError: places were offered and none was chosen.
        NotOfferedError: what was chosen is no place.
    """
    if "of_lines" not in post:
        return None
    try:
        chosen = [UUID(one) for one in post.getlist("line")]
    except ValueError:
        raise NotOfferedError from None
    if not chosen:
        raise NoLinesError
    return chosen


def page_from(text: str) -> int:
    """Return where a page of a list begins; what nobody of us wrote begins at the top."""
    return min(int(text), FURTHEST) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004
