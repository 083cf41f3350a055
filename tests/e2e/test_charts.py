"""The axes of the public charts: on a phone, in every language, every label can be told from the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.statistics import services as figures
from tests import cast
from tests.browser import Visit
from tests.e2e.gallery import NARROWEST, PHONE, Gallery, shown

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.django_db(transaction=True)]
# Labels with less than a letter between them in one row, and those cut off by the edge of the screen.
CROWDED = """() => [...document.querySelectorAll("svg.chart")].flatMap(chart => {
    const edge = document.documentElement.clientWidth;
    const labels = [...chart.querySelectorAll(":scope > text.ax")].map(one => [one.textContent, one.getBoundingClientRect()]);
    return labels.flatMap(([text, at], index) => {
        const near = labels.slice(index + 1).filter(([, next]) => next.left - at.right < 4 && Math.abs(next.top - at.top) < 8);
        return at.right > edge ? [text] : near.map(([next]) => `${text} ${next}`);
    });
})"""
ONE_ROW = (650, 900)  # the narrowest on which they stand in one row
LABELS = "document.querySelectorAll('svg.chart > text.ax').length"


@pytest.mark.parametrize("path", ["/synthetic/scorecard", "/synthetic/scorecard/murmur"])
def test_labels_of_an_axis_stand_apart(
    visit: Callable[..., Visit], gallery: Gallery, clock: FixedClock, path: str
) -> None:
    figures.load_synthetic(now=clock.at)
    reader = visit().page
    reader.goto(gallery.at(cast.PUBLIC, path))
    assert reader.evaluate(LABELS) == 10
    crowded = {}
    for language in ("en", "ko", "id"):
        for size in (PHONE, NARROWEST, ONE_ROW):
            with shown(reader, language, size, "light", again=True):
                crowded[language, size[0]] = reader.evaluate(CROWDED)
    assert not {where: labels for where, labels in crowded.items() if labels}
