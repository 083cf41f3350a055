"""Reads of what we saw. Nothing here opens an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import Count

from recourse.world.checks.domain import (
    CONTROL_WINDOW,
    RESOLVED,
    AlarmReason,
    AvailabilityState,
    Seen,
    Standing,
    Verdict,
    decide,
    replay,
    sight_of,
    start,
)
from recourse.world.checks.models import Alarm, Availability, Control, Probe, Watch, WatchedTurn
from recourse.world.rules.load import rules


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """Where a place stands, for a page. `probes` counts turns of looks.

    `hidden_from` and `up_from` name vantage points, and are there while it is hidden from one and up at another.
    """

    place_id: UUID
    state: AvailabilityState
    since: datetime
    checked_at: datetime | None
    probes: int
    next_due_at: datetime | None
    last_live_at: datetime | None
    first_gone_at: datetime | None
    first_unseen_at: datetime | None
    hidden_from: tuple[str, ...] = ()
    up_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """One turn of looks, and where the place stood after it for somebody who knows only the turns listed with it.

    `hidden_from` names the vantage points that did not see the place while another did.
    """

    at: datetime
    verdict: Verdict
    state: AvailabilityState
    changed: bool
    hidden_from: tuple[str, ...] = ()
    up_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmView:
    """Something about a platform that a person must look at; `kind` is empty where it is about all its places."""

    platform: str
    kind: str
    since: datetime
    reason: AlarmReason


def availability(place_ids: Iterable[UUID]) -> dict[UUID, AvailabilityView]:
    """Return where each place stands, for staff. Places that nobody looked at are left out."""
    wanted = list(place_ids)
    counts = dict(
        Probe.objects.filter(place_id__in=wanted)
        .values_list("place_id")
        .annotate(probes=Count("turn", distinct=True))
        .values_list("place_id", "probes")
    )
    rows = Availability.objects.filter(place_id__in=wanted)
    return {
        row.place_id: _view(
            row.place_id,
            standing_of(row),
            probes=counts.get(row.place_id, 0),
            next_due_at=row.next_due_at,
        )
        for row in rows
    }


def all_resolved(place_ids: Iterable[UUID]) -> bool:
    """Tell whether each of these places that we look at is gone; False when we look at none of them."""
    states = Availability.objects.filter(place_id__in=list(place_ids)).values_list("state", flat=True)
    found = set(states.distinct())
    return bool(found) and found <= RESOLVED


def seen_by(watchers: Iterable[UUID]) -> dict[UUID, AvailabilityView]:
    """Return where each watcher's place stands for her, who knows only her own looks; by watcher.

    This is what a survivor is shown. Her looks are those of her own timetable, and nothing else goes into this: no
    state, time, count or effort tells her that somebody else reported the same place.
    """
    watches = {watch.watcher: watch for watch in Watch.objects.filter(watcher__in=list(watchers))}
    turns = turns_of(watches)
    return {
        watcher: _view(
            watch.place_id,
            replay(watch.since, turns[watcher]),
            probes=len(turns[watcher]),
            next_due_at=watch.due_at,
        )
        for watcher, watch in watches.items()
    }


def turns_of(watchers: Iterable[UUID]) -> dict[UUID, list[Sequence[Seen]]]:
    """Return the turns that count for each watcher, oldest first, as the decision takes them."""
    wanted = list(watchers)
    turns: dict[UUID, list[Sequence[Seen]]] = {watcher: [] for watcher in wanted}
    counted = WatchedTurn.objects.filter(watch__watcher__in=wanted).values_list(
        "watch__watcher", "watch__place_id", "turn"
    )
    whose: dict[tuple[UUID, int], list[UUID]] = {}
    for watcher, place_id, turn in counted:
        whose.setdefault((place_id, turn), []).append(watcher)
    probes = Probe.objects.filter(
        place_id__in={place_id for place_id, _turn in whose}, turn__in={turn for _place, turn in whose}
    ).order_by("at", "place_id", "turn", "vantage")
    for key, looks in groupby(probes, key=lambda probe: (probe.place_id, probe.turn)):
        seen = [seen_of(probe) for probe in looks]
        for watcher in whose.get(key, ()):
            turns[watcher].append(seen)
    return turns


def history_since(place_id: UUID, since: datetime) -> list[Checked]:
    """Return every turn of looks since a moment, oldest first, as somebody understands them who knows only these."""
    standing = start(since)
    history = []
    for turn in turns_since(place_id, since):
        decision = decide(standing, turn)
        standing, sight = decision.standing, decision.sight
        history.append(
            Checked(
                sight.at,
                sight.verdict,
                standing.state,
                decision.changed,
                sight.hidden_from if sight.up_from else (),
                sight.up_from,
            )
        )
    return history


def fresh_verdict(
    place_id: UUID, within: timedelta, now: datetime, *, watchers: Iterable[UUID] = ()
) -> Verdict | None:
    """Return what the last turn of looks saw, if it was made within this time; None if we must look first.

    With watchers, also None while one of them has no look of her own within this time: whoever comes second to a
    place is looked for as if she were the first. Gone means gone from every vantage point: what is only hidden from
    one is still there to be asked about.
    """
    last = Probe.objects.filter(place_id=place_id).order_by("-at", "-turn").first()
    if last is None or now - last.at > within:
        return None
    known = Watch.objects.filter(place_id=place_id, watcher__in=list(watchers)).values_list(
        "watcher", flat=True
    )
    if any(not turns or now - turns[-1][0].at > within for turns in turns_of(known).values()):
        return None
    turn = Probe.objects.filter(place_id=place_id, turn=last.turn)
    return sight_of([seen_of(probe) for probe in turn]).verdict


def first_checked_at(place_id: UUID, since: datetime | None = None) -> datetime | None:
    """Return when the first probe of a place was made, at or after `since`."""
    probes = Probe.objects.filter(place_id=place_id)
    if since is not None:
        probes = probes.filter(at__gte=since)
    return probes.order_by("at").values_list("at", flat=True).first()


def alarms(now: datetime) -> list[AlarmView]:
    """Return what a person must look at: open alarms, oldest first, then rules that nobody reviewed in time."""
    rows = Alarm.objects.filter(ended_at=None).order_by("since")
    opened = [AlarmView(row.platform, row.kind, row.since, AlarmReason(row.reason)) for row in rows]
    return opened + [
        AlarmView(platform.id, location.kind, _midnight(due), AlarmReason.RULE_PAST_REVIEW)
        for platform in rules().platforms.values()
        for location in platform.location
        if location.probe
        and (due := min(rule.review_by for rule in (location, *location.probe))) < now.date()
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def next_turn(place_id: UUID, turn: int) -> Availability | None:
    """Return the row of a place if `turn` is its planned probe; None if that was overtaken."""
    return Availability.objects.filter(place_id=place_id, turn=turn).first()


def control_in_window(platform: str, vantage: str, now: datetime) -> bool:
    """Return whether a control was seen live from this vantage point just now, so that it serves again."""
    control = Control.objects.filter(platform=platform, vantage=vantage, ok=True).first()
    return control is not None and timedelta(0) <= now - control.at <= CONTROL_WINDOW


def turns_since(place_id: UUID, since: datetime) -> list[Sequence[Seen]]:
    """Return the turns of a place since a moment, oldest first, as the decision takes them."""
    probes = Probe.objects.filter(place_id=place_id, at__gte=since).order_by("at", "turn", "vantage")
    return [[seen_of(one) for one in looks] for _turn, looks in groupby(probes, key=lambda one: one.turn)]


def seen_of(probe: Probe) -> Seen:
    """Return a row as the decision takes it."""
    return Seen(probe.at, Verdict(probe.verdict), probe.vantage, probe.control_ok, probe.vantages)


def standing_of(row: Availability) -> Standing:
    """Return a row as the decision takes it."""
    return Standing(
        state=AvailabilityState(row.state),
        since=row.since,
        first_gone_at=row.first_gone_at,
        first_unseen_at=row.first_unseen_at,
        first_hidden_at=row.first_hidden_at,
        hidden_from=tuple(row.hidden_from),
        up_from=tuple(row.up_from),
        last_live_at=row.last_live_at,
        removed_before=row.removed_before,
        failures=row.failures,
        checked_at=row.checked_at,
    )


def _view(
    place_id: UUID, standing: Standing, *, probes: int, next_due_at: datetime | None
) -> AvailabilityView:
    hidden = standing.state is AvailabilityState.GEO_BLOCKED
    return AvailabilityView(
        place_id=place_id,
        state=standing.state,
        since=standing.since,
        checked_at=standing.checked_at,
        probes=probes,
        next_due_at=next_due_at,
        last_live_at=standing.last_live_at,
        first_gone_at=standing.first_gone_at,
        first_unseen_at=standing.first_unseen_at,
        hidden_from=standing.hidden_from if hidden else (),
        up_from=standing.up_from if hidden else (),
    )
