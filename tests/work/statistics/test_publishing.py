"""From the tables of work to what is published, and what erasing leaves of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.jobs import registry
from recourse.base.jobs.models import Job
from recourse.work.cases import services as cases
from recourse.work.hotline.models import Report
from recourse.work.notices.models import Notice
from recourse.work.statistics import selectors, services
from recourse.work.statistics.domain.figures import Source
from recourse.work.statistics.domain.publication import Published
from recourse.work.statistics.models import Snapshot, Tally
from tests.work.notices.making import World, forward, handed_over, mail, receive, reply_address, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
M = Source.MEASURED


def published(clock: FixedClock, period: str = "all") -> Published:
    services.publish(now=clock.at)
    found = selectors.figures_of(M, period)
    assert found is not None
    return found


def told(case_id: object, at: datetime, many: int) -> None:
    Report.objects.bulk_create(
        Report(case_id=case_id, sealed=b"x", channel="web", at=at + timedelta(minutes=number))
        for number in range(many)
    )


def test_before_anything_happened_nothing_is_published(clock: FixedClock) -> None:
    assert services.publish(now=clock.at) == 0
    assert selectors.figures_of(M, "all") is None
    assert selectors.periods_published(M) == []


def test_a_notice_and_its_place_are_followed_to_the_verified_end(clock: FixedClock, world: World) -> None:
    handed_over(clock.at, 12)
    first = published(clock)
    assert (first.notices, first.outcomes) == (1, 0)
    assert first.unnamed_notices == 1
    assert first.platforms == (), "one notice names nobody"
    tally = Tally.objects.get(source=M, platform="telegram")
    assert (tally.counts["asked"], tally.counts["receipt_proven"], tally.counts["places"]) == (1, 0, 1)
    assert tally.counts["silent"] == 0, "sent, receipt unproven, is never silence"

    receive(mail("The content has been removed."), reply_address(world), clock.at)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    last = published(clock)
    assert (last.notices, last.outcomes) == (1, 1)
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
    assert published(clock).platforms == ()
    handed_over(clock.at, 40)
    [platform] = published(clock).platforms
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
    case, _notice = handed_over(clock.at, 12)
    Report.objects.all().delete()
    told(case.id, datetime(2026, 3, 4, tzinfo=UTC), 7)
    assert published(clock).reports.why == "open"
    clock.at = datetime(2026, 4, 2, tzinfo=UTC)
    assert published(clock, "2026-03").reports.why == "few"
    told(case.id, datetime(2026, 4, 3, tzinfo=UTC), 5)
    clock.at = datetime(2026, 5, 1, 0, 10, tzinfo=UTC)
    whole = published(clock)
    assert (whole.reports.count, whole.reports.first, whole.reports.last) == (12, "2026-03", "2026-04")
    march = selectors.figures_of(M, "2026-03")
    assert march is not None
    assert (march.reports.count, march.reports.why) == (None, "joined")


def test_a_published_figure_of_people_never_changes(clock: FixedClock, world: World) -> None:
    case, _notice = handed_over(clock.at, 12)
    Report.objects.all().delete()
    told(case.id, datetime(2026, 3, 4, tzinfo=UTC), 15)
    clock.at = datetime(2026, 4, 2, tzinfo=UTC)
    assert published(clock, "2026-03").reports.count == 15
    told(case.id, datetime(2026, 3, 5, tzinfo=UTC), 3)  # found later: it would tell of three people
    assert published(clock, "2026-03").reports.count == 15


def test_erasing_a_case_leaves_the_counts(clock: FixedClock, world: World) -> None:
    case, _notice = handed_over(clock.at, 12)
    published(clock)
    before = Tally.objects.get(source=M, platform="telegram").counts
    cases.erase_case(case_id=case.id, now=clock.at)
    settle(clock.at)
    assert published(clock).notices == 1
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
