"""Sending a report, going through it, and letting go of it when the case is erased.

Sending is one small transaction that needs the vault's recipient only. Going through it is a job: it needs
the identity, takes one short transaction per place, and may be repeated at any point.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, ForWhom, gives_mandate
from recourse.work.hotline import sealing
from recourse.work.hotline.domain import (
    ADDED,
    MAX_PLACES,
    Answers,
    ContactHow,
    MentionKind,
    MentionState,
    ReportRead,
    Submitted,
    check_contact,
    first,
)
from recourse.work.hotline.models import Draft, Mention, Message, Outreach, Pickup, Report, SafeContact
from recourse.work.hotline.names import contact_name, mention_name, report_name
from recourse.work.hotline.services import drafts
from recourse.work.hotline.services.fingerprints import store_with_report
from recourse.work.hotline.services.steps import plan
from recourse.world.locations.domain import Resolved, resolve_text

log = structlog.get_logger(__name__)


def submit_report(*, draft_id: UUID, secret: bytes, now: datetime, language: str = "") -> Submitted:
    """Store the report for good: case, key, sealed report, the job that goes through it; one transaction.

    With `language`, that is the one she reads. A repeat, also at the same moment, stores nothing and returns
    the same case and code, until she says that she kept the code. The draft keeps the code alone.

    Raises:
        NoDraftError: no draft that this secret opens, or it is older than a day.
        ContactRefusedError: her safe contact is not of the kind she chose; nothing is stored, the draft stays.
    """
    with transaction.atomic():
        draft, content = drafts.opened(draft_id, secret, now, lock=True)
        if draft.submitted_case is not None:
            return Submitted(case_id=draft.submitted_case, code=content.code)
        check_contact(content.answers.get("safe_contact", {}))
        case_id = _stored(replace(content, language=language or content.language), now)
        draft.submitted_case = case_id
        draft.sealed = drafts.seal(
            draft.id, secret, replace(content, answers={}, fingerprints=(), saved_at=None)
        )
        draft.save(update_fields=["submitted_case", "sealed"])
    log.info("report_stored", case_id=str(case_id))
    return Submitted(case_id=case_id, code=content.code)


def _stored(content: drafts.Content, now: datetime) -> UUID:
    answers = content.answers
    for_whom = ForWhom(first(answers, "for_whom", "for_whom") or ForWhom.NOT_SAID)
    case, key = cases.open_case(
        code=content.code,
        language=content.language,
        for_whom=for_whom,
        what_happened=answers.get("what_happened", {}).get("what_happened", ()),
        age_band=AgeBand(first(answers, "age_in_picture", "age_in_picture") or AgeBand.UNKNOWN),
        mandate=gives_mandate(for_whom),
        now=now,
    )
    report_id = ids.new_id()
    Report.objects.create(
        id=report_id,
        case=case,
        sealed=vault.seal(key, report_name(report_id), sealing.to_block({"answers": answers})),
        channel="web",
        at=now,
    )
    _store_contact(case.id, key, answers)
    store_with_report(case_id=case.id, key=key, content=content, now=now)
    # Without a key: nobody else can have put a job for a report that was made a moment ago.
    jobs.enqueue(kind="hotline.read_report", args={"report_id": str(report_id)}, due_at=now)
    return case.id


def _store_contact(case_id: UUID, key: DataKey, answers: Answers) -> None:
    contact_id = ids.new_id()
    how = ContactHow(first(answers, "safe_contact", "how") or ContactHow.PAGE_ONLY)
    content = {name: first(answers, "safe_contact", name) for name in ("address", "window", "leave_message")}
    SafeContact.objects.create(
        id=contact_id,
        case_id=case_id,
        how=how,
        sealed=vault.seal(key, contact_name(contact_id), sealing.to_block(content)),
    )


def read_report(*, report_id: UUID, now: datetime) -> bool:
    """Go through a report: each place becomes an item, every other line waits for a person.

    May be repeated after a failure at any point: items and mentions are found again, never doubled. Each
    place is a transaction of its own, so that a long list holds up nobody.

    Returns:
        Whether this call finished it; False when it was done before, or the case is erased.
    """
    report = Report.objects.filter(id=report_id, read_at=None).first()
    if report is None:
        return False
    try:
        key = cases_read.key_for_machine(report.case_id)
    except NotFoundError:
        return False
    raw = vault.unseal(key, report_name(report.id), report.sealed)
    answers = sealing.answers_from(sealing.from_block(raw)["answers"])
    items = mentions = 0
    for ordinal, entry in enumerate(resolve_text(first(answers, "places", "places"), limit=MAX_PLACES)):
        if isinstance(entry, Resolved):
            cases.add_item(case_id=report.case_id, key=key, resolved=entry, now=now)
            items += 1
        else:
            _mention(report, ordinal, entry.verbatim, key)
            mentions += 1
    if added := _added_words(report, answers):
        _mention(report, MAX_PLACES + 1, added, key, MentionKind.ADDED)
        mentions += 1
    with transaction.atomic():
        if not Report.objects.filter(id=report_id, read_at=None).update(read_at=now):
            return False
        cases.plan_retention(now=now)
        plan(report.case_id, now=now)
        event = ReportRead(report_id=report_id, case_id=report.case_id, items=items, mentions=mentions)
        jobs.emit(event=event, now=now)
    return True


def _added_words(report: Report, answers: Answers) -> str:
    """Return the words of an addition, which no decision on the case has waited for; "" for a first report."""
    return first(answers, "words", "words") if report.channel == ADDED else ""


def _mention(report: Report, ordinal: int, words: str, key: DataKey, kind: MentionKind | None = None) -> None:
    """Keep words for a person; the entry after the last place taken is all the rest, together."""
    usual = MentionKind.BEYOND_LIMIT if ordinal >= MAX_PLACES else MentionKind.LINE
    mention_id = ids.new_id()
    with transaction.atomic():
        if not Mention.objects.filter(report=report, ordinal=ordinal).exists():
            Mention.objects.create(
                id=mention_id,
                report=report,
                ordinal=ordinal,
                kind=kind or usual,
                sealed=vault.seal(key, mention_name(mention_id), words),
                state=MentionState.WAITING_FOR_PERSON,
            )


def forget_case(*, case_id: UUID) -> None:
    """Let go of an erased case: its words are dust already, now their rows go too. The reports stay counted."""
    with transaction.atomic():
        Mention.objects.filter(report__case_id=case_id).delete()
        for table in (SafeContact, Message, Outreach, Pickup):
            table.objects.filter(case_id=case_id).delete()
        Report.objects.filter(case_id=case_id).update(sealed=b"")
        Draft.objects.filter(submitted_case=case_id).delete()
