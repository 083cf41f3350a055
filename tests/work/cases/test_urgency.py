"""How urgent a case is and where it stands: never worse for knowing more, never starved."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recourse.work.cases.domain import HEAD_START, Step, Threat, Urgency, due_first, queue_at, urgency_of
from tests.wiring import START

hours = st.integers(0, 24 * 60).map(lambda n: START + timedelta(hours=n))
threats = st.frozensets(st.sampled_from(Threat))
steps = st.builds(Step, todo=st.sampled_from(["assess", "read_answer"]), due_at=hours)


@given(minor=st.booleans(), said=st.booleans(), known=threats, returned=st.booleans())
def test_urgency_follows_the_table(minor: bool, said: bool, known: frozenset[str], returned: bool) -> None:
    found = urgency_of(minor_path=minor, threatened=said, threats=known, returned=returned)
    assert (found is Urgency.DANGER) == (Threat.TO_LIFE in known)
    if minor:
        assert found <= Urgency.MINOR
    if known & {Threat.TO_PUBLISH, Threat.BLACKMAIL}:
        assert found <= Urgency.THREAT
    if not (minor or said or returned) and known <= {Threat.NONE, Threat.NOT_SAID}:
        assert found is Urgency.ROUTINE


def test_an_officer_who_knows_that_nobody_threatens_outweighs_the_report() -> None:
    known = frozenset({Threat.NONE})
    assert urgency_of(minor_path=False, threatened=True, threats=known, returned=False) is Urgency.ROUTINE


@given(urgency=st.sampled_from(Urgency), due=hours, opened=hours)
def test_a_head_start_is_all_that_urgency_gives(urgency: Urgency, due: datetime, opened: datetime) -> None:
    assert queue_at(urgency, due_at=due, opened_at=opened) == due - HEAD_START[urgency]
    waits = queue_at(urgency, due_at=None, opened_at=opened)
    assert waits > queue_at(Urgency.ROUTINE, due_at=due, opened_at=opened), (
        "what waits stands behind what is due"
    )


@given(own=st.none() | steps, rooms=st.lists(steps, max_size=4).map(tuple), by=st.none() | hours)
def test_the_first_step_of_all_rooms_is_the_cases(
    own: Step | None, rooms: tuple[Step, ...], by: datetime | None
) -> None:
    first = due_first(own, rooms, threat_by=by)
    dates = [step.due_at for step in (*rooms, *([own] if own else []))]
    if not dates:
        assert first is None
    else:
        assert first is not None
        assert first.due_at == min([*dates, *([by] if by else [])])
