"""The table "before sending": each check as it stands now. The machine makes them again when the notice leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.db.models.functions import Coalesce

from recourse.work.cases.domain import OpenCase
from recourse.work.notices.domain import Check, CheckState, CheckView, LetterFacts, NoticeState
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.notices.selectors.letters import CHANNEL_PROVEN_FOR
from recourse.world.checks import selectors as checks
from recourse.world.checks.domain import RESOLVED, AvailabilityState
from recourse.world.evidence import selectors as evidence
from recourse.world.locations import selectors as locations
from recourse.world.recipients import selectors as recipients
from recourse.world.recipients.selectors import Recipient

_THERE = frozenset({AvailabilityState.AVAILABLE, AvailabilityState.REAPPEARED})


def before_sending(
    notice: Notice,
    lines: Sequence[NoticeLine],
    facts: LetterFacts,
    contact: Recipient,
    case: OpenCase,
    *,
    now: datetime,
) -> tuple[CheckView, ...]:
    """Return every check, in the order in which they matter."""
    views = [
        _still_there(lines),
        CheckView(Check.MANDATE, _yes(met=facts.mandate_since is not None), case.mandate_since),
        _captured(lines),
        _not_sent_before(notice, lines),
        CheckView(Check.SAFE_TO_PUBLISH, CheckState.YES),  # by construction: the letter knows nothing else
        CheckView(
            Check.CONTACT_UNCHANGED,
            _yes(met=recipients.contact_unchanged(notice.recipient_id, notice.address_digest)),
        ),
        _channel_proven(notice, contact, now),
        CheckView(Check.CONTACT_REVIEWED, CheckState.OLD if contact.past_review else CheckState.YES),
    ]
    if case.minor_path:
        views.append(CheckView(Check.MINOR_PATH, CheckState.WAITING))
    return tuple(views)


def _yes(*, met: bool) -> CheckState:
    return CheckState.YES if met else CheckState.NO


def _still_there(lines: Sequence[NoticeLine]) -> CheckView:
    place_ids = [line.place_id for line in lines if line.place_id]
    seen = checks.availability(place_ids)
    looks = [seen[place_id].checked_at for place_id in place_ids if place_id in seen]
    at = min((look for look in looks if look), default=None)
    states = {
        seen[place_id].state if place_id in seen else AvailabilityState.NOT_CHECKED for place_id in place_ids
    }
    if states and states <= _THERE:
        return CheckView(Check.STILL_THERE, CheckState.YES, at)
    gone = bool(states) and states <= RESOLVED | {AvailabilityState.SUSPECTED_GONE}
    return CheckView(Check.STILL_THERE, CheckState.NO if gone else CheckState.WAITING, at)


def _captured(lines: Sequence[NoticeLine]) -> CheckView:
    times = []
    for line in lines:
        if line.place_id and locations.can_be_visited(line.place_id):
            capture = evidence.latest_capture(line.place_id)
            if capture is None:
                return CheckView(Check.CAPTURED, CheckState.WAITING)
            if capture.failed_code is not None:
                return CheckView(Check.CAPTURED, CheckState.NO, capture.at)
            times.append(capture.at)
    return CheckView(Check.CAPTURED, CheckState.YES, min(times, default=None))


def _not_sent_before(notice: Notice, lines: Sequence[NoticeLine]) -> CheckView:
    places = [line.place_id for line in lines if line.place_id]
    before = NoticeLine.objects.filter(
        place_id__in=places,
        recipient_id=notice.recipient_id,
        kind=notice.kind,
        dropped="",
    ).exclude(notice=notice)
    left = Coalesce("notice__handed_over_at", "notice__unsure_since")  # what may have arrived counts too
    last = before.annotate(left_at=left).aggregate(at=Max("left_at"))["at"]
    return CheckView(Check.NOT_SENT_BEFORE, _yes(met=last is None), last)


def _channel_proven(notice: Notice, contact: Recipient, now: datetime) -> CheckView:
    """Tell when the channel last proved that it is read: by a receipt of any notice, or by a person's word."""
    receipt = (
        Notice.objects.filter(channel_id=notice.channel_id, receipt_proven_at__isnull=False)
        .exclude(state=NoticeState.CANCELLED)
        .order_by("-receipt_proven_at")
        .values_list("receipt_proven_at", flat=True)
        .first()
    )
    at = max((proof for proof in (receipt, contact.proven_at) if proof), default=None)
    if at is None:
        return CheckView(Check.CHANNEL_PROVEN, CheckState.WAITING)
    return CheckView(
        Check.CHANNEL_PROVEN, CheckState.YES if now - at <= CHANNEL_PROVEN_FOR else CheckState.OLD, at
    )
