"""What makes a notice valid under a law, and when its answer is due. Pure: rules in, answers out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from recourse.world.rules.load import rules
from recourse.world.rules.schema import Element

__all__ = ["Element", "Missing", "due", "missing"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a law asks for and the notice has not."""

    regime: str
    regime_name: str
    element: str
    needs: tuple[Element, ...]
    note: str


def missing(elements_present: Iterable[str], regime_ids: Iterable[str]) -> list[Missing]:
    """Return what is missing under each of these laws, in their order; empty means valid under all.

    Args:
        elements_present: values of `Element` that the notice contains.
        regime_ids: laws that the notice claims.

    Raises:
        KeyError: a law has no rule file.
    """
    present = set(elements_present)
    found = []
    for regime_id in regime_ids:
        regime = rules().regimes[regime_id]
        for rule in regime.elements:
            needs = tuple(element for element in rule.met_by if element.value not in present)
            if rule.required and needs:
                found.append(Missing(regime.id, regime.name, rule.key, needs, rule.note or ""))
    return found


def due(regime_id: str, receipt_at: datetime) -> datetime | None:
    """Return when the answer is due, counted from proof of receipt; None where the law names no hours.

    Hours are hours: weekends and holidays count (DESIGN, invariant 17).

    Raises:
        KeyError: the law has no rule file.
    """
    hours = rules().regimes[regime_id].deadline_hours
    return None if hours is None else receipt_at + timedelta(hours=hours)
