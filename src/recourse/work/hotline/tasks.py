"""Jobs of the hotline. Thin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import JobContext, OutboxDelivered, OutboxGaveUp
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import (
    CaseActsAgain,
    CaseErased,
    CaseFrozen,
    ChoiceAsked,
    EndingAsked,
    ErasureNear,
    MandateWithdrawn,
)
from recourse.work.hotline import services
from recourse.work.hotline.domain import Tell
from recourse.work.hotline.ports import TRANSPORT
from recourse.world.checks.domain import ProbeRecorded, Verdict
from recourse.world.matching.domain import FingerprintsDisputed, MatchesGone, MatchFound

UP = frozenset({Verdict.LIVE.value, Verdict.RESTRICTED.value})


def read_report(context: JobContext, args: Mapping[str, Any]) -> None:
    """Go through one report."""
    services.read_report(report_id=UUID(args["report_id"]), now=context.now)


def drop_drafts(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Delete the drafts whose day is over."""
    services.drop_drafts(now=context.now)


def forget_case(_context: JobContext, event: CaseErased) -> None:
    """Let go of an erased case."""
    services.forget_case(case_id=event.case_id)


def on_permission(context: JobContext, event: MandateWithdrawn | CaseActsAgain) -> None:
    """Let fingerprints follow our permission. A case that acts again without one never had any to follow."""
    acting = cases.case_facts(event.case_id).mandate_since is not None
    if acting or isinstance(event, MandateWithdrawn):
        services.follow_permission(case_id=event.case_id, now=context.now)


def on_match(context: JobContext, event: MatchFound | MatchesGone | FingerprintsDisputed) -> None:
    """Put into the queue that a person has to look at fingerprints, or has not any more."""
    services.plan_matches(case_id=event.case_id, now=context.now)


def reach(context: JobContext, args: Mapping[str, Any]) -> None:
    """Tell her one thing in the way that she chose."""
    services.reach(outreach_id=UUID(args["outreach"]), now=context.now)


def end(context: JobContext, args: Mapping[str, Any]) -> None:
    """Bring an ending to its end, if its time has come."""
    services.go_on_to_end(ending_id=UUID(args["ending"]), now=context.now)


def mail_pickup(context: JobContext, args: Mapping[str, Any]) -> None:
    """Send the pick-up code of a new code."""
    services.mail_pickup(pickup_id=UUID(args["pickup"]), now=context.now)


def end_pickup(context: JobContext, args: Mapping[str, Any]) -> None:
    """Let nothing stay of a new code that nobody fetched in time, or kept."""
    services.end_pickup(pickup_id=UUID(args["pickup"]), now=context.now)


def on_ending(context: JobContext, event: EndingAsked) -> None:
    """Ask her whether it was she."""
    services.begin_to_end(
        case_id=event.case_id, ending_id=event.ending_id, final_at=event.final_at, now=context.now
    )


def on_frozen(context: JobContext, event: CaseFrozen) -> None:
    """Tell her that her code is dead, and end a new one that was asked for before."""
    since = cases.frozen_since(event.case_id)
    if since is not None:
        services.end_void(event.case_id, context.now)
        services.tell(case_id=event.case_id, what=Tell.FROZEN, ref=since.isoformat(), now=context.now)


def on_erasure_near(context: JobContext, event: ErasureNear) -> None:
    """Tell her that the case is erased soon."""
    services.tell(case_id=event.case_id, what=Tell.ERASURE, ref=event.at.isoformat(), now=context.now)


def on_choice_asked(context: JobContext, event: ChoiceAsked) -> None:
    """Tell her that a question waits."""
    ref = f"{event.channel_id[:40]}:{event.at:%Y%m%dT%H%M%S}"
    services.tell(case_id=event.case_id, what=Tell.QUESTION, ref=ref, now=context.now)


def on_delivered(context: JobContext, event: OutboxDelivered) -> None:
    """Note that a quiet mail was taken."""
    if event.transport == TRANSPORT:
        services.record_delivered(outbox_id=event.outbox_id, now=context.now)


def on_gave_up(context: JobContext, event: OutboxGaveUp) -> None:
    """Leave a quiet mail that was not taken to a person."""
    if event.transport == TRANSPORT:
        services.record_gave_up(outbox_id=event.outbox_id, now=context.now)


def on_look(context: JobContext, event: ProbeRecorded) -> None:
    """Tell whoever sees by her own looks that something which was gone is there again."""
    if event.verdict in UP:
        for case_id, item_id, since in cases.returned_at(event.place_id):
            ref = f"{item_id}:{since:%Y%m%dT%H%M%S}"
            services.tell(case_id=case_id, what=Tell.RETURNED, ref=ref, now=context.now)
