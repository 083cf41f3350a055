"""Events: written with what happened, told to each subscriber on its own, carrying nothing but ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.jobs import registry, selectors, services, worker
from recourse.base.jobs.domain import Event, JobContext, event_name, read_event, write_event
from recourse.base.jobs.models import Job


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class HarbourSeen(Event):
    place_id: UUID
    at: datetime
    colour: Colour
    count: int
    before: datetime | None = None
    other_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True)
class Carries(Event):
    value: object


EVENT = HarbourSeen(uuid4(), datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC), Colour.RED, 3)
times = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]))


@given(
    st.builds(
        HarbourSeen,
        st.uuids(),
        times,
        st.just(Colour.RED),
        st.integers(),
        st.none() | times,
        st.none() | st.uuids(),
        st.text(),
    )
)
def test_an_event_survives_being_written(event: HarbourSeen) -> None:
    read = read_event(HarbourSeen, write_event(event))
    assert read == event
    assert isinstance(read.colour, Colour)


def test_a_field_that_a_newer_process_added_is_left_out() -> None:
    assert read_event(HarbourSeen, write_event(EVENT) | {"added_later": "x"}) == EVENT


@pytest.mark.parametrize("value", [1.5, b"x", ["a"], object(), datetime(2026, 1, 1)])  # noqa: DTZ001
def test_content_does_not_travel_in_events(value: object) -> None:
    with pytest.raises(TypeError):
        write_event(Carries(value))


def test_only_dataclasses_are_events() -> None:
    class Bare(Event):
        pass

    with pytest.raises(TypeError):
        write_event(Bare())


def test_two_events_of_one_name_are_refused() -> None:
    first = type("Same", (Event,), {"__module__": "recourse.a.domain"})
    second = type("Same", (Event,), {"__module__": "recourse.a.domain"})
    assert event_name(first) == "a.Same"
    registry.subscribe(first, "one", lambda context, event: None)  # noqa: ARG005
    with pytest.raises(ValueError, match="two events"):
        registry.subscribe(second, "one", lambda context, event: None)  # noqa: ARG005


@pytest.mark.db
@pytest.mark.django_db
def test_every_subscriber_is_told_and_one_that_fails_troubles_no_other(now: datetime) -> None:
    told: list[tuple[str, HarbourSeen]] = []

    def failing(context: JobContext, event: HarbourSeen) -> None:
        told.append(("failing", event))
        raise RuntimeError

    def working(context: JobContext, event: HarbourSeen) -> None:
        assert context.kind == "on.jobs.HarbourSeen.working"
        told.append(("working", event))

    for _ in range(2):  # registering again, as when Django is set up twice, tells nobody twice
        registry.subscribe(HarbourSeen, "failing", failing)
        registry.subscribe(HarbourSeen, "working", working)
    assert services.emit(event=EVENT, now=now) == 2
    assert worker.work_once(now=now) == 2
    assert sorted(name for name, _ in told) == ["failing", "working"]
    assert {event for _, event in told} == {EVENT}
    assert selectors.counts_by_state()["waiting"] == 1


@pytest.mark.db
@pytest.mark.django_db
def test_what_was_rolled_back_is_told_to_nobody(now: datetime) -> None:
    registry.subscribe(HarbourSeen, "one", lambda context, event: None)  # noqa: ARG005
    with transaction.atomic():
        services.emit(event=EVENT, now=now)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert services.emit(event=Carries("nobody listens"), now=now) == 0
