"""Beginning to look at a place, looking now, watching closely after a notice, recording a turn of looks.

Each planned turn is a job that carries its number. Planning the next raises it, so that a job that was
overtaken does nothing and a repeated one records nothing twice. No network here: `visit` goes and looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.jobs.domain import Argument, Priority
from recourse.base.ledger import services as ledger
from recourse.base.ledger.domain import EntryKind
from recourse.world.checks.domain import (
    RESOLVED,
    AvailabilityChanged,
    AvailabilityState,
    Decision,
    LookFrom,
    ProbeRecorded,
    Seen,
    decide,
)
from recourse.world.checks.models import Availability, Probe, Unread, Watch
from recourse.world.checks.selectors import standing_of
from recourse.world.checks.services.alarms import follow_looks
from recourse.world.checks.services.watching import count_turn, look_more_often, make_due, start_watching
from recourse.world.locations.selectors import can_be_visited, platform_of

PROBE = "checks.probe"
_GO = "go"  # the host's turn was waited for
# Changes that the ledger keeps. A suspicion or a failed look is an internal event, not a fact about a place.
LEDGERED = RESOLVED | {
    AvailabilityState.REAPPEARED,
    AvailabilityState.NOT_PUBLIC,
    AvailabilityState.DEINDEXED,
    AvailabilityState.GEO_BLOCKED,
    AvailabilityState.ISP_BLOCKED,
    AvailabilityState.RESTRICTED,
}
_log = structlog.get_logger(__name__)


@transaction.atomic
def begin(*, place_id: UUID, now: datetime, watcher: UUID | None = None) -> None:
    """Start looking at a place for a watcher: a look now, and from then on as her own timetable says.

    A place that cannot be visited stays `not_checked`. Without a watcher the place watches for itself.
    """
    _known(place_id, now)
    start_watching(place_id, watcher or place_id, now)
    if can_be_visited(place_id):
        _plan(place_id, due_at=now, priority=Priority.NORMAL)


@transaction.atomic
def probe_now(*, place_id: UUID, now: datetime, watchers: Iterable[UUID] = ()) -> bool:
    """Look at a place as soon as a worker can, because somebody says it changed. Returns False if we cannot.

    The look counts for these watchers. One that is due already is not asked for again: asking would overtake what
    may be under way.
    """
    if not can_be_visited(place_id):
        return False
    _known(place_id, now)
    make_due(place_id, watchers, now)
    planned = Availability.objects.values_list("next_due_at", flat=True).get(place_id=place_id)
    if planned is None or planned > now:
        _plan(place_id, due_at=now, priority=Priority.URGENT)
    return True


@transaction.atomic
def watch_closely(*, place_id: UUID, reason: str, now: datetime, watchers: Iterable[UUID] = ()) -> None:
    """Look 1 h, 24 h, 7 d and 30 d from now, then monthly: a notice about the place was handed over.

    Without watchers the place watches for itself.

    Raises:
        NotFoundError: nobody began looking at this place.
    """
    planned = Availability.objects.filter(place_id=place_id).values_list("next_due_at", flat=True)
    if not planned:
        raise NotFoundError(f"place {place_id}")
    due = look_more_often(place_id, list(watchers) or [place_id], now)
    _log.info("place_watched", place_id=str(place_id), reason=reason)
    if due is not None and can_be_visited(place_id) and (planned[0] is None or due < planned[0]):
        _plan(place_id, due_at=due, priority=Priority.NORMAL)


def _known(place_id: UUID, now: datetime) -> None:
    Availability.objects.get_or_create(
        place_id=place_id, defaults={"state": AvailabilityState.NOT_CHECKED.value, "since": now}
    )


@transaction.atomic
def record(
    *, place_id: UUID, turn: int, looks: Sequence[LookFrom], vantages: int, now: datetime
) -> Decision | None:
    """Write down what a turn of looks saw, decide, and plan the next. None if it was overtaken or recorded.

    Args:
        place_id: where we looked.
        turn: the number that the planned job carried.
        looks: one from each vantage point.
        vantages: how many vantage points there are.
        now: when.
    """
    availability = Availability.objects.select_for_update().filter(place_id=place_id, turn=turn).first()
    if availability is None:
        return None
    seen = [Seen(now, one.look.verdict, one.vantage, one.control_ok, vantages) for one in looks]
    before = standing_of(availability)
    decision = decide(before, seen)
    _write(place_id, turn, looks, seen, decision)
    _store(availability, decision)
    due = count_turn(place_id, turn, now)
    _plan(place_id, due_at=due or now + decision.next_in, priority=Priority.NORMAL)
    follow_looks(place_id, looks, now)
    _tell(place_id, before.state, decision, now)
    return decision


@transaction.atomic
def wait_for_host(*, place_id: UUID, turn: int, until: datetime, urgent: bool) -> None:
    """Make this turn's looks when the host may be asked again."""
    if Availability.objects.filter(place_id=place_id, turn=turn).exists():
        jobs.enqueue(
            kind=PROBE,
            args={"place": str(place_id), "turn": turn, _GO: 1},
            due_at=until,
            priority=Priority.URGENT if urgent else Priority.NORMAL,
            key=f"{_job_key(place_id, turn)}:{_GO}",
        )


@transaction.atomic
def give_up_turn(*, place_id: UUID, turn: int, due_at: datetime) -> None:
    """Plan the next probe although this one could not be made at all; the failed job stays visible."""
    if Availability.objects.filter(place_id=place_id, turn=turn).exists():
        _plan(place_id, due_at=due_at, priority=Priority.LATER)


@transaction.atomic
def forget_place(*, place_id: UUID) -> None:
    """Let go of what identifies an erased place: digests of its pages, and every planned probe."""
    Probe.objects.filter(place_id=place_id).update(body_digest="")
    Unread.objects.filter(place_id=place_id).delete()
    Watch.objects.filter(place_id=place_id).delete()
    turn = Availability.objects.filter(place_id=place_id).values_list("turn", flat=True).first()
    if turn is not None:
        _cancel(place_id, turn)
        Availability.objects.filter(place_id=place_id).update(turn=F("turn") + 1, next_due_at=None)


def _plan(place_id: UUID, *, due_at: datetime, priority: Priority) -> None:
    """Plan the next probe and overtake the one planned before."""
    Availability.objects.filter(place_id=place_id).update(turn=F("turn") + 1, next_due_at=due_at)
    turn = Availability.objects.values_list("turn", flat=True).get(place_id=place_id)
    _cancel(place_id, turn - 1)
    args: dict[str, Argument] = {"place": str(place_id), "turn": turn}
    if priority is Priority.URGENT:
        args["urgent"] = 1
    jobs.enqueue(kind=PROBE, args=args, due_at=due_at, priority=priority, key=_job_key(place_id, turn))


def _cancel(place_id: UUID, turn: int) -> None:
    jobs.cancel(key=_job_key(place_id, turn))
    jobs.cancel(key=f"{_job_key(place_id, turn)}:{_GO}")


def _job_key(place_id: UUID, turn: int) -> str:
    return f"{PROBE}:{place_id}:{turn}"


def _write(
    place_id: UUID, turn: int, looks: Sequence[LookFrom], seen: Sequence[Seen], decision: Decision
) -> None:
    """Write one row for each look of the turn."""
    Probe.objects.bulk_create(
        Probe(
            place_id=place_id,
            turn=turn,
            at=as_taken.at,
            vantage=one.vantage,
            vantages=as_taken.vantages,
            verdict=as_taken.trusted().value,
            status=one.look.status,
            marker=one.look.marker,
            control_ok=one.control_ok,
            body_digest=one.look.body_digest,
            state_after=decision.standing.state.value,
        )
        for one, as_taken in zip(looks, seen, strict=True)
    )


def _store(availability: Availability, decision: Decision) -> None:
    """Write the decided standing into its row."""
    standing = decision.standing
    kept = (
        "since",
        "first_gone_at",
        "first_unseen_at",
        "first_hidden_at",
        "last_live_at",
        "removed_before",
        "failures",
        "checked_at",
    )
    for name in kept:
        setattr(availability, name, getattr(standing, name))
    availability.state = standing.state.value
    availability.hidden_from, availability.up_from = list(standing.hidden_from), list(standing.up_from)
    availability.save(update_fields=["state", "hidden_from", "up_from", *kept])


def _tell(place_id: UUID, before: AvailabilityState, decision: Decision, now: datetime) -> None:
    """Tell whoever listens, and the ledger where the change is a fact for it."""
    after, sight = decision.standing.state, decision.sight
    jobs.emit(event=ProbeRecorded(place_id, sight.verdict.value, sight.at), now=now)
    if not decision.changed:
        return
    jobs.emit(event=AvailabilityChanged(place_id, before.value, after.value, sight.at), now=now)
    _log.info("availability_changed", place_id=str(place_id), before=before.value, after=after.value)
    if after in LEDGERED:
        facts = {
            "platform": platform_of(place_id),
            "state": after.value,
            "hour": sight.at.strftime("%Y-%m-%dT%HZ"),
        }
        ledger.record(kind=EntryKind.AVAILABILITY, facts=facts, now=now, about=place_id)
