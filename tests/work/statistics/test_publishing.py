"""From the tables of work to what is published, and what erasing leaves of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.ids import new_id
from recourse.base.jobs import registry
from recourse.base.jobs.models import Job
from recourse.work.cases import services as cases
from recourse.work.hotline.models import Report
from recourse.work.notices.models import Notice, NoticeLine
from recourse.work.statistics import selectors, services
from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.periods import Month
from recourse.work.statistics.domain.publication import Bounds, Published
from recourse.work.statistics.models import Snapshot, Tally
from recourse.world.checks.models import Availability
from tests.work.cases.making import open_case
from tests.work.notices.making import World, forward, handed_over, mail, receive, reply_address, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
M = Source.MEASURED


def published(clock: FixedClock, period: str = "all") -> Published:
    services.publish(now=clock.at)
    found = selectors.figures_of(M, period)
    assert found is not None
    return found


def told(at: datetime, many: int, *, by: int | None = None) -> None:
    """So many reports, of as many people unless told otherwise."""
    people = [open_case(at)[0] for _ in range(by or many)]
    Report.objects.bulk_create(
        Report(case=people[n % len(people)], sealed=b"x", channel="web", at=at + timedelta(minutes=n))
        for n in range(many)
    )


def over(clock: FixedClock, month: str) -> None:
    """Let a month be over, and eight days more."""
    clock.at = Month.parse(month).end + services.SETTLED + timedelta(minutes=10)


def test_the_first_night_publishes_a_page_that_says_nothing_whether_somebody_reported_or_not(
    clock: FixedClock, world: World
) -> None:
    def what() -> Published:
        return replace(published(clock), published_at=clock.at)

    nobody = what()
    assert (nobody.notices.count, nobody.notices.why) == (None, "open")
    handed_over(clock.at, 12)
    told(clock.at, 40)
    assert what() == nobody
    assert selectors.periods_published(M) == ["all", "2026-Q1", "2026-03"]


def test_what_was_a_period_once_stays_one(clock: FixedClock) -> None:
    services.publish(now=clock.at)
    clock.at += timedelta(days=40)
    services.publish(now=clock.at)
    assert "2026-03" in selectors.periods_published(M), (
        "else the first report would make the months before go"
    )


def test_a_notice_and_its_place_are_followed_to_the_verified_end(clock: FixedClock, world: World) -> None:
    handed_over(clock.at, 12)
    first = published(clock)
    assert first.platforms == (), "one notice names nobody"
    tally = Tally.objects.get(source=M, platform="telegram")
    assert (tally.counts["asked"], tally.counts["receipt_proven"], tally.counts["places"]) == (1, 0, 1)
    assert tally.counts["silent"] == 0, "sent, receipt unproven, is never silence"

    receive(mail("The content has been removed."), reply_address(world), clock.at)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    published(clock)
    counts = Tally.objects.get(source=M, platform="telegram").counts
    assert (counts["receipt_proven"], counts["removed"], counts["still_up"]) == (1, 1, 0)
    [[after, by, many]] = counts["waits"]
    assert many == 1
    assert 0 <= after < by <= 25, "between the look that saw it and the look that did not"


def test_what_they_say_is_counted_apart_from_what_we_saw(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    notice.lines.update(answer="claims_removed")
    published(clock)
    counts = Tally.objects.get(source=M, platform="telegram").counts
    assert (counts["answered"], counts["says_removed"]) == (1, 1)
    assert (counts["removed"], counts["still_up"]) == (0, 1)


def test_ten_notices_name_a_platform_and_nine_do_not(clock: FixedClock, world: World) -> None:
    for number in range(9):
        handed_over(clock.at, 20 + number)
    over(clock, "2026-03")
    nine = published(clock)
    assert (nine.platforms, nine.notices.count, nine.notices.why) == ((), None, "few")
    handed_over(clock.at, 40)
    assert published(clock) == nine, "nobody can watch the tenth go out"
    over(clock, "2026-04")
    [platform] = published(clock).platforms
    march, april = selectors.figures_of(M, "2026-03"), selectors.figures_of(M, "2026-04")
    assert march is not None
    assert april is not None
    assert march.platforms == april.platforms == ()
    assert (platform.first, platform.last) == ("2026-03", "2026-04")
    assert (platform.id, platform.asked, platform.receipt_unproven, platform.silent) == (
        "telegram",
        10,
        10,
        0,
    )
    assert platform.removal is not None
    assert platform.removal.half is None, "none is gone"


def test_people_are_published_when_the_month_is_over_and_never_one_to_ten(
    clock: FixedClock, world: World
) -> None:
    told(datetime(2026, 3, 4, tzinfo=UTC), 7)
    assert published(clock).reports.why == "open"
    clock.at = datetime(2026, 4, 2, tzinfo=UTC)
    assert published(clock, "2026-03").reports.why == "open", "what is late is waited for"
    over(clock, "2026-03")
    assert published(clock, "2026-03").reports.why == "few"
    told(datetime(2026, 4, 9, tzinfo=UTC), 5)
    over(clock, "2026-04")
    whole = published(clock)
    assert (whole.reports.count, whole.reports.first, whole.reports.last) == (12, "2026-03", "2026-04")
    march = selectors.figures_of(M, "2026-03")
    assert march is not None
    assert (march.reports.count, march.reports.why) == (None, "joined")


def test_a_published_figure_of_people_never_changes(clock: FixedClock, world: World) -> None:
    told(datetime(2026, 3, 4, tzinfo=UTC), 15)
    over(clock, "2026-03")
    assert published(clock, "2026-03").reports.count == 15
    told(datetime(2026, 3, 5, tzinfo=UTC), 3)  # found later: it would tell of three people
    assert published(clock, "2026-03").reports.count == 15


def test_one_person_who_reports_often_is_no_group(clock: FixedClock, world: World) -> None:
    told(datetime(2026, 3, 4, tzinfo=UTC), 30, by=3)
    over(clock, "2026-03")
    assert published(clock, "2026-03").reports.why == "few"
    told(datetime(2026, 4, 9, tzinfo=UTC), 8, by=8)
    over(clock, "2026-04")
    assert published(clock).reports.count == 38


def test_what_no_look_can_tell_is_counted_apart_and_its_time_says_so(clock: FixedClock, world: World) -> None:
    for number in range(10):
        handed_over(clock.at, 20 + number)
    gone = clock.at + timedelta(hours=1)
    Availability.objects.update(
        state="not_public", last_live_at=clock.at, first_unseen_at=gone, checked_at=gone, first_gone_at=None
    )
    over(clock, "2026-03")
    found = published(clock)
    [platform] = found.platforms
    assert (platform.removed, platform.not_public, platform.still_up) == (0, 10, 0)
    assert (found.outcomes.count, found.seen.not_public) == (0, 10)
    assert platform.removal is not None
    assert platform.removal.or_hidden
    assert platform.removal.half == Bounds(0, 1)


def test_places_that_no_look_tells_anything_of_are_not_in_the_estimate(
    clock: FixedClock, world: World
) -> None:
    for number in range(10):
        handed_over(clock.at, 20 + number)
    Availability.objects.update(
        state="unreachable", last_live_at=None, checked_at=clock.at + timedelta(days=2)
    )
    one = Availability.objects.order_by("id")[0]
    one.state, one.last_live_at = "available", clock.at + timedelta(days=2)
    one.save()
    over(clock, "2026-03")
    [platform] = published(clock).platforms
    assert platform.removal is not None
    assert platform.removal.places == 1, (
        "nine could not be looked at, and imputing them would call them gone or not"
    )


def test_what_is_hidden_is_there_as_of_the_last_look_that_could_read_it(
    clock: FixedClock, world: World
) -> None:
    handed_over(clock.at, 12)
    hidden = clock.at + timedelta(hours=24)
    Availability.objects.update(
        state="geo_blocked",
        since=hidden,
        last_live_at=None,
        checked_at=hidden + timedelta(days=6),
        failures=3,
    )
    published(clock)
    [[after, _by, _many]] = Tally.objects.get(source=M, platform="telegram").counts["waits"]
    assert after == 24


def test_silence_without_proof_of_receipt_is_never_scored(clock: FixedClock, world: World) -> None:
    _case, notice = handed_over(clock.at, 12)
    Notice.objects.filter(id=notice.id).update(silent_since=clock.at, receipt_proven_at=None)
    published(clock)
    counts = Tally.objects.get(source=M, platform="telegram").counts
    assert (counts["silent"], counts["answered_late"]) == (0, 0)


def test_a_promise_of_one_form_binds_no_other(clock: FixedClock, world: World) -> None:
    for number in range(10):
        handed_over(clock.at, 20 + number)
    Notice.objects.update(recipient_id="x", channel_id="x-tida")
    NoticeLine.objects.update(recipient_id="x")
    over(clock, "2026-03")
    [platform] = published(clock).platforms
    assert platform.promised_hours == 48
    one = Notice.objects.filter(kind="removal").first()
    assert one is not None
    Notice.objects.filter(id=one.id).update(channel_id="x-ncn")
    [platform] = published(clock).platforms
    assert platform.promised_hours is None


def test_a_place_of_two_recipients_stands_in_both_rows_and_once_in_all(
    clock: FixedClock, world: World
) -> None:
    for number in range(10):
        handed_over(clock.at, 20 + number)
    lines = NoticeLine.objects.filter(notice__kind="removal")
    for line in list(lines):
        other = Notice.objects.get(id=line.notice_id)
        other.id, other.number, other.recipient_id = new_id(), new_id().hex[:12], "x"
        other.token_lookup = other.message_id = other.outbox_id = None
        other.handed_over_at += timedelta(hours=1)
        other.save(force_insert=True)
        NoticeLine.objects.create(notice=other, place_id=line.place_id, recipient_id="x", kind="removal")
    over(clock, "2026-03")
    found = published(clock)
    assert [(one.id, one.places) for one in found.platforms] == [("telegram", 10), ("x", 10)]
    assert found.seen.places == 10


def test_erasing_a_case_leaves_the_counts(clock: FixedClock, world: World) -> None:
    case, _notice = handed_over(clock.at, 12)
    published(clock)
    before = Tally.objects.get(source=M, platform="telegram").counts
    cases.erase_case(case_id=case.id, now=clock.at)
    settle(clock.at)
    published(clock)
    after = Tally.objects.get(source=M, platform="telegram").counts
    assert (after["asked"], after["places"]) == (before["asked"], before["places"]) == (1, 1)


def test_counting_again_changes_nothing(clock: FixedClock, world: World) -> None:
    handed_over(clock.at, 12, 13)
    first = published(clock)
    assert published(clock) == first
    assert Snapshot.objects.filter(period="all").count() == 1


def test_it_is_done_once_a_day_after_midnight(clock: FixedClock, world: World) -> None:
    handed_over(clock.at, 12)
    registry.plan_recurring(clock.at)
    registry.plan_recurring(clock.at)
    [job] = Job.objects.filter(kind=services.COUNT)
    assert job.due_at == datetime(2026, 3, 3, 0, 10, tzinfo=UTC)
    assert selectors.last_published(M) is None
    forward(clock, timedelta(hours=16))
    assert selectors.last_published(M) == job.due_at
    [again] = Job.objects.filter(kind=services.COUNT, state="open")
    assert again.due_at == datetime(2026, 3, 4, 0, 10, tzinfo=UTC)


def test_counting_a_month_costs_the_same_few_queries_however_much_it_holds(
    clock: FixedClock, world: World, django_assert_num_queries: object
) -> None:
    handed_over(clock.at, 12)
    month = selectors.first_month()
    assert month is not None
    with django_assert_num_queries(4):  # type: ignore[operator]
        selectors.count_month(month)
    handed_over(clock.at, 13, 14, 15)
    with django_assert_num_queries(4):  # type: ignore[operator]
        selectors.count_month(month)
    assert Notice.objects.filter(kind="removal").count() == 2
