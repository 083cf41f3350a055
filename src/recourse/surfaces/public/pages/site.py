"""What every public page has: whose figures, of which period, and the addresses of the other pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.base.core.errors import NotFoundError
from recourse.surfaces.frame import collation
from recourse.surfaces.public import words
from recourse.work.statistics import selectors
from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.periods import ALL
from recourse.work.statistics.domain.publication import Platform, Published
from recourse.work.statistics.domain.synthetic import NOTE


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that can be chosen."""

    key: str
    name: str
    kind: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Site:
    """A page's surroundings."""

    source: Source
    period: str
    figures: Published | None
    periods: tuple[str, ...]

    @property
    def synthetic(self) -> bool:
        """Whether this is the demonstration's invented history."""
        return self.source is Source.SYNTHETIC

    @property
    def note(self) -> str:
        """What every page and file of the invented history says; "" for real figures."""
        return _(NOTE) if self.synthetic else ""

    @property
    def period_name(self) -> str:
        """What the period is called."""
        return words.period_name(self.period)

    @property
    def choices(self) -> list[Choice]:
        """The periods that can be chosen."""
        return [
            Choice(key, words.period_name(key), words.kind_name(key), key == self.period)
            for key in self.periods
        ]

    @property
    def help_address(self) -> str:
        """Where somebody who needs help goes."""
        configuration = settings.CONFIGURATION
        return str(configuration.base_url(configuration.web.survivor_host))

    def address(self, name: str, *args: str, period: bool = True) -> str:
        """Return the address of another page about the same source and, where it matters, the same period."""
        path = reverse(f"{self.source.value}:{name}", args=args)
        return f"{path}?{urlencode({'period': self.period})}" if period and self.period != ALL else path

    def platform_name(self, group: str) -> str:
        """Return what a group of recipients is called."""
        return words.platform_name(self.source, group)

    @property
    def platforms(self) -> list[Platform]:
        """The platforms that are named, in the order of their names."""
        found = self.figures.platforms if self.figures else ()
        return collation.in_order(found, lambda one: self.platform_name(one.id))

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """Yield the pages of the main menu: address and name."""
        yield self.address("figures"), _("Figures")
        yield self.address("scorecard"), _("Scorecard")
        yield self.address("methods", period=False), _("What we count")
        yield self.address("corrections", period=False), _("Corrections")
        yield self.address("verify", period=False), _("Check it yourself")


def site_of(request: HttpRequest, source: Source) -> Site:
    """Return the surroundings of a page.

    Raises:
        NotFoundError: a period without figures, or an invented history where there is none.
    """
    periods = tuple(selectors.periods_published(source))
    period = request.GET.get("period", ALL)
    if (source is Source.SYNTHETIC and not periods) or (period != ALL and period not in periods):
        raise NotFoundError("no figures")
    return Site(source, period, selectors.figures_of(source, period), periods)
