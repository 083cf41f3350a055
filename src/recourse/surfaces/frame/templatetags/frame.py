"""What the frame's templates may ask for: marks, states, times in the agency's zone, the agency itself.

Refuses: to decide anything. A tag formats what it is given; it reads no table, and only the page clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from recourse.base.core import clock
from recourse.people.accounts.domain import Action, Role
from recourse.people.accounts.domain import may as role_may
from recourse.people.accounts.models import Staff
from recourse.surfaces.frame import formats, language

register = template.Library()

EXIT_TARGET = "https://www.bbc.com/weather"


@dataclass(frozen=True, slots=True)
class Agency:
    """Who runs this service, as the frame shows it."""

    name: str
    phone: str
    exit_target: str
    zone: str
    help_lines: tuple[str, ...] = ()
    licensed_body: str = ""

    @property
    def dial(self) -> str:
        """The telephone number as a `tel:` address wants it: digits and a leading plus only."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@register.simple_tag
def agency() -> Agency:
    """Return the agency of this installation; empty fields are left out by the templates."""
    told = getattr(settings, "AGENCY", None)
    return Agency(
        name=getattr(told, "name", "") or "",
        phone=getattr(told, "phone", "") or "",
        exit_target=getattr(told, "exit_target", "") or EXIT_TARGET,
        zone=getattr(told, "zone", "") or "UTC",
        help_lines=tuple(getattr(told, "help_lines", ())),
        licensed_body=getattr(told, "licensed_body", "") or "",
    )


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(formats.zone(zone))


def _words(at: datetime, zone: str) -> str:
    local = _local(at, zone)
    today = _local(clock.now(), zone).date()
    hour = formats.hour(local)
    if local.date() == today:
        return _("today, %(hour)s") % {"hour": hour}
    words = {"day": formats.day(local, year=local.year != today.year), "hour": hour}
    return _("%(day)s, %(hour)s") % words


def _time(at: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="minutes"), words)


@register.filter
def when(at: datetime | None) -> str:
    """Write a time as "15 Nov, 10:20" in the agency's zone, inside `<time>`; "" for None."""
    return _time(at, _words(at, agency().zone)) if at else ""


@register.filter
def when_utc(at: datetime | None) -> str:
    """Write a time as `when` does, but in UTC and saying so; "" for None."""
    if not at:
        return ""
    return _time(at, _("%(time)s UTC") % {"time": _words(at, "UTC")})


@register.filter
def hour(at: datetime | None) -> str:
    """Write the hour only, "15:42", in the agency's zone; "" for None."""
    return _time(at, formats.hour(_local(at, agency().zone))) if at else ""


@register.filter
def day(at: date | None) -> str:
    """Write the day with its year, "15 Nov 2026"; of a time, in the agency's zone; "" for None."""
    if not at:
        return ""
    if isinstance(at, datetime):
        return _time(at, formats.day(_local(at, agency().zone)))
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.day(at))


@register.filter
def span(length: timedelta | None) -> str:
    """Write a length of time in its two largest units: "6 d 5 h", "3 h 12 min", "41 min"; "" for None."""
    if length is None:
        return ""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": rest}


@register.filter
def number(value: float | None) -> str:
    """Write a number as the language does, "12,345"; "" for None."""
    return "" if value is None else formats.number(value)


@register.filter
def listing(items: Iterable[str]) -> str:
    """Write a list as the language does: "a, b and c"."""
    return formats.listing(items)


@register.simple_tag
def zone_name() -> str:
    """Return the zone that the page's times are in, as a person calls it: "Seoul time", "UTC"."""
    zone = agency().zone
    if zone == "UTC":
        return "UTC"
    return _("%(city)s time") % {"city": formats.city(zone)}


@register.simple_tag(takes_context=True)
def languages(context: Context) -> list[language.Link]:
    """Return a link to this page in each language of this installation; none without a choice."""
    request = context.get("request")
    return language.links(request) if request else []


@register.simple_tag
def page_time() -> datetime:
    """Return the business time at which the page is made."""
    return clock.now()


@register.simple_tag
def mark(name: str) -> SafeString:
    """Draw the mark `name` (of the sprite `frame/marks.html`); the word beside it carries the meaning."""
    return format_html('<svg class="mark" aria-hidden="true"><use href="#m-{}"/></svg>', name)


@register.simple_tag
def state(kind: str, words: str, sign: str = "") -> SafeString:
    """Write a state: mark, word, then colour. `kind` is the class after `s-`; `sign` another mark."""
    return format_html('<span class="state s-{}">{} {}</span>', kind, mark(sign or kind), words)


@register.filter
def asks(request: HttpRequest) -> bool:
    """Return whether a page was asked for by its address: a link back to the answer of a form would lose the form."""
    return request.method in {"GET", "HEAD"}


@register.filter
def on_public(request: HttpRequest | None) -> bool:
    """Return whether this page belongs to the public record; decides the look of an error page only."""
    return "urls_public" in str(getattr(request, "urlconf", None) or "")


@register.filter
def on_desk(request: HttpRequest | None) -> bool:
    """Return whether this page belongs to staff; decides the look of an error page only."""
    return "desk" in str(getattr(request, "urlconf", None) or "")


@register.filter
def may(person: object, action: str) -> bool:
    """Tell whether a signed-in person's role includes an action; only to leave out a link that would be refused."""
    return isinstance(person, Staff) and role_may(Role(person.role), Action(action))
