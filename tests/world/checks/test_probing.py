"""Probes, from the plan to the record, against a fake outside world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core import wiring
from recourse.base.core.errors import FetchRefusedError, NotFoundError, OutsideError
from recourse.base.core.fetch import Fetcher
from recourse.base.core.ids import new_id
from recourse.base.core.sandbox import Sandbox, ZygoteSandbox
from recourse.base.jobs import registry
from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.models import Job
from recourse.base.ledger.models import Disclosure
from recourse.world.checks import selectors, services, tasks
from recourse.world.checks.domain import (
    AvailabilityChanged,
    AvailabilityState,
    Look,
    LookFrom,
    ProbeRecorded,
    Verdict,
)
from recourse.world.checks.models import Availability, Control, Probe
from recourse.world.locations import services as locations
from tests.world.conftest import place_at
from tests.world.outside import (
    CHANNEL,
    CONTROL,
    EMBED,
    SECOND_CONTROL,
    FakeFetcher,
    InlineSandbox,
    live_page,
    page,
    work,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
S = AvailabilityState


def state(place: UUID) -> AvailabilityState:
    return selectors.availability([place])[place].state


def due(place: UUID) -> datetime:
    at = selectors.availability([place])[place].next_due_at
    assert at is not None
    return at


def ledgered() -> list[str]:
    return [row.facts["state"] for row in Disclosure.objects.filter(kind="availability")]


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """Every event of checks, as a subscriber hears it."""
    events: list[object] = []

    def hear_change(_context: JobContext, event: AvailabilityChanged) -> None:
        events.append(event)

    def hear_probe(_context: JobContext, event: ProbeRecorded) -> None:
        events.append(event)

    with registry.scratch():
        registry.subscribe(AvailabilityChanged, "tests.change", hear_change)
        registry.subscribe(ProbeRecorded, "tests.probe", hear_probe)
        yield events


def test_from_live_to_removed_and_back(
    place: UUID, outside: FakeFetcher, now: datetime, heard: list[object]
) -> None:
    services.begin(place_id=place, now=now)
    assert state(place) is S.NOT_CHECKED
    work(now)
    assert state(place) is S.AVAILABLE
    assert [url for url, _ in outside.asked] == [EMBED], "a live place proves itself; no control is needed"

    services.watch_closely(place_id=place, reason="notice", now=now)
    assert due(place) == now + HOUR
    outside.goes_gone()
    work(now + HOUR)
    assert state(place) is S.SUSPECTED_GONE
    assert due(place) == now + 2 * HOUR, "exactly an hour after the first gone"
    work(now + 2 * HOUR - timedelta(seconds=1))
    assert Probe.objects.count() == 2
    work(now + 2 * HOUR)
    assert state(place) is S.REMOVED_AT_SOURCE
    view = selectors.availability([place])[place]
    assert (view.last_live_at, view.first_gone_at, view.probes) == (now, now + HOUR, 3)
    assert ledgered() == ["removed_at_source"]

    outside.goes_live()
    work(due(place))
    assert state(place) is S.REAPPEARED
    assert ledgered() == ["removed_at_source", "reappeared"]
    changes = [(one.before, one.after) for one in heard if isinstance(one, AvailabilityChanged)]
    assert changes == [
        ("not_checked", "available"),
        ("available", "suspected_gone"),
        ("suspected_gone", "removed_at_source"),
        ("removed_at_source", "reappeared"),
    ]
    assert len([one for one in heard if isinstance(one, ProbeRecorded)]) == 4


def test_ledger_facts_are_coarse(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    outside.goes_gone()
    services.begin(place_id=place, now=now)
    work(now)
    work(now + HOUR)
    entry = Disclosure.objects.get(kind="availability")
    assert entry.facts["platform"] == "telegram"
    assert entry.facts["state"] == "removed_at_source"
    assert entry.facts["hour"] == "2026-03-02T10Z"
    assert "dusk" not in str(entry.facts)


UNREADABLE = {
    "unknown markup": ("challenge", 200, Verdict.UNKNOWN, "unknown_markup"),
    "other error": ("message-other-error", 200, Verdict.UNKNOWN, "unknown_markup"),
    "rate limit": ("message-gone", 429, Verdict.UNKNOWN, "rate_limited"),
    "server error": ("message-gone", 503, Verdict.UNREACHABLE, "server_error"),
    "not found": ("message-gone", 404, Verdict.UNKNOWN, "unknown_markup"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_a_rule_does_not_know_is_not_gone(
    place: UUID, outside: FakeFetcher, now: datetime, case: str
) -> None:
    name, status, verdict, marker = UNREADABLE[case]
    outside.goes_gone()
    outside.pages[EMBED] = page(name)
    outside.status = status
    services.begin(place_id=place, now=now)
    for _ in range(3):
        work(now)
        now = due(place)
    assert {(one.verdict, one.marker) for one in Probe.objects.all()} == {(verdict.value, marker)}
    assert state(place).value == verdict.value
    assert ledgered() == []


@pytest.mark.parametrize("control", ["gone", "challenge", "unreachable"])
def test_gone_without_a_live_control_stays_unknown(
    place: UUID, outside: FakeFetcher, now: datetime, control: str
) -> None:
    outside.goes_gone(control=False)
    if control == "challenge":
        outside.pages[CONTROL] = outside.pages[SECOND_CONTROL] = page("challenge")
    if control == "unreachable":
        outside.pages[CONTROL] = outside.pages[SECOND_CONTROL] = OutsideError("away", code="no_answer")
    services.begin(place_id=place, now=now)
    for _ in range(4):
        work(now)
        now = due(place)
    assert state(place) is S.UNKNOWN
    assert set(Probe.objects.values_list("verdict", "control_ok")) == {("unknown", False)}
    assert ledgered() == []


def test_a_second_control_place_serves_when_the_first_is_gone(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone(control=False)
    outside.pages[SECOND_CONTROL] = live_page("telegram/2")
    services.begin(place_id=place, now=now)
    work(now)
    assert state(place) is S.SUSPECTED_GONE
    assert [url for url, _ in outside.asked] == [EMBED, CONTROL, SECOND_CONTROL]


def test_a_good_control_serves_for_its_window_only(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    outside.goes_gone()
    other = place_at("t.me/dusk_harbour/13", now)
    outside.pages["https://t.me/dusk_harbour/13?embed=1&mode=tme"] = page("message-gone")
    services.begin(place_id=place, now=now)
    services.begin(place_id=other, now=now + timedelta(minutes=5))
    work(now)
    work(now + timedelta(minutes=5))
    assert [url for url, _ in outside.asked].count(CONTROL) == 1
    outside.goes_gone(control=False)
    work(now + HOUR)
    assert state(place) is S.SUSPECTED_GONE, "an hour later the old control counts no longer"
    assert Control.objects.get().ok is False


def test_a_channel_that_is_gone_takes_its_posts_along(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone()
    outside.pages[EMBED] = page("message-other-error")
    outside.pages[CHANNEL] = page("channel-gone")
    services.begin(place_id=place, now=now)
    work(now)
    work(now + HOUR)
    assert state(place) is S.ACCOUNT_OR_CHANNEL_REMOVED
    assert set(Probe.objects.values_list("marker", flat=True)) == {"name_not_held"}


@pytest.mark.parametrize(
    "error",
    [OutsideError("away", code="too_slow"), FetchRefusedError("odd"), OutsideError("x", code="tls_failed")],
)
def test_no_answer_is_unreachable_and_tried_again(
    place: UUID, outside: FakeFetcher, now: datetime, error: OutsideError
) -> None:
    outside.pages = {EMBED: error, CHANNEL: error}
    services.begin(place_id=place, now=now)
    work(now)
    assert state(place) is S.UNREACHABLE
    assert due(place) == now + timedelta(minutes=10)
    assert Probe.objects.get().marker == error.code


def test_half_a_page_is_never_gone(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    outside.goes_gone()
    outside.truncated = True
    services.begin(place_id=place, now=now)
    work(now)
    assert Probe.objects.get().marker == "truncated"
    assert state(place) is S.UNKNOWN


def test_a_page_that_the_sandbox_cannot_read_is_unknown(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    class Broken(InlineSandbox):
        def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
            super().run(task, data, seconds=seconds)
            raise OutsideError("broken", code="sandbox_timeout")

    services.begin(place_id=place, now=now)
    with wiring.bound(Sandbox, Broken()):  # type: ignore[type-abstract]
        work(now)
    assert Probe.objects.get().marker == "sandbox_timeout"
    assert state(place) is S.UNKNOWN


@pytest.mark.parametrize(
    "line", ["https://t.me/c/1234567890/12", "https://t.me/+AbCdEfGhIjKl", "t.me/dusk_harbour/s/3"]
)
def test_private_and_unreadable_places_are_never_fetched(
    outside: FakeFetcher, now: datetime, line: str
) -> None:
    place = place_at(line, now)
    services.begin(place_id=place, now=now)
    assert services.probe_now(place_id=place, now=now) is False
    services.watch_closely(place_id=place, reason="notice", now=now)
    work(now + 1000 * HOUR)
    assert outside.asked == []
    assert state(place) is S.NOT_CHECKED
    assert not Job.objects.filter(kind=services.PROBE).exists()


def test_after_a_notice_the_plan_is_1_h_24_h_7_d_30_d_monthly(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    work(now)
    services.watch_closely(place_id=place, reason="notice", now=now)
    looks = []
    for _ in range(6):
        at = due(place)
        looks.append((at - now) / HOUR)
        work(at)
    assert looks == [1, 24, 7 * 24, 30 * 24, 60 * 24, 90 * 24]


def test_an_answer_that_says_removed_brings_a_probe_and_nothing_else(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    work(now)
    later = now + timedelta(minutes=20)
    assert services.probe_now(place_id=place, now=later) is True
    assert state(place) is S.AVAILABLE
    assert due(place) == later
    work(later)
    assert state(place) is S.AVAILABLE, "the post is still up, whatever they say"
    assert Probe.objects.count() == 2


def test_asking_to_look_now_does_not_shorten_the_hour(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone()
    services.begin(place_id=place, now=now)
    work(now)
    for minutes in (10, 30, 50):
        at = now + timedelta(minutes=minutes)
        services.probe_now(place_id=place, now=at)
        work(at)
        assert state(place) is S.SUSPECTED_GONE
        assert due(place) == now + HOUR
    work(now + HOUR)
    assert state(place) is S.REMOVED_AT_SOURCE


def test_only_one_probe_of_a_place_is_planned(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    for minutes in range(5):
        services.probe_now(place_id=place, now=now + timedelta(minutes=minutes))
    assert Job.objects.filter(kind=services.PROBE, state="open").count() == 1
    work(now + HOUR)
    assert Probe.objects.count() == 1


def test_a_probe_that_is_done_again_records_nothing_twice(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    job = Job.objects.get(kind=services.PROBE)
    context = JobContext(job_id=job.id, kind=job.kind, attempt=1, fence=1, now=now)
    tasks.probe(context, job.args)
    tasks.probe(context, job.args)
    assert Probe.objects.count() == 1
    looks = [LookFrom("home", Look(Verdict.GONE, "post_not_found"), control_ok=True)]
    overtaken = services.record(place_id=place, turn=job.args["turn"], looks=looks, vantages=1, now=now)
    assert overtaken is None
    assert state(place) is S.AVAILABLE


def test_when_every_attempt_fails_on_our_side_the_plan_goes_on(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    job = Job.objects.get(kind=services.PROBE)
    tasks.probe_exhausted(JobContext(job.id, job.kind, 8, 8, now), job.args)
    assert due(place) == now + tasks.AFTER_EXHAUSTED
    tasks.probe_exhausted(JobContext(job.id, job.kind, 8, 8, now + HOUR), job.args)
    assert due(place) == now + tasks.AFTER_EXHAUSTED, "an overtaken turn plans nothing"


def test_watching_a_place_that_nobody_began_is_an_error(place: UUID, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        services.watch_closely(place_id=place, reason="notice", now=now)


def test_erasing_a_place_ends_its_probes_and_takes_their_digests(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    work(now)
    assert Probe.objects.get().body_digest != ""
    locations.erase_place(place_id=place, now=now)
    work(now)
    probe = Probe.objects.get()
    assert probe.body_digest == ""
    assert Availability.objects.get(place_id=place).next_due_at is None
    asked = len(outside.asked)
    work(now + 1000 * HOUR)
    assert len(outside.asked) == asked
    assert Probe.objects.count() == 1


def test_a_probe_of_a_place_erased_meanwhile_does_nothing(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    services.begin(place_id=place, now=now)
    locations.erase_place(place_id=place, now=now)
    work(now)
    assert outside.asked == []
    assert not Probe.objects.exists()
    assert not Job.objects.filter(kind=services.PROBE, state__in=["open", "failed"]).exists()


def test_freshness(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    assert selectors.fresh_verdict(place, HOUR, now) is None
    services.begin(place_id=place, now=now)
    work(now)
    assert selectors.fresh_verdict(place, HOUR, now + HOUR) is Verdict.LIVE
    assert selectors.fresh_verdict(place, HOUR, now + HOUR * 1.1) is None
    assert selectors.first_checked_at(place) == now
    assert selectors.first_checked_at(place, now + HOUR) is None
    assert selectors.availability([new_id()]) == {}


# -- what a survivor may know -----------------------------------------------------------------------------------


def test_a_second_reporter_sees_what_a_first_would_have_seen(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    """The place was removed before she reported it. Her page says what it would say if nobody else had."""
    outside.goes_gone()
    services.begin(place_id=place, now=now)
    work(now)
    work(now + HOUR)
    assert state(place) is S.REMOVED_AT_SOURCE

    hers = now + 5 * HOUR + timedelta(minutes=7)
    her = new_id()
    services.begin(place_id=place, watcher=her, now=hers)
    view = selectors.seen_by([her])[her]
    assert (view.state, view.probes, view.checked_at) == (S.NOT_CHECKED, 0, None)
    work(hers)
    view = selectors.seen_by([her])[her]
    assert (view.state, view.probes, view.checked_at) == (S.SUSPECTED_GONE, 1, hers)
    assert view.first_gone_at == hers
    assert due(place) == hers + HOUR, "her hour is kept as the first reporter's was"
    work(hers + HOUR)
    assert selectors.seen_by([her])[her].state is S.REMOVED_AT_SOURCE
    assert [one.state for one in selectors.history_since(place, hers)] == [
        S.SUSPECTED_GONE,
        S.REMOVED_AT_SOURCE,
    ]
    assert ledgered() == ["removed_at_source"], "one change of one place"


def test_a_place_that_came_back_before_she_reported_is_just_there(
    place: UUID, outside: FakeFetcher, now: datetime
) -> None:
    outside.goes_gone()
    services.begin(place_id=place, now=now)
    work(now)
    work(now + HOUR)
    outside.goes_live()
    hers, her = now + 3 * HOUR, new_id()
    services.begin(place_id=place, watcher=her, now=hers)
    work(hers)
    assert state(place) is S.REAPPEARED
    assert selectors.seen_by([her])[her].state is S.AVAILABLE
    history = selectors.history_since(place, hers)
    assert [(one.at, one.verdict, one.state, one.changed) for one in history] == [
        (hers, Verdict.LIVE, S.AVAILABLE, True)
    ]


def test_nothing_is_known_of_places_without_a_row() -> None:
    assert selectors.seen_by([]) == {}
    assert selectors.seen_by([new_id()]) == {}
    assert selectors.history_since(new_id(), datetime.fromisoformat("2026-03-02T00:00:00+00:00")) == []


# -- outside transactions, in the real sandbox -------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_no_fetch_happens_inside_a_transaction(outside: FakeFetcher, now: datetime) -> None:
    place = place_at("https://t.me/dusk_harbour/12", now)
    outside.goes_gone()
    outside.refuse_in_transaction = True
    services.begin(place_id=place, now=now)
    work(now)
    assert Probe.objects.get().verdict == "gone"
    assert wiring.resolve(Fetcher) is outside  # type: ignore[type-abstract]


def test_the_real_sandbox_reads_the_page(place: UUID, outside: FakeFetcher, now: datetime) -> None:
    outside.goes_gone()
    services.begin(place_id=place, now=now)
    sandbox = ZygoteSandbox()
    with wiring.bound(Sandbox, sandbox):  # type: ignore[type-abstract]
        work(now)
    sandbox.close()
    assert Probe.objects.get().marker == "post_not_found"
    assert state(place) is S.SUSPECTED_GONE
