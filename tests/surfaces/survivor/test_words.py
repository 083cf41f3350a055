"""The words of a place: only our own check says gone, theirs says "says", and there is always a next date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.surfaces.frame.answers import NAMES
from recourse.surfaces.frame.places import KINDS, place_words
from recourse.surfaces.survivor.record import PURPOSES, STEPS
from recourse.surfaces.survivor.wording import NOTES, ROWS
from recourse.surfaces.survivor.words import _ANSWERS, LOOKS, Facts, Look, headline, place
from recourse.work.cases.domain import Purpose, StepKind
from recourse.work.hotline.domain import QUESTIONS
from recourse.work.notices.domain import NO_ANSWER, AnswerKind
from recourse.world.checks.domain import RESOLVED, AvailabilityState
from recourse.world.rules.load import rules

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = {"decided_at": NOW - 2 * HOUR, "in_scope": True, "asked_at": NOW - HOUR}


def facts(look: Look = Look.NOT_YET, **known: object) -> Facts:
    looked = None if look is Look.NOT_YET else NOW - timedelta(minutes=20)
    return Facts(1, "Telegram post", NOW - 3 * HOUR, look, looked, **known)  # type: ignore[arg-type]


def test_every_state_every_answer_every_question_and_every_kind_has_words() -> None:
    assert set(LOOKS) == set(AvailabilityState)
    assert set(_ANSWERS) == set(AnswerKind) - NO_ANSWER
    assert set(PURPOSES) == set(Purpose)
    keys = {question.key for question in QUESTIONS}
    assert set(NAMES) == keys
    assert set(NOTES) <= keys
    assert set(ROWS) <= keys
    kinds = {pattern.kind for platform in rules().platforms.values() for pattern in platform.location}
    assert kinds <= set(KINDS)
    assert place_words("telegram", "message") == "Telegram post"
    assert place_words("nobody", "knows") == "nobody"


def test_only_a_resolved_place_reads_gone() -> None:
    gone = {state for state, look in LOOKS.items() if look is Look.GONE}
    assert gone == RESOLVED


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (facts(), "Not looked at yet"),
        (facts(**ASKED), "Asked"),
        (facts(**ASKED, answer="claims_removed"), "Says removed"),
        (facts(Look.UNSURE, **ASKED, answer="claims_removed"), "Says removed"),
        (facts(Look.THERE, **ASKED, answer="claims_removed"), "Still there"),
        (facts(Look.THERE), "Still there"),
        (facts(Look.SUSPECTED, **ASKED), "Not seen once; we look again"),
        (facts(Look.GONE, **ASKED), "Gone"),
        (facts(Look.HIDDEN, **ASKED), "Hidden, not gone"),
        (facts(Look.NOT_PUBLIC, **ASKED, answer="claims_removed"), "Not public any more"),
        (facts(Look.UNSURE), "Not sure"),
        (facts(Look.BACK, **ASKED), "Back"),
    ],
)
def test_what_we_saw_outranks_what_they_say(known: Facts, words: str) -> None:
    assert place(known, NOW).words == words


def test_a_claim_that_our_look_contradicts_is_said_to_be_one() -> None:
    told = place(facts(Look.THERE, **ASKED, answer="claims_removed"), NOW)
    assert "They wrote that it is removed." in told.sentence
    assert "still there" in told.sentence


def test_suspected_gone_says_one_look_and_when_the_next_is() -> None:
    told = place(facts(Look.SUSPECTED, **ASKED), NOW)
    assert "once" in told.sentence
    assert told.next_at == NOW + timedelta(minutes=40)


def test_a_place_out_of_scope_says_that_nobody_was_asked() -> None:
    told = place(facts(Look.THERE, decided_at=NOW - HOUR, in_scope=False), NOW)
    assert told.stops[0].words == "Not asked"
    assert "look again" in told.next


def test_a_request_that_was_stopped_on_its_way_is_not_called_not_asked() -> None:
    stop = place(facts(Look.THERE, **{**ASKED, "asked_at": None}, unsure_since=NOW - HOUR), NOW).stops[0]
    assert (stop.words, stop.at, stop.pending) == ("Perhaps asked", NOW - HOUR, False)
    assert "it may have arrived" in stop.note


def test_an_overdue_reading_is_said_to_be_late() -> None:
    late = Facts(1, "Telegram", NOW - timedelta(hours=30))
    assert "It is late" in place(late, NOW).next


@given(
    look=st.sampled_from(list(Look)),
    answer=st.sampled_from([kind.value for kind in AnswerKind]),
    hours=st.lists(st.integers(0, 24 * 400), min_size=5, max_size=5),
    given_=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    in_scope=st.sampled_from([True, False]),
)
def test_there_is_always_a_next_date_and_it_is_not_past(
    look: Look,
    answer: str,
    hours: list[int],
    given_: tuple[bool, bool, bool, bool],
    in_scope: bool,
) -> None:
    reported, decided, asked, acknowledged, looked = (NOW - HOUR * h for h in sorted(hours, reverse=True))
    told = place(
        Facts(
            number=1,
            what="Telegram",
            reported_at=reported,
            look=look,
            looked_at=looked if look is not Look.NOT_YET else None,
            decided_at=decided if given_[0] else None,
            in_scope=in_scope if given_[0] else None,
            asked_at=asked if given_[1] and given_[0] and in_scope else None,
            acknowledged_at=acknowledged if given_[2] else None,
            answer=answer,
            answered_at=acknowledged if given_[3] else None,
        ),
        NOW,
    )
    assert told.next
    assert told.next_at is not None
    assert told.next_at >= NOW
    assert len(told.stops) == 4
    assert ("gone" in told.kind) == (look is Look.GONE)
    assert told.sentence


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([], "Your report is stored."),
        ([Look.NOT_YET], "Your report is stored."),
        ([Look.GONE], "Gone from 1 place."),
        ([Look.GONE] * 2, "Gone from 2 places."),
        ([Look.GONE, Look.THERE, Look.BACK], "Gone from 1 place. Not gone from 2."),
        ([Look.THERE], "Not gone from 1 place."),
        ([Look.HIDDEN, Look.THERE], "Not gone from 2 places."),
        ([Look.SUSPECTED, Look.NOT_YET], "Not yet sure of 2 places."),
        ([Look.GONE, Look.SUSPECTED], "Gone from 1 place. Not yet sure of 1."),
        ([Look.NOT_PUBLIC], "Not public any more in 1 place."),
        (
            [Look.GONE, Look.NOT_PUBLIC, Look.NOT_PUBLIC, Look.THERE],
            "Gone from 1 place. Not public any more in 2. Not gone from 1.",
        ),
    ],
)
def test_the_headline_counts_what_we_saw(looks: list[Look], words: str) -> None:
    assert headline(looks) == words


def test_every_step_and_every_purpose_has_words_for_her() -> None:
    assert set(STEPS) == set(StepKind)
    assert set(PURPOSES) == set(Purpose)
