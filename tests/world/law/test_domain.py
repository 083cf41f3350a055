"""Which elements a law asks for, and when an answer is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.world.law.domain import Element, aimed_at, applying, due, formal, missing
from recourse.world.rules.load import rules

ALL = {element.value for element in Element}
TELEGRAM = ["us-tida", "eu-dsa-16", "kr-tba-22-5"]
_sets = st.sets(st.sampled_from(sorted(ALL)))


def test_a_notice_with_everything_lacks_nothing() -> None:
    assert missing(ALL, TELEGRAM) == []


def test_what_is_missing_is_named_with_its_law() -> None:
    found = missing(ALL - {"signature"}, TELEGRAM)
    assert [(one.regime, one.element, one.needs) for one in found] == [
        ("us-tida", "signature", (Element.SIGNATURE,))
    ]
    assert "authorised person" in found[0].note


def test_an_element_that_two_laws_ask_for_is_missing_under_both() -> None:
    assert {one.regime for one in missing(ALL - {"location"}, TELEGRAM)} == set(TELEGRAM)


def test_half_an_element_is_not_it() -> None:
    found = missing(ALL - {"accuracy"}, ["eu-dsa-16"])
    assert [(one.element, one.needs) for one in found] == [("bona_fide_statement", (Element.ACCURACY,))]


@given(_sets, _sets)
def test_adding_an_element_never_makes_more_missing(some: set[str], more: set[str]) -> None:
    fewer = {(one.regime, one.element) for one in missing(some | more, TELEGRAM)}
    assert fewer <= {(one.regime, one.element) for one in missing(some, TELEGRAM)}


@given(_sets)
def test_words_that_are_no_element_help_nothing(some: set[str]) -> None:
    assert missing(some | {"please", "urgent"}, TELEGRAM) == missing(some, TELEGRAM)


@pytest.mark.parametrize("regime", ["us-tida"])
@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - the strategy wants naive bounds
def test_hours_are_hours_and_weekends_count(regime: str, at: datetime) -> None:
    assert due(regime, at) == at + timedelta(hours=48)


def test_a_law_without_hours_has_no_due_time() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert due("eu-dsa-16", at) is None
    assert due("kr-tba-22-5", at) is None


def test_an_unknown_law_is_an_error() -> None:
    with pytest.raises(KeyError):
        missing(ALL, ["xx-none"])


def test_every_element_is_asked_for_by_some_law() -> None:
    asked = {
        element for regime in rules().regimes.values() for rule in regime.elements for element in rule.met_by
    }
    assert asked == set(Element)


def test_days_are_days_and_a_goal_is_no_deadline() -> None:
    at = datetime(2026, 11, 23, 22, 15, tzinfo=UTC)
    assert due("jp-infopla", at) == at + timedelta(days=7)
    assert aimed_at("jp-infopla", at) is None
    assert due("kr-nica-44-7", at) is None
    assert aimed_at("kr-nica-44-7", at) == at + timedelta(hours=24)
    assert due("in-it-rules-3-2-b", at) == at + timedelta(hours=2)


def test_an_application_to_an_authority_starts_no_clock() -> None:
    """The 24 hours bind the operator from the authority's own order; the authority itself is never silent by them."""
    at = datetime(2026, 11, 23, 22, 15, tzinfo=UTC)
    authorities = [one.id for one in rules().regimes.values() if one.formal]
    assert {one for one in authorities if rules().regimes[one].deadline_hours} == {
        "au-osa-77",
        "id-kepmen-522-2024",
    }
    assert all(due(one, at) is None for one in authorities)


def test_what_could_not_be_verified_to_be_in_force_is_never_invoked() -> None:
    unverified = [one.id for one in rules().regimes.values() if one.in_force == "unverified"]
    assert "uk-cpa-48h" in unverified
    for kind in ("removal", "deindexing"):
        assert applying(unverified, kind, on=date(2100, 1, 1)) == ()
    for regime_id in unverified:
        assert rules().regimes[regime_id].disagreements, "it says what could not be verified"


def test_only_a_decision_of_an_authority_is_formal() -> None:
    marked = {one.id for one in rules().regimes.values() if one.formal}
    assert marked == {"eu-dsa-9", "kr-nica-44-7", "au-osa-77", "id-kepmen-522-2024"}
    assert formal(["us-tida", "kr-nica-44-7"])


def test_a_ground_is_no_request() -> None:
    grounds = [one for one in rules().regimes.values() if not one.kinds]
    assert {one.id for one in grounds} == {"eu-dir-2024-1385", "kr-svppa-7-3", "kr-svpa-14-2"}
    assert all(due(one.id, datetime(2026, 1, 1, tzinfo=UTC)) is None for one in grounds)


def test_a_law_is_invoked_only_for_its_kinds_and_once_it_is_in_force() -> None:
    on = date(2026, 11, 26)
    assert [one.id for one in applying(TELEGRAM, "removal", on=on)] == TELEGRAM
    assert applying(TELEGRAM, "deindexing", on=on) == ()
    before = date(2026, 5, 18)
    assert "us-tida" not in [one.id for one in applying(TELEGRAM, "removal", on=before)]
    assert not formal(TELEGRAM)
    assert aimed_at("us-tida", datetime(2026, 11, 23, tzinfo=UTC)) is None
