"""What makes a notice valid under a law, and when its answer is due. Pure: rules in, answers out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recourse.world.rules.load import rules
from recourse.world.rules.schema import Element, Regime

__all__ = ["Element", "Missing", "aimed_at", "applying", "due", "formal", "missing"]


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
    """Return when the answer is due, counted from proof of receipt; None where the law names no time.

    What we ask an authority to decide starts no clock of the law: that begins with the authority's own order, and
    binds whom it is given to.

    Hours are hours and a day is 24 of them: weekends and holidays count (DESIGN, invariant 17). A law that
    counts working days or starts its day at midnight is due no earlier than this.

    Raises:
        KeyError: the law has no rule file.
    """
    regime = rules().regimes[regime_id]
    if regime.formal:
        return None
    if regime.deadline_hours is not None:
        return receipt_at + timedelta(hours=regime.deadline_hours)
    if regime.deadline_days is not None:
        return receipt_at + timedelta(days=regime.deadline_days)
    return None


def aimed_at(regime_id: str, receipt_at: datetime) -> datetime | None:
    """Return when the deciding body aims to have decided. It binds nobody: passing it is no silence.

    Raises:
        KeyError: the law has no rule file.
    """
    hours = rules().regimes[regime_id].target_hours
    return None if hours is None else receipt_at + timedelta(hours=hours)


def applying(regime_ids: Iterable[str], kind: str, *, on: date) -> tuple[Regime, ...]:
    """Return those of these laws that a notice of this kind may invoke on this day, in their order.

    A law whose commencement nobody could verify is not invoked.

    Raises:
        KeyError: a law has no rule file.
    """
    found = (rules().regimes[regime_id] for regime_id in regime_ids)
    return tuple(one for one in found if kind in one.kinds and one.invocable(on))


def formal(regime_ids: Iterable[str]) -> bool:
    """Return whether one of these laws ends in a decision of an authority, not in the recipient's own will.

    Raises:
        KeyError: a law has no rule file.
    """
    return any(rules().regimes[regime_id].formal for regime_id in regime_ids)
