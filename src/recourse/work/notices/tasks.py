"""Jobs of notices. Thin: each calls one service; reading a mail goes through the sandbox first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError
from recourse.base.core.sandbox import Sandbox
from recourse.base.jobs.domain import JobContext, OutboxDelivered, OutboxGaveUp
from recourse.work.cases.domain import (
    AssessmentRecorded,
    CaseActsAgain,
    CaseErased,
    ChoiceMade,
    MandateWithdrawn,
)
from recourse.work.notices import selectors, services
from recourse.work.notices.adapters.dkim import check_signature
from recourse.work.notices.domain import MailCategory, ReadMail, read_mail
from recourse.work.notices.ports import DnsText
from recourse.work.notices.services.sending import TRANSPORT
from recourse.world.checks.domain import AvailabilityChanged, ProbeRecorded
from recourse.world.locations.domain import PlaceErased

SANDBOX_SECONDS = 30.0
HEAD_BYTES = 262_144  # of a mail that is too much for the sandbox as a whole


def send(context: JobContext, args: Mapping[str, Any]) -> None:
    """Bring an approved notice into the outbox."""
    services.send(notice_id=UUID(args["notice"]), now=context.now)


def read(context: JobContext, args: Mapping[str, Any]) -> None:
    """Read a mail in the sandbox, check its signature, file both."""
    mail_id = UUID(args["mail"])
    raw = selectors.unread_mail(mail_id)
    if raw is None:
        return
    signature = check_signature(raw, wiring.resolve(DnsText))  # type: ignore[type-abstract]
    services.file_reading(mail_id=mail_id, read=_parsed(raw), signature=signature, now=context.now)


def drop(context: JobContext, args: Mapping[str, Any]) -> None:
    """Put a mail of nobody away when its time is over."""
    services.drop_mail(mail_id=UUID(args["mail"]), now=context.now)


def ask_for(context: JobContext, args: Mapping[str, Any]) -> None:
    """Draft what was left out of a letter, if we may act for her by now."""
    services.ask_for(case_id=UUID(args["case"]), now=context.now)


def freshen(context: JobContext, args: Mapping[str, Any]) -> None:
    """Make the checks of what lies on a work-sheet again."""
    services.freshen(notice_id=UUID(args["notice"]), now=context.now)
    services.freshen_reminder(notice_id=UUID(args["notice"]), now=context.now)


def send_reminder(context: JobContext, args: Mapping[str, Any]) -> None:
    """Bring an approved reminder into the outbox."""
    services.send_reminder(reminder_id=UUID(args["reminder"]), now=context.now)


def deadline(context: JobContext, args: Mapping[str, Any]) -> None:
    """Record silence if the statutory deadline passed unanswered."""
    services.record_silence(notice_id=UUID(args["notice"]), now=context.now)


def on_assessment(context: JobContext, event: AssessmentRecorded) -> None:
    """Draft what an assessment calls for."""
    services.draft_for_assessment(event.assessment_id, context.now)


def on_delivered(context: JobContext, event: OutboxDelivered) -> None:
    """Record that a notice was handed over."""
    if event.transport == TRANSPORT:
        services.record_delivered(outbox_id=event.outbox_id, at=event.at, now=context.now)


def on_gave_up(context: JobContext, event: OutboxGaveUp) -> None:
    """Hold a notice that could not be delivered."""
    if event.transport == TRANSPORT:
        services.record_gave_up(outbox_id=event.outbox_id, now=context.now)


def on_probe(context: JobContext, event: ProbeRecorded) -> None:
    """Look again at notices that lacked what a probe shows."""
    services.complete_at(place_id=event.place_id, now=context.now)


def on_availability(context: JobContext, event: AvailabilityChanged) -> None:
    """Let notices follow what our checks decided."""
    services.follow_place(place_id=event.place_id, after=event.after, now=context.now)


def on_withdrawn(context: JobContext, event: MandateWithdrawn) -> None:
    """Take a case's items off what has not left."""
    services.withdraw(case_id=event.case_id, now=context.now)


def on_acting(context: JobContext, event: CaseActsAgain) -> None:
    """Draft what was left out while we might not act for her."""
    services.ask_for(case_id=event.case_id, now=context.now)


def on_choice(context: JobContext, event: ChoiceMade) -> None:
    """Let the notices on a channel follow what she chose."""
    services.follow_choice(case_id=event.case_id, channel_id=event.channel_id, now=context.now)


def on_erased(context: JobContext, event: CaseErased) -> None:
    """Erase what notices know of a case."""
    services.forget_case(case_id=event.case_id, now=context.now)


def on_place_erased(context: JobContext, event: PlaceErased) -> None:
    """Erase from letters a place that nobody holds any more."""
    services.forget_place(place_id=event.place_id, now=context.now)


def _parsed(raw: bytes) -> ReadMail:
    """Return the mail as the sandbox reads it: as a whole, else its head, else nothing but why."""
    sandbox = wiring.resolve(Sandbox)  # type: ignore[type-abstract]
    try:
        return read_mail(json.loads(sandbox.run("mail", raw, seconds=SANDBOX_SECONDS)))
    except (OutsideError, ValueError) as error:
        trouble = error.code if isinstance(error, OutsideError) else "sandbox_answer"
    try:
        head = json.loads(sandbox.run("mail", raw[:HEAD_BYTES], seconds=SANDBOX_SECONDS))
        # What the head holds of attachments is cut: without true digests they count as not read.
        return read_mail({**head, "attachments": []}, trouble=trouble)
    except (OutsideError, ValueError):
        return ReadMail(category=MailCategory.UNKNOWN, text="", trouble=trouble)
