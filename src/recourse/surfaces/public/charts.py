"""Where the parts of a chart stand, in per cent of its width and pixels of its height. No words, no colour.

The axis of time is not even: what happens in the first hours matters most. Between two ticks it is.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from recourse.work.statistics.domain.publication import HORIZONS, Removal

TICKS = (0, *HORIZONS)
HEIGHT = 220
TOP = 24
_LEFT, _WIDTH = 1.0, 93.0  # the last label stands in the middle below its tick, as the others do


def place(hours: float | None) -> float:
    """Return where so many hours stand; None and whatever is later stand at the right end."""
    if hours is None or hours >= TICKS[-1]:
        return _LEFT + _WIDTH
    index = bisect.bisect_right(TICKS, hours) - 1
    low, high = TICKS[index], TICKS[index + 1]
    return round(_LEFT + _WIDTH * (index + (hours - low) / (high - low)) / (len(TICKS) - 1), 2)


@dataclass(frozen=True, slots=True)
class Box:
    """A share of the places that went somewhere inside: between its sides, from its lower to its upper edge."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rise:
    """The share gone over time: the line of what was surely gone, and boxes in which the rest of the truth lies."""

    boxes: tuple[Box, ...]
    sure: tuple[tuple[float, float, float], ...]  # from, to, height
    risers: tuple[tuple[float, float, float], ...]  # where, from height, to height
    base: int = TOP + HEIGHT
    foot: int = TOP + HEIGHT + 20
    full: int = TOP + HEIGHT + 28


def rise(removal: Removal) -> Rise:
    """Return the chart of a time to removal."""
    boxes: list[Box] = []
    sure: list[tuple[float, float, float]] = []
    risers: list[tuple[float, float, float]] = []
    total, before = 0, place(0)
    for step in removal.steps:
        if step.by is None:
            break
        start, end, low = place(step.after), place(step.by), _height(total)
        total += step.per_mille
        high = _height(total)
        boxes.append(Box(start, high, round(end - start, 2), round(low - high, 1)))
        sure.append((before, end, low))
        risers.append((end, low, high))
        before = end
    sure.append((before, place(None), _height(total)))
    return Rise(tuple(boxes), tuple(sure), tuple(risers))


def share(count: int, largest: int) -> float:
    """Return the length of a bar, in per cent."""
    return round(100 * count / largest, 1) if largest else 0.0


def _height(per_mille: int) -> float:
    return round(TOP + HEIGHT * (1 - per_mille / 1000), 1)
