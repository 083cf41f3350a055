"""Sending a report once, going through it, and letting go of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core.errors import IllegalMoveError, NotAllowedError, NotFoundError
from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.models import Job
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases
from recourse.work.cases import services as case_services
from recourse.work.cases.domain import AgeBand, CaseErased, ForWhom, OpenCase, OwnCase, Purpose, WhatHappened
from recourse.work.cases.models import Case, Item
from recourse.work.hotline import selectors, services, tasks
from recourse.work.hotline.domain import (
    MAX_PLACES,
    ContactHow,
    MentionKind,
    MentionState,
    NotAPlaceError,
    OwnReport,
    Submitted,
)
from recourse.work.hotline.models import Draft, Mention, Report, SafeContact
from tests.threads import together
from tests.work.cases.making import actor, everything_stored, web_process
from tests.work.hotline.writing import TOLD, read, send, write

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def opened(case_id: UUID, now: datetime) -> OpenCase:
    return cases.access_case(actor=actor(), case_id=case_id, purpose=Purpose.ASSESS, now=now)


def test_invariant_1_a_web_process_stores_a_report_whole(now: datetime, home: Path) -> None:
    with web_process(home):
        sent = send(now)
        own = cases.case_by_code(sent.code, now)
    assert own is not None
    assert own.case_id == sent.case_id
    seen = opened(sent.case_id, now)
    assert (seen.age_band, seen.for_whom, seen.mandate_since) == (AgeBand.ADULT, ForWhom.ME, now)
    assert set(seen.what_happened) == {WhatHappened.FOUND, WhatHappened.THREATENED}
    (report,) = selectors.reports_of(seen)
    assert report.answers["words"] == {"words": ("a harbour at dusk",)}
    assert report.answers["places"] == {"places": (TOLD["places"]["places"],)}
    contact = selectors.safe_contact_of(seen)
    assert contact is not None
    assert (contact.how, contact.address, contact.window, contact.may_leave) == (
        ContactHow.PHONE,
        "000 555",
        "after dusk",
        False,
    )
    assert Job.objects.filter(kind="hotline.read_report", due_at=now).count() == 1


def test_everything_may_be_left_out(now: datetime) -> None:
    sent = send(now, {})
    seen = opened(sent.case_id, now)
    assert (seen.age_band, seen.minor_path, seen.for_whom) == (AgeBand.UNKNOWN, True, ForWhom.NOT_SAID)
    assert (seen.what_happened, seen.mandate_since) == ((), now)
    contact = selectors.safe_contact_of(seen)
    assert contact is not None
    assert (contact.how, contact.may_leave) == (ContactHow.PAGE_ONLY, False)
    read(sent.case_id, now)
    assert selectors.own_reports(_own(sent, now)) == (OwnReport(at=now, read=True, mentions_waiting=0),)


def _own(sent: Submitted, now: datetime) -> OwnCase:
    own = cases.case_by_code(sent.code, now)
    assert own is not None
    return own


def test_for_somebody_else_traces_are_secured_and_nothing_is_asked(now: datetime) -> None:
    sent = send(now, {**TOLD, "for_whom": {"for_whom": "someone_else"}})
    read(sent.case_id, now)
    assert opened(sent.case_id, now).mandate_since is None
    items = Item.objects.filter(case_id=sent.case_id)
    assert items.count() == 1
    assert cases.live_mandates([item.id for item in items]) == frozenset()


def test_sending_again_gives_the_same_code_until_it_is_kept(now: datetime) -> None:
    draft_id, secret = write(now)
    first = services.submit_report(draft_id=draft_id, secret=secret, now=now)
    later = now + timedelta(hours=2)
    again = services.submit_report(draft_id=draft_id, secret=secret, now=later)
    assert again == first
    assert services.read_draft(draft_id, secret, later).code == first.code
    assert services.read_draft(draft_id, secret, later).answers == {}
    assert (Case.objects.count(), Report.objects.count(), SafeContact.objects.count()) == (1, 1, 1)
    services.acknowledge_code(draft_id=draft_id, secret=secret, now=later)
    assert not Draft.objects.exists()
    assert _own(first, now).case_id == first.case_id


def test_sending_is_one_small_transaction(now: datetime) -> None:
    draft_id, secret = write(now)
    with CaptureQueriesContext(connection) as queries:
        services.submit_report(draft_id=draft_id, secret=secret, now=now)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 14


def test_a_failure_half_way_stores_nothing_and_sending_again_works(now: datetime) -> None:
    draft_id, secret = write(now)
    with (
        mock.patch("recourse.work.hotline.services.reports.jobs.enqueue", side_effect=OSError),
        pytest.raises(OSError),
    ):
        services.submit_report(draft_id=draft_id, secret=secret, now=now)
    assert not Case.objects.exists()
    assert services.read_draft(draft_id, secret, now).answers["words"]
    assert _own(services.submit_report(draft_id=draft_id, secret=secret, now=now), now).opened_at == now


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_one_moment_is_one_case(now: datetime) -> None:
    for _ in range(5):
        draft_id, secret = write(now)
        before = Case.objects.count()
        results = together(
            *[lambda d=draft_id, s=secret: services.submit_report(draft_id=d, secret=s, now=now)] * 2
        )
        assert all(isinstance(one, Submitted) for one in results), results
        assert results[0] == results[1]
        assert Case.objects.count() == before + 1
        assert Report.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_reports_at_one_moment_are_all_kept(now: datetime) -> None:
    drafts = [write(now) for _ in range(8)]
    results = together(
        *[lambda d=d, s=s: services.submit_report(draft_id=d, secret=s, now=now) for d, s in drafts]
    )
    assert all(isinstance(one, Submitted) for one in results), results
    assert len({one.code for one in results if isinstance(one, Submitted)}) == 8
    assert all(cases.case_by_code(one.code, now) for one in results if isinstance(one, Submitted))


def test_going_through_a_report_makes_items_and_leaves_the_rest_to_a_person(now: datetime) -> None:
    sent = send(now)
    read(sent.case_id, now)
    seen = opened(sent.case_id, now)
    assert [item.url for item in seen.items] == ["https://t.me/dusk_harbour/12"]
    (report,) = selectors.reports_of(seen)
    assert report.read_at == now
    (mention,) = report.mentions
    assert (mention.kind, mention.state) == (MentionKind.LINE, MentionState.WAITING_FOR_PERSON)
    assert mention.verbatim == "a channel with boats in its name"
    assert selectors.mentions_waiting([sent.case_id]) == {sent.case_id: 1}
    assert selectors.own_reports(_own(sent, now))[0].mentions_waiting == 1


def test_thousands_of_lines_cost_nobody_anything(now: datetime) -> None:
    """The product takes 500 places; 30 show the same in a tenth of the time."""
    assert MAX_PLACES == 500
    lines = [f"t.me/b{number:04}/1" for number in range(1_300)]
    text = "\n".join(lines)
    sent = send(now, {"places": {"places": text}})
    with mock.patch("recourse.work.hotline.services.reports.MAX_PLACES", 30):
        read(sent.case_id, now)
    seen = opened(sent.case_id, now)
    (report,) = selectors.reports_of(seen)
    assert report.answers["places"]["places"] == (text,)
    assert [item.number for item in seen.items] == list(range(1, 31))
    (mention,) = report.mentions
    assert mention.kind is MentionKind.BEYOND_LIMIT
    assert mention.verbatim == "\n".join(lines[30:])


def test_one_job_of_retention_waits_however_many_reports_come(now: datetime) -> None:
    for hour in range(3):
        read(send(now + timedelta(hours=hour)).case_id, now + timedelta(hours=hour))
    assert [job.due_at for job in Job.objects.filter(kind="cases.retention")] == [now + timedelta(days=1)]


def test_a_worker_that_dies_half_way_is_followed_by_one_that_finishes(now: datetime) -> None:
    text = "\n".join(f"https://t.me/bay{number}/1\nboats {number}" for number in range(6))
    sent = send(now, {"places": {"places": text}})
    real = case_services.add_item
    calls: list[int] = []

    def dying(**arguments: object) -> Item:
        calls.append(1)
        if len(calls) == 4:
            raise OSError
        return real(**arguments)  # type: ignore[arg-type]

    with (
        mock.patch("recourse.work.hotline.services.reports.cases.add_item", dying),
        pytest.raises(OSError),
    ):
        read(sent.case_id, now)
    assert Item.objects.count() == 3
    for _ in range(2):
        read(sent.case_id, now + timedelta(minutes=1))
    assert (Item.objects.count(), Mention.objects.count()) == (6, 6)
    assert list(Item.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Report.objects.get().read_at == now + timedelta(minutes=1)


def test_nothing_she_wrote_stands_in_the_clear_anywhere(now: datetime) -> None:
    marker = "saltmarsh"
    told = {
        **TOLD,
        "places": {"places": f"https://t.me/{marker}_dusk/12\nthe {marker} channel"},
        "safe_contact": {"how": "email", "address": f"{marker}@harbour.example", "window": marker},
        "words": {"words": f"about the {marker}"},
    }
    draft_id, secret = write(now, told)
    sent = services.submit_report(draft_id=draft_id, secret=secret, now=now)
    read(sent.case_id, now)
    item = Item.objects.get()
    case_services.assess(
        case_id=sent.case_id, item_ids=[item.id], in_scope=True, basis="statement", grounds=["threat"],
        reasons=f"seen at {marker}", actor=actor(), now=now,
    )  # fmt: skip
    cases.access_case(
        actor=actor(), case_id=sent.case_id, purpose=Purpose.OTHER, now=now, words=f"the {marker}"
    )
    mention = Mention.objects.get()
    services.place_mention(
        mention_id=mention.id, case_id=sent.case_id, text=f"t.me/{marker}_dawn/3", actor=actor(), now=now
    )
    tables = {where for where, _column, _raw in everything_stored()}
    assert {"cases_item", "hotline_report", "hotline_mention", "locations_place", "jobs_job"} <= tables
    for code in (sent.code, sent.code.replace("-", "")):
        found = [where for *where, raw in everything_stored() if code.encode() in raw]
        assert found == []
    found = [where for *where, raw in everything_stored() if marker.encode() in raw.lower()]
    assert found == []
    seen = opened(sent.case_id, now)
    assert marker in seen.items[0].url
    assert marker not in repr(seen)
    assert marker not in repr(selectors.reports_of(seen))
    assert marker not in repr(selectors.safe_contact_of(seen))


def test_a_person_names_the_place_or_sets_it_aside(now: datetime) -> None:
    sent = send(now, {"places": {"places": "the boats\nthe other boats"}})
    read(sent.case_id, now)
    one, two = Mention.objects.order_by("ordinal")
    with pytest.raises(NotAllowedError):
        services.place_mention(
            mention_id=one.id,
            case_id=sent.case_id,
            text="t.me/dusk_harbour/12",
            actor=actor(Role.ADMINISTRATOR),
            now=now,
        )
    with pytest.raises(NotAPlaceError):
        services.place_mention(
            mention_id=one.id, case_id=sent.case_id, text="more boats", actor=actor(), now=now
        )
    both = "t.me/dusk_harbour/12\nt.me/dusk_harbour/13"
    assert (
        services.place_mention(mention_id=one.id, case_id=sent.case_id, text=both, actor=actor(), now=now)
        == 2
    )
    assert Item.objects.filter(case_id=sent.case_id).count() == 2
    with pytest.raises(IllegalMoveError):
        services.place_mention(mention_id=one.id, case_id=sent.case_id, text=both, actor=actor(), now=now)
    services.set_aside_mention(mention_id=two.id, case_id=sent.case_id, actor=actor(), now=now)
    assert selectors.mentions_waiting([sent.case_id]) == {}
    services.place_mention(
        mention_id=two.id, case_id=sent.case_id, text="t.me/dusk_harbour/14", actor=actor(), now=now
    )
    assert [one.state for one in Mention.objects.all()] == [MentionState.PLACED] * 2
    with pytest.raises(NotFoundError):
        services.set_aside_mention(mention_id=sent.case_id, case_id=sent.case_id, actor=actor(), now=now)


def test_invariant_15_an_erased_case_leaves_no_words_and_keeps_its_count(now: datetime) -> None:
    draft_id, secret = write(now)
    sent = services.submit_report(draft_id=draft_id, secret=secret, now=now)
    read(sent.case_id, now)
    case_services.erase_case(case_id=sent.case_id, now=now)
    job = Job.objects.get(kind__startswith="on.cases.CaseErased.hotline")
    context = JobContext(job_id=job.id, kind=job.kind, attempt=1, fence=1, now=now)
    for _ in range(2):
        tasks.forget_case(context, CaseErased(case_id=sent.case_id))
    assert not any(table.objects.exists() for table in (Mention, SafeContact, Draft))
    assert bytes(Report.objects.get().sealed) == b""


def test_a_report_of_a_case_erased_before_it_was_read_is_left_alone(now: datetime) -> None:
    sent = send(now)
    case_services.erase_case(case_id=sent.case_id, now=now)
    read(sent.case_id, now)
    assert not Item.objects.exists()
    assert Report.objects.get().read_at is None
