"""Reads of what we saw. Nothing here opens an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from recourse.world.checks.domain import (
    CONTROL_WINDOW,
    RESOLVED,
    AvailabilityState,
    Seen,
    Standing,
    Verdict,
    decide,
    start,
)
from recourse.world.checks.models import Availability, Control, Probe


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """Where a place stands, for a page."""

    place_id: UUID
    state: AvailabilityState
    since: datetime
    checked_at: datetime | None
    probes: int
    next_due_at: datetime | None
    last_live_at: datetime | None
    first_gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Checked:
    """One look, and where the place stood after it for somebody who knows only the looks listed with it."""

    at: datetime
    verdict: Verdict
    state: AvailabilityState
    changed: bool


def availability(place_ids: Iterable[UUID]) -> dict[UUID, AvailabilityView]:
    """Return where each place stands, for staff. Places that nobody looked at are left out."""
    wanted = list(place_ids)
    counts = dict(
        Probe.objects.filter(place_id__in=wanted)
        .values_list("place_id")
        .annotate(probes=Count("id"))
        .values_list("place_id", "probes")
    )
    rows = Availability.objects.filter(place_id__in=wanted)
    return {row.place_id: _view(row, standing_of(row), counts.get(row.place_id, 0)) for row in rows}


def all_resolved(place_ids: Iterable[UUID]) -> bool:
    """Tell whether each of these places that we look at is gone; False when we look at none of them."""
    states = Availability.objects.filter(place_id__in=list(place_ids)).values_list("state", flat=True)
    found = set(states.distinct())
    return bool(found) and found <= RESOLVED


def availability_since(since: Mapping[UUID, datetime]) -> dict[UUID, AvailabilityView]:
    """Return where each place stands for somebody who knows only the probes since a moment.

    This is what a survivor is shown. It is replayed from her own report on, so that neither a state, nor a
    time, nor a count tells her that somebody else reported the same place before.

    Args:
        since: place id -> when she reported it.
    """
    rows = {row.place_id: row for row in Availability.objects.filter(place_id__in=list(since))}
    standings = {place_id: start(since[place_id]) for place_id in rows}
    counts = dict.fromkeys(rows, 0)
    for probe in _probes_since({place_id: since[place_id] for place_id in rows}):
        place_id = probe.place_id
        standings[place_id] = decide(standings[place_id], seen_of(probe)).standing
        counts[place_id] += 1
    return {place_id: _view(row, standings[place_id], counts[place_id]) for place_id, row in rows.items()}


def history_since(place_id: UUID, since: datetime) -> list[Checked]:
    """Return every look at a place since a moment, oldest first, as `availability_since` understands them."""
    standing = start(since)
    history = []
    for probe in _probes_since({place_id: since}):
        decision = decide(standing, seen_of(probe))
        standing = decision.standing
        history.append(Checked(probe.at, Verdict(probe.verdict), standing.state, decision.changed))
    return history


def fresh_verdict(place_id: UUID, within: timedelta, now: datetime) -> Verdict | None:
    """Return what the last probe saw, if it was made within this time; None if we must look first."""
    probe = Probe.objects.filter(place_id=place_id).order_by("-at", "-turn").first()
    if probe is None or now - probe.at > within:
        return None
    return Verdict(probe.verdict)


def first_checked_at(place_id: UUID, since: datetime | None = None) -> datetime | None:
    """Return when the first probe of a place was made, at or after `since`."""
    probes = Probe.objects.filter(place_id=place_id)
    if since is not None:
        probes = probes.filter(at__gte=since)
    return probes.order_by("at").values_list("at", flat=True).first()


def next_turn(place_id: UUID, turn: int) -> Availability | None:
    """Return the row of a place if `turn` is its planned probe; None if that was overtaken."""
    return Availability.objects.filter(place_id=place_id, turn=turn).first()


def last_vantage(place_id: UUID) -> str | None:
    """Return where the last probe looked from."""
    return (
        Probe.objects.filter(place_id=place_id)
        .order_by("-at", "-turn")
        .values_list("vantage", flat=True)
        .first()
    )


def control_in_window(platform: str, vantage: str, now: datetime) -> bool:
    """Return whether a control was seen live from this vantage point just now, so that it serves again."""
    control = Control.objects.filter(platform=platform, vantage=vantage, ok=True).first()
    return control is not None and timedelta(0) <= now - control.at <= CONTROL_WINDOW


def seen_since(place_id: UUID, since: datetime) -> list[Seen]:
    """Return the probes of a place since a moment, oldest first, as the decision takes them."""
    return [seen_of(probe) for probe in _probes_since({place_id: since})]


def seen_of(probe: Probe) -> Seen:
    """Return a row as the decision takes it."""
    return Seen(probe.at, Verdict(probe.verdict), probe.vantage, probe.control_ok, probe.vantages)


def standing_of(row: Availability) -> Standing:
    """Return a row as the decision takes it."""
    return Standing(
        state=AvailabilityState(row.state),
        since=row.since,
        first_gone_at=row.first_gone_at,
        first_gone_vantage=row.first_gone_vantage,
        last_live_at=row.last_live_at,
        removed_before=row.removed_before,
        failures=row.failures,
        checked_at=row.checked_at,
    )


def _probes_since(since: Mapping[UUID, datetime]) -> list[Probe]:
    """Return the probes of these places, each from its own moment on, oldest first."""
    if not since:
        return []
    probes = Probe.objects.filter(place_id__in=list(since), at__gte=min(since.values())).order_by(
        "at", "turn"
    )
    return [probe for probe in probes if probe.at >= since[probe.place_id]]


def _view(row: Availability, standing: Standing, probes: int) -> AvailabilityView:
    return AvailabilityView(
        place_id=row.place_id,
        state=standing.state,
        since=standing.since,
        checked_at=standing.checked_at,
        probes=probes,
        next_due_at=row.next_due_at,
        last_live_at=standing.last_live_at,
        first_gone_at=standing.first_gone_at,
    )
