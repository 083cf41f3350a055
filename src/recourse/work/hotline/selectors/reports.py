"""What was told, read back: by whoever holds an opened case, and by her own page.

Refuses: to unseal without an `OpenCase` or an `OwnCase`; having one means the right and the record exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef

from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey
from recourse.work.cases.domain import OpenCase, OwnCase
from recourse.work.hotline import sealing
from recourse.work.hotline.domain import (
    Answers,
    ContactHow,
    MentionKind,
    MentionState,
    OpenContact,
    OpenMention,
    OpenReport,
    OwnReport,
    may_leave_message,
)
from recourse.work.hotline.models import Mention, Report, SafeContact
from recourse.work.hotline.names import contact_name, mention_name, report_name


def reports_of(case: OpenCase) -> tuple[OpenReport, ...]:
    """Return every telling of an opened case, oldest first, with what waits for a person."""
    return tuple(
        _report(case, report) for report in Report.objects.filter(case_id=case.id).order_by("at", "id")
    )


def _report(case: OpenCase, report: Report) -> OpenReport:
    raw = _raw(case.key, report)
    return OpenReport(
        id=report.id,
        channel=report.channel,
        at=report.at,
        read_at=report.read_at,
        answers=sealing.answers_from(raw["answers"]),
        mentions=tuple(
            OpenMention(
                id=one.id,
                kind=MentionKind(one.kind),
                state=MentionState(one.state),
                verbatim=vault.unseal_text(case.key, mention_name(one.id), one.sealed),
            )
            for one in report.mentions.order_by("ordinal")
        ),
    )


def safe_contact_of(case: OpenCase) -> OpenContact | None:
    """Return how and when it is safe to reach her, or None when nothing was ever said."""
    contact = SafeContact.objects.filter(case_id=case.id).first()
    if contact is None:
        return None
    return opened_contact(contact, case.key)


def opened_contact(contact: SafeContact, key: DataKey) -> OpenContact:
    """Return a safe contact, unsealed."""
    said = sealing.from_block(vault.unseal(key, contact_name(contact.id), contact.sealed))
    how = ContactHow(contact.how)
    return OpenContact(
        how=how,
        address=said["address"],
        window=said["window"],
        may_leave=may_leave_message(how, said["leave_message"]),
    )


def own_reports(case: OwnCase) -> tuple[OwnReport, ...]:
    """Return what her page says of her own reports, oldest first."""
    waiting = mentions_waiting_by_report([case.case_id])
    return tuple(
        OwnReport(at=report.at, read=report.read_at is not None, mentions_waiting=waiting.get(report.id, 0))
        for report in Report.objects.filter(case_id=case.case_id).order_by("at", "id")
    )


def own_told(case: OwnCase) -> tuple[tuple[datetime, Answers], ...]:
    """Return what she told us, report by report, oldest first, for her own copy."""
    return tuple(
        (report.at, sealing.answers_from(_raw(case.key, report)["answers"]))
        for report in Report.objects.filter(case_id=case.case_id).order_by("at", "id")
    )


def _raw(key: DataKey, report: Report) -> dict[str, Any]:
    return sealing.from_block(vault.unseal(key, report_name(report.id), report.sealed))


def mentions_waiting(case_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return, per case, how many things she wrote wait for a person; cases with none are left out."""
    rows = (
        Mention.objects.filter(report__case_id__in=list(case_ids), state=MentionState.WAITING_FOR_PERSON)
        .values_list("report__case_id")
        .annotate(waiting=Count("id"))
    )
    return dict(rows)


def mentions_waiting_by_report(case_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the same per report."""
    rows = (
        Mention.objects.filter(report__case_id__in=list(case_ids), state=MentionState.WAITING_FOR_PERSON)
        .values_list("report_id")
        .annotate(waiting=Count("id"))
    )
    return dict(rows)


def first_report_at() -> datetime | None:
    """Return when the first report came in, or None."""
    found: datetime | None = Report.objects.aggregate(at=Min("at"))["at"]
    return found


def count_reports(*, since: datetime, until: datetime) -> int:
    """Count the reports that came in since a moment and before another; for the public figures."""
    return Report.objects.filter(at__gte=since, at__lt=until).count()


def count_new_people(*, since: datetime, until: datetime) -> int:
    """Count the cases whose first report came in since a moment and before another."""
    earlier = Report.objects.filter(case=OuterRef("case"), at__lt=since)
    new = Report.objects.filter(~Exists(earlier), at__gte=since, at__lt=until)
    return new.values("case").distinct().count()
