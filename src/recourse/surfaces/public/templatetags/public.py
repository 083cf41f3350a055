"""What the public pages' templates may ask for. A tag looks something up in words; it reads no table."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import template
from django.utils.translation import gettext

from recourse.surfaces.frame import formats
from recourse.surfaces.public import words
from recourse.surfaces.public.pages.site import Site
from recourse.work.statistics.domain.publication import Figure, Platform

register = template.Library()


@register.simple_tag
def address_of(site: Site, name: str, *args: str) -> str:
    """Return the address of another page about the same source and period."""
    return site.address(name, *args)


@register.simple_tag
def platform_name(site: Site, group: str) -> str:
    """Return what a group of recipients is called."""
    return site.platform_name(group)


@register.simple_tag
def period_name(period: str) -> str:
    """Return what a period is called."""
    return words.period_name(period)


@register.simple_tag(name="words")
def translated(message: str) -> str:
    """Translate a text of the statistics' pure part."""
    return gettext(message)


@register.simple_tag
def covers_less(one: Platform, notices: Figure) -> str:
    """Return the months that a platform's figures cover, where they are not those of the whole page."""
    whole = (one.first, one.last) == (notices.first, notices.last)
    return "" if whole else words.months(one.first, one.last)


@register.filter
def utc_day(at: datetime) -> str:
    """Write the day of a time in UTC, with its year: what is kept or printed must say its date."""
    return formats.day(at, zone=UTC)


@register.filter
def plain_day(day: date) -> str:
    """Write a day that has no hour."""
    return formats.day(datetime(day.year, day.month, day.day, tzinfo=UTC))
