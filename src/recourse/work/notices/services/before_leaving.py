"""What is checked before anything leaves: captured, still there, and for each line somebody may still act.

Refuses: to touch the network. Looks and captures are asked of other jobs, and whoever waits comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from recourse.base.jobs import services as jobs
from recourse.work.notices.domain import ENDS_WITH_REMOVAL, NoticeState, Reason
from recourse.work.notices.models import Backing, Notice, NoticeLine
from recourse.work.notices.selectors.history import refused_before
from recourse.work.notices.selectors.letters import why_idle
from recourse.work.notices.services.moving import cancel_notice, close_lines, log, move
from recourse.world.checks import selectors as checks
from recourse.world.checks import services as check_services
from recourse.world.checks.domain import Verdict
from recourse.world.evidence import selectors as evidence
from recourse.world.locations import selectors as locations

# Somebody may act again later: held, not cancelled, while nothing else is left in a notice.
WAITS = (Reason.CASE_WAITS, Reason.TALK_FIRST)
ASK = "notices.ask_for"
COME_BACK = timedelta(seconds=20)
FRESH = timedelta(minutes=10)  # how old "still there" may be when a notice leaves
_GONE = frozenset({Verdict.GONE, Verdict.CHANNEL_GONE})


def only_acting(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> list[NoticeLine]:
    """Leave out every line for which nobody acts now; hold the notice when none is left and one of them waits.

    What was left out because its case waits is drafted again when that case acts. It is looked at once more
    after this transaction too: the case may have moved back before anybody could see that a line was left out.
    """
    why = why_idle(lines)
    held = [reason for reason in WAITS if reason in why.values()]
    if held and len(why) == len(lines):
        move(notice, NoticeState.HELD, now=now, reason=held[0])
        return []
    for case_id in set(Backing.objects.filter(line__in=list(why)).values_list("case_id", flat=True)):
        jobs.enqueue(kind=ASK, args={"case": str(case_id)}, due_at=now + COME_BACK, key=f"{ASK}:{case_id}")
    kept = list(lines)
    for reason in sorted(set(why.values())):
        kept = leave_out(notice, kept, {one for one in why if why[one] is reason}, reason, now)
    return kept


def captures(lines: Sequence[NoticeLine]) -> list[bool | None]:
    """Return for each place that can be visited whether it was captured; None while nobody knows yet."""
    place_ids = [line.place_id for line in lines if line.place_id and locations.can_be_visited(line.place_id)]
    ended = evidence.latest_captures(place_ids)
    return [ended[place_id].failed_code is None if place_id in ended else None for place_id in place_ids]


def ask_for_probes(lines: Sequence[NoticeLine], now: datetime) -> bool:
    """Have each place looked at that was not lately, for those who stand behind the line; tell if there was any."""
    asked = False
    for line in lines:
        if not line.place_id or not locations.can_be_visited(line.place_id):
            continue
        watchers = watchers_of(line)
        if checks.fresh_verdict(line.place_id, FRESH, now, watchers=watchers) is None:
            asked |= check_services.probe_now(place_id=line.place_id, now=now, watchers=watchers)
    return asked


def watchers_of(line: NoticeLine) -> list[UUID]:
    """Return the items that stand behind a line: a look at its place counts for them, and for nobody else."""
    return list(line.backings.values_list("item_id", flat=True))


def gone(notice: Notice, lines: Sequence[NoticeLine], now: datetime) -> set[UUID]:
    """Return the ids of the lines with nothing left to ask for: our look just now found the content gone.

    Records outlive what they tell of, so a request to preserve or to inform goes on.
    """
    if notice.kind not in ENDS_WITH_REMOVAL:
        return set()
    return {
        line.id
        for line in lines
        if line.place_id and checks.fresh_verdict(line.place_id, FRESH, now) in _GONE
    }


def refused(notice: Notice, lines: Sequence[NoticeLine]) -> set[UUID]:
    """Return the ids of the lines that would ask again what was refused with reasons since they were drafted."""
    if notice.new_facts:
        return set()
    asked = [(line.id, line.place_id) for line in lines if line.place_id]
    return {
        line_id for line_id, place_id in asked if refused_before(place_id, notice.recipient_id, notice.kind)
    }


def leave_out(
    notice: Notice,
    lines: Sequence[NoticeLine],
    line_ids: set[UUID] | frozenset[UUID],
    reason: Reason,
    now: datetime,
) -> list[NoticeLine]:
    """Drop lines from a locked notice; cancel it when none would be left. Asking for less needs no new approval."""
    kept = [line for line in lines if line.id not in line_ids]
    if not kept:
        cancel_notice(notice, reason, now=now)
    elif line_ids:
        close_lines(notice, line_ids, why=reason, now=now)
        log.info("notice_lines_left_out", notice_id=str(notice.id), lines=len(line_ids), reason=reason)
    return kept
