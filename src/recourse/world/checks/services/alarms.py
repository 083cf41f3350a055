"""Calling a person when a platform's pages read no longer, and taking the call back when they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.jobs import services as jobs
from recourse.world.checks.domain import AlarmEnded, AlarmRaised, AlarmReason, Look, LookFrom, Verdict
from recourse.world.checks.domain.alarms import (
    WINDOW,
    control_unreadable,
    layout_changed,
    was_read,
    was_strange,
)
from recourse.world.checks.models import Alarm, Control, Unread
from recourse.world.locations.models import Place
from recourse.world.rules.load import rules

_log = structlog.get_logger(__name__)


def follow_looks(place_id: UUID, looks: Sequence[LookFrom], now: datetime) -> None:
    """Raise or end the alarm about pages of this kind, by what a turn of looks could read."""
    place = Place.objects.only("platform", "kind").get(id=place_id)
    if _every_host_its_own(place.platform):
        return  # three strange pages of three strangers have no layout in common
    same_kind = Unread.objects.filter(platform=place.platform, kind=place.kind)
    if was_read(looks):
        same_kind.delete()
        _end(place.platform, place.kind, AlarmReason.LAYOUT_CHANGED, now)
    elif was_strange(looks):
        facts = {"platform": place.platform, "kind": place.kind, "at": now}
        Unread.objects.update_or_create(place_id=place_id, defaults=facts)
        if layout_changed(same_kind.filter(at__gte=now - WINDOW).values_list("place_id", flat=True)):
            _raise(place.platform, place.kind, AlarmReason.LAYOUT_CHANGED, now)


@transaction.atomic
def record_control(*, platform: str, vantage: str, look: Look, now: datetime) -> bool:
    """Remember the last look at a platform's control from a vantage point; tells whether it was seen live."""
    ok = look.verdict is Verdict.LIVE
    control, _new = Control.objects.get_or_create(
        platform=platform, vantage=vantage, defaults={"at": now, "ok": ok, "marker": look.marker}
    )
    control.at, control.ok, control.marker = now, ok, look.marker
    control.failing_since = None if ok else control.failing_since or now
    control.save()
    if control.failing_since is None:
        if not Control.objects.filter(platform=platform, ok=False).exists():
            _end(platform, "", AlarmReason.CONTROL_UNREADABLE, now)
    elif control_unreadable(look.verdict, failing_since=control.failing_since, now=now):
        _raise(platform, "", AlarmReason.CONTROL_UNREADABLE, now)
    return ok


def _every_host_its_own(platform: str) -> bool:
    rule = rules().platforms.get(platform)
    return rule is not None and rule.control_front_page


def _raise(platform: str, kind: str, reason: AlarmReason, now: datetime) -> None:
    """Open an alarm unless it is open."""
    about = {"platform": platform, "kind": kind, "reason": reason.value}
    if Alarm.objects.filter(**about, ended_at=None).exists():
        return
    made = Alarm(**about, since=now)
    Alarm.objects.bulk_create([made], ignore_conflicts=True)  # two workers may come to it at once
    if Alarm.objects.filter(id=made.id).exists():
        jobs.emit(event=AlarmRaised(at=now, **about), now=now)
        _log.warning("alarm_raised", **about)


def _end(platform: str, kind: str, reason: AlarmReason, now: datetime) -> None:
    """End an open alarm, if there is one."""
    about = {"platform": platform, "kind": kind, "reason": reason.value}
    if Alarm.objects.filter(**about, ended_at=None).update(ended_at=now):
        jobs.emit(event=AlarmEnded(at=now, **about), now=now)
        _log.info("alarm_ended", **about)
