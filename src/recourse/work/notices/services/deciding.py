"""What a decision on a case's places calls for: notices drafted, evidence captured, or everything taken off.

Refuses: to draft from a decision that a later one replaced.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import AssessmentFacts, LiveItem
from recourse.work.notices.domain import BEFORE_LEAVING, NoticeState, Reason
from recourse.work.notices.models import Notice
from recourse.work.notices.selectors.letters import live_lines
from recourse.work.notices.services.drafting import draft
from recourse.work.notices.services.moving import locked
from recourse.work.notices.services.taking_off import take_off
from recourse.work.notices.services.writing import UNAPPROVED, recheck
from recourse.world.evidence import services as evidence
from recourse.world.locations import selectors as locations


def draft_for_assessment(assessment_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Draft what an assessment calls for, and have what is there captured. Doing it twice changes nothing.

    An assessment that finds an item out of scope takes it off everything that has not left.

    Returns:
        The ids of the notices drafted by this call.
    """
    facts = cases.assessment_facts(assessment_id)
    # A job may come late: what a later decision replaced calls for nothing.
    standing = {item.item_id: item.place_id for item in facts.items if item.place_id and item.current}
    with transaction.atomic():
        if not facts.in_scope:
            take_off(standing, Reason.BY_OFFICER, now=now)
            return ()
        items = [LiveItem(item, facts.case.case_id, place, facts.id) for item, place in standing.items()]
        _let_go_of_other_grounds(facts, items, now)
        drafted = draft(items, now=now)
        for item in items:
            _have_captured(item.place_id, now, minimal=facts.case.minor_path)
    return drafted


def _let_go_of_other_grounds(facts: AssessmentFacts, items: list[LiveItem], now: datetime) -> None:
    """Bring what has not left and rests on other grounds than this decision's into line with it.

    A draft about nothing else is written anew; from any other notice the places are taken off, to be drafted again.
    """
    item_ids, place_ids = [item.item_id for item in items], {item.place_id for item in items}
    resting = Notice.objects.filter(
        case_id=facts.case.case_id,
        state__in=[*BEFORE_LEAVING],
        lines__open=True,
        lines__backings__item_id__in=item_ids,
    ).exclude(assessment_id=facts.id)
    for notice_id in sorted(set(resting.values_list("id", flat=True))):
        notice = locked(notice_id)
        if set(cases.assessment_facts(notice.assessment_id).grounds) == set(facts.grounds):
            continue
        covered = {line.place_id for line in live_lines(notice)} <= place_ids
        if covered and NoticeState(notice.state) in UNAPPROVED:
            notice.assessment_id, notice.remark = facts.id, b""
            recheck(notice, now=now)
        elif NoticeState(notice.state) in BEFORE_LEAVING:
            take_off(item_ids, Reason.BY_OFFICER, now=now)


def _have_captured(place_id: UUID, now: datetime, *, minimal: bool) -> None:
    """Have the place captured; on the minor path without the words of its page (invariant 12)."""
    if locations.can_be_visited(place_id):
        evidence.request_capture(place_id=place_id, now=now, minimal=minimal)
