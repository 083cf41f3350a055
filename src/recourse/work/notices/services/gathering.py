"""One letter to a host about several places, of several cases where nobody's facts are in it.

Only hosts of the open web, and only letters that would say the same but for the addresses: the same kind, the same
grounds, nothing written by hand, everybody behind them agreed. What becomes ready joins what is, until a person
approves it.
Each line keeps who backs it, so erasing and withdrawing hold for each alone. Refuses: to gather for a platform.
"""

from __future__ import annotations

from datetime import datetime

from recourse.work.cases import selectors as cases
from recourse.work.notices.domain import NoticeState, Reason
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.notices.services.moving import cancel_notice, locked, log
from recourse.world.recipients.domain import is_host

MOST_LINES = 50


def gather(notice: Notice, *, now: datetime) -> Notice | None:
    """Put the places of a locked, ready notice into another letter to the same host; return that one, if any.

    The caller writes it anew; whoever read it before has to read it again.
    """
    if notice.state != NoticeState.READY or not is_host(notice.recipient_id) or not _plain(notice):
        return None
    grounds = _grounds(notice)
    others = Notice.objects.filter(
        recipient_id=notice.recipient_id,
        channel_id=notice.channel_id,
        kind=notice.kind,
        state=NoticeState.READY,
    ).exclude(pk=notice.pk)
    for other_id in others.order_by("created_at", "id").values_list("id", flat=True)[:MOST_LINES]:
        other = locked(other_id)
        if _fits(other, notice, grounds):
            _put_together(notice, other, now)
            return other
    return None


def _fits(other: Notice, notice: Notice, grounds: frozenset[str]) -> bool:
    lines = list(other.lines.filter(open=True).values_list("place_id", flat=True))
    mine = set(notice.lines.filter(open=True).values_list("place_id", flat=True))
    return (
        other.state == NoticeState.READY
        and _plain(other)
        and _grounds(other) == grounds
        and not mine & set(lines)
        and len(mine) + len(lines) <= MOST_LINES
        and not NoticeLine.objects.filter(notice__in=[other, notice], behind__isnull=False).exists()
    )


def _plain(notice: Notice) -> bool:
    """Tell whether a letter says nothing but what every letter says."""
    return not any([notice.addition, notice.reasons, notice.new_facts, notice.earlier_id])


def _grounds(notice: Notice) -> frozenset[str]:
    return frozenset(ground.value for ground in cases.assessment_facts(notice.assessment_id).grounds)


def _put_together(notice: Notice, other: Notice, now: datetime) -> None:
    position = other.lines.count()
    moved = list(notice.lines.filter(open=True).order_by("position"))
    for line in moved:
        line.notice, line.position = other, position
        line.save(update_fields=["notice", "position"])
        position += 1
    log.info("notices_gathered", notice_id=str(other.id), lines=len(moved))
    cancel_notice(notice, Reason.GATHERED, now=now)
