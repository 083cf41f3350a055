"""Capture first, and fast: the minimum, sealed, within a quarter of an hour or recorded why not (invariant 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core import wiring
from recourse.base.core.errors import FetchRefusedError, NotFoundError, OutsideError
from recourse.base.core.ids import new_id
from recourse.base.core.sandbox import Sandbox, SandboxTimeoutError, ZygoteSandbox
from recourse.base.jobs import registry
from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.models import Job
from recourse.world.evidence import selectors, services, tasks
from recourse.world.evidence.domain import (
    KEPT_HEADERS,
    MAX_TEXT,
    Captured,
    CaptureFailed,
    Page,
    kept_headers,
    write_record,
)
from recourse.world.evidence.models import Capture
from recourse.world.locations import services as locations
from tests.world.conftest import place_at
from tests.world.outside import EMBED, FakeFetcher, InlineSandbox, page, work

database = [pytest.mark.django_db, pytest.mark.db]
pytestmark = database
MINUTE = timedelta(minutes=1)


@pytest.fixture
def heard() -> Iterator[list[object]]:
    events: list[object] = []

    def hear_captured(_context: JobContext, event: Captured) -> None:
        events.append(event)

    def hear_failed(_context: JobContext, event: CaptureFailed) -> None:
        events.append(event)

    with registry.scratch():
        registry.subscribe(Captured, "tests.captured", hear_captured)
        registry.subscribe(CaptureFailed, "tests.failed", hear_failed)
        yield events


def custody(capture_id: UUID) -> list[str]:
    return [line.event for line in selectors.custody(capture_id)]


def test_a_capture_keeps_the_minimum_under_the_places_key(
    place: UUID, outside: FakeFetcher, now: datetime, heard: list[object]
) -> None:
    capture_id = services.request_capture(place_id=place, now=now)
    assert selectors.latest_capture(place) is None
    assert selectors.open_request(place) is not None
    work(now)
    view = selectors.latest_capture(place)
    assert view is not None
    assert (view.id, view.at, view.failed_code) == (capture_id, now, None)
    assert heard == [Captured(place, capture_id, now)]
    assert outside.asked == [(EMBED, "home")]

    row = Capture.objects.get(id=capture_id)
    body = page("message-live")
    assert row.body_sha256 == hashlib.sha256(body).hexdigest()
    assert b"boats" not in bytes(row.sealed)

    by = new_id()
    record = services.open_capture(capture_id=capture_id, by=by, now=now + MINUTE)
    assert record["url"] == record["final_url"] == EMBED
    assert record["fetched_at"] == now.isoformat()
    assert record["status"] == 200
    assert record["headers"] == [["content-type", "text/html; charset=utf-8"], ["date", "Mon"]]
    assert "The boats are in and the lamps are lit." in record["text"]
    assert record["identifiers"] == {"data-post": "Dusk_Harbour/12"}
    assert record["body_sha256"] == row.body_sha256
    assert record["text_sha256"] == hashlib.sha256(record["text"].encode()).hexdigest()
    assert record["tool"].startswith("recourse ")
    assert custody(capture_id) == ["requested", "sealed", "opened"]
    assert selectors.custody(capture_id)[-1].by == by


def test_the_digest_is_of_the_record_and_cannot_be_guessed_from_the_page(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    first = services.request_capture(place_id=place, now=now)
    work(now)
    second = services.request_capture(place_id=place, now=now)
    work(now)
    digests = {row.id: row.record_digest for row in Capture.objects.all()}
    assert first != second
    assert digests[first] != digests[second]
    record = services.open_capture(capture_id=second, by=new_id(), now=now)
    again = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(again).hexdigest() == digests[second]


@pytest.mark.parametrize("asked", [[True], [False, True], [True, False]])
def test_invariant_12_a_minimal_capture_keeps_no_words_of_the_page(
    place: UUID, outside: FakeFetcher, now: datetime, asked: list[bool]
) -> None:
    for minimal in asked:
        capture_id = services.request_capture(place_id=place, now=now, minimal=minimal)
    work(now)
    record = services.open_capture(capture_id=capture_id, by=new_id(), now=now)
    assert (record["title"], record["text"]) == ("", "")
    assert record["identifiers"] == {"data-post": "Dusk_Harbour/12"}
    assert record["body_sha256"] == hashlib.sha256(page("message-live")).hexdigest()


def test_words_fetched_before_somebody_more_careful_asked_are_not_sealed(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    capture_id = services.request_capture(place_id=place, now=now)

    def asked_meanwhile() -> bytes:
        services.request_capture(place_id=place, now=now, minimal=True)
        return page("message-live")

    outside.pages[EMBED] = asked_meanwhile
    work(now)
    record = services.open_capture(capture_id=capture_id, by=new_id(), now=now)
    assert (record["title"], record["text"]) == ("", "")
    assert len(outside.asked) == 2


def test_asking_twice_is_one_capture(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    first = services.request_capture(place_id=place, now=now)
    assert services.request_capture(place_id=place, now=now) == first
    work(now)
    assert Capture.objects.count() == 1
    assert len(outside.asked) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("https://t.me/c/1234567890/12", "private_place"),
        ("https://t.me/+AbCdEfGhIjKl", "private_place"),
        ("https://t.me/dusk_harbour/12?comment=3", "no_rule"),
    ],
)
def test_places_that_are_never_visited_are_recorded_as_not_captured(
    outside: FakeFetcher, now: datetime, line: str, code: str, heard: list[object]
) -> None:
    place = place_at(line, now)
    capture_id = services.request_capture(place_id=place, now=now)
    view = selectors.latest_capture(place)
    assert view is not None
    assert view.failed_code == code
    work(now)
    assert outside.asked == []
    assert heard == [CaptureFailed(place, capture_id, code, now)]


def test_a_failing_fetch_is_tried_each_minute_and_ends_before_a_quarter_of_an_hour(
    place: UUID, outside: FakeFetcher, now: datetime, heard: list[object]
) -> None:
    outside.pages = {EMBED: OutsideError("away", code="no_answer")}
    capture_id = services.request_capture(place_id=place, now=now)
    for minutes in range(16):
        work(now + minutes * MINUTE)
    view = selectors.latest_capture(place)
    assert view is not None
    assert view.failed_code == "no_answer"
    assert view.at - view.requested_at <= timedelta(minutes=15)
    assert custody(capture_id) == ["requested", *["attempt_failed"] * 15, "failed"]
    assert [type(one) for one in heard] == [CaptureFailed]
    assert not Job.objects.filter(kind__startswith="evidence.", state="open").exists()


def test_a_fetch_that_comes_right_is_kept(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    good = outside.pages[EMBED]
    outside.pages[EMBED] = OutsideError("away", code="no_answer")
    services.request_capture(place_id=place, now=now)
    work(now)
    outside.pages[EMBED] = good
    work(now + MINUTE)
    view = selectors.latest_capture(place)
    assert view is not None
    assert view.failed_code is None
    assert view.at == now + MINUTE


@pytest.mark.parametrize("error", [FetchRefusedError("odd"), SandboxTimeoutError("slow")])
def test_what_will_not_come_right_ends_at_once(
    place: UUID, outside: FakeFetcher, now: datetime, error: OutsideError
) -> None:
    class Broken(InlineSandbox):
        def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
            super().run(task, data, seconds=seconds)
            raise error

    services.request_capture(place_id=place, now=now)
    if isinstance(error, FetchRefusedError):
        outside.pages[EMBED] = error
        work(now)
    else:
        with wiring.bound(Sandbox, Broken()):  # type: ignore[type-abstract]
            work(now)
    view = selectors.latest_capture(place)
    assert view is not None
    assert view.failed_code == error.code


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_platform_in_trouble_is_not_evidence(
    place: UUID, outside: FakeFetcher, now: datetime, status: int
) -> None:
    outside.status = status
    capture_id = services.request_capture(place_id=place, now=now)
    work(now)
    assert selectors.latest_capture(place) is None
    assert custody(capture_id) == ["requested", "attempt_failed"]


def test_the_deadline_ends_a_capture_that_nobody_made(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    capture_id = services.request_capture(place_id=place, now=now)
    services_key = f"{services.CAPTURE}:{capture_id}"
    Job.objects.filter(key=services_key).delete()  # as if every worker had been away
    work(now + 15 * MINUTE - timedelta(seconds=1))
    assert selectors.latest_capture(place) is None
    work(now + 15 * MINUTE)
    view = selectors.latest_capture(place)
    assert view is not None
    assert view.failed_code == tasks.TOO_LATE
    late = services.seal_capture(capture_id=capture_id, record=b"{}", body_sha256="", now=now + 16 * MINUTE)
    assert late is False
    assert bytes(Capture.objects.get(id=capture_id).sealed) == b""


def test_a_capture_whose_attempts_all_failed_on_our_side_ends(place: UUID, now: datetime) -> None:
    capture_id = services.request_capture(place_id=place, now=now)
    job = Job.objects.get(kind=services.CAPTURE)
    tasks.exhausted(JobContext(job.id, job.kind, 8, 8, now), job.args)
    view = selectors.latest_capture(place)
    assert view is not None
    assert (view.id, view.failed_code) == (capture_id, "internal")


def test_erasing_the_place_blanks_its_captures_and_keeps_that_there_were_some(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    capture_id = services.request_capture(place_id=place, now=now)
    work(now)
    locations.erase_place(place_id=place, now=now)
    work(now)
    row = Capture.objects.get(id=capture_id)
    assert (bytes(row.sealed), row.record_digest, row.body_sha256, row.state) == (b"", "", "", "erased")
    assert custody(capture_id) == ["requested", "sealed", "erased"]
    with pytest.raises(NotFoundError):
        services.open_capture(capture_id=capture_id, by=new_id(), now=now)
    with pytest.raises(NotFoundError):
        services.request_capture(place_id=place, now=now)


def test_a_place_erased_before_its_capture_is_not_fetched(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.request_capture(place_id=place, now=now)
    locations.erase_place(place_id=place, now=now)
    work(now)
    assert outside.asked == []
    work(now + 20 * MINUTE)
    assert not Job.objects.filter(kind__startswith="evidence.", state__in=["open", "failed"]).exists()


def test_the_real_sandbox_reads_the_words(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    sandbox = ZygoteSandbox()
    capture_id = services.request_capture(place_id=place, now=now)
    with wiring.bound(Sandbox, sandbox):  # type: ignore[type-abstract]
        work(now)
    sandbox.close()
    record = services.open_capture(capture_id=capture_id, by=new_id(), now=now)
    assert "lamps" in record["text"]


# -- the record, purely -------------------------------------------------------------------------------------

_texts = st.text(st.characters(codec="utf-8"), max_size=100)


def _page(text: str, title: str, headers: list[tuple[str, str]], identifiers: dict[str, str]) -> Page:
    return Page(
        url=EMBED, final_url=EMBED, redirects=(), fetched_at=datetime.fromisoformat("2026-03-02T09:00:00+00:00"),
        status=200, headers=tuple(headers), truncated=False, vantage="home", body_bytes=3, body_sha256="00",
        title=title, text=text, identifiers=identifiers,
    )  # fmt: skip


_headers = st.lists(
    st.tuples(st.sampled_from(["Date", "set-cookie", "ETag", "x-ip", "Via"]), _texts), max_size=5
)


@given(_texts, _texts, _headers, st.dictionaries(_texts, _texts, max_size=3))
def test_a_record_can_be_read_back_and_keeps_no_cookie(
    text: str, title: str, headers: list[tuple[str, str]], identifiers: dict[str, str]
) -> None:
    record = json.loads(write_record(_page(text, title, headers, identifiers), nonce="n", tool="t"))
    assert record["text"] == text
    assert record["title"] == title
    assert {name.lower() for name, _value in record["headers"]} <= KEPT_HEADERS - {"set-cookie"}
    assert record["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_record_is_bounded() -> None:
    record = json.loads(
        write_record(
            _page("a" * 100_000, "b" * 9_000, [("date", "c" * 9_000)], {"d": "e" * 9_000}),
            nonce="n",
            tool="t",
        )
    )
    assert len(record["text"]) == MAX_TEXT
    assert len(json.dumps(record)) < MAX_TEXT + 4_000
    assert kept_headers([("Cookie", "a"), ("Set-Cookie", "b"), ("Authorization", "c")]) == []
