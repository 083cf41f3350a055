"""Keys of platforms: shown once, each for one function, revoked at once, counted and limited."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.jobs.models import Job
from recourse.world.exchange import selectors, services
from recourse.world.exchange.domain import keys as domain
from recourse.world.exchange.domain.keys import (
    EDGE_FROM,
    LIMITS,
    SLOWED,
    BadKeyNameError,
    Function,
    KeyNameTakenError,
    NoSuchKeyError,
    TooManyRequestsError,
    UnknownKeyError,
    Used,
)
from recourse.world.exchange.models import AtEdge, PlatformKey, Use
from recourse.world.exchange.services import keeping
from tests.world.exchange.making import admitted, platform
from tests.world.matching.making import digits

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_key_opens_its_own_function_and_no_other(clock: FixedClock) -> None:
    printed = platform(clock.at)
    for function, key in printed.functions.items():
        for asked in Function:
            if asked is function:
                found = selectors.admit(subscription=printed.subscription, function_key=key, function=asked)
                assert (found.name, found.reader) == ("murmur", "platform:murmur")
                continue
            with pytest.raises(UnknownKeyError):
                selectors.admit(subscription=printed.subscription, function_key=key, function=asked)


def test_two_platforms_cannot_mix_their_keys(clock: FixedClock) -> None:
    one, other = platform(clock.at), platform(clock.at, "kanal")
    with pytest.raises(UnknownKeyError):
        selectors.admit(
            subscription=one.subscription,
            function_key=other.functions[Function.FETCH],
            function=Function.FETCH,
        )


@pytest.mark.parametrize("wrong", ["", "x", "A" * 32, "é" * 32, "0" * 100_000, "\0"])
def test_what_is_no_key_opens_nothing(clock: FixedClock, wrong: str) -> None:
    printed = platform(clock.at)
    right = printed.functions[Function.FETCH]
    for subscription, key in ((wrong, right), (printed.subscription, wrong), (wrong, wrong)):
        with pytest.raises(UnknownKeyError):
            selectors.admit(subscription=subscription, function_key=key, function=Function.FETCH)


def test_keys_are_nowhere_in_the_table_and_in_no_text_of_ours(clock: FixedClock) -> None:
    printed = platform(clock.at)
    row = PlatformKey.objects.get()
    kept = (
        f"{bytes(row.subscription).hex()} {row.functions} {printed!r} {selectors.every_key(now=clock.at)!r}"
    )
    secrets = [printed.subscription, *printed.functions.values()]
    assert len(set(secrets)) == 5
    for secret in secrets:
        assert len(secret) == domain.SECRET_LENGTH
        assert "," not in secret, "the stock client parts its setting at commas"
        assert secret not in kept
        assert secret.encode().hex() not in kept


def test_a_revoked_key_opens_nothing_and_its_name_is_free(clock: FixedClock) -> None:
    printed = platform(clock.at)
    with pytest.raises(KeyNameTakenError):
        platform(clock.at)
    services.revoke_keys(name="murmur", by=None, now=clock.at)
    with pytest.raises(UnknownKeyError):
        admitted(printed, Function.FETCH)
    with pytest.raises(NoSuchKeyError):
        services.revoke_keys(name="murmur", by=None, now=clock.at)
    assert admitted(platform(clock.at), Function.FETCH).name == "murmur"
    assert [one.revoked_at for one in selectors.every_key(now=clock.at)] == [None, clock.at]


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "a,b", "é", "a" * 41, "a\n", "../a"])
def test_a_name_is_small_letters_digits_and_hyphens(clock: FixedClock, name: str) -> None:
    with pytest.raises(BadKeyNameError):
        platform(clock.at, name)


def test_a_limit_is_counted_per_key_function_and_minute(clock: FixedClock) -> None:
    one, other = platform(clock.at), platform(clock.at, "kanal")
    key, most = admitted(one, Function.FEEDBACK), LIMITS[Function.FEEDBACK].requests
    for _request in range(most):
        keeping.spend(key=key, asked=1, now=clock.at)
    with pytest.raises(TooManyRequestsError):
        keeping.spend(key=key, asked=1, now=clock.at)
    keeping.spend(key=admitted(other, Function.FEEDBACK), asked=1, now=clock.at)
    keeping.spend(key=admitted(one, Function.SUBMIT), asked=1, now=clock.at)
    counted = Use.objects.get(key_id=key.id, function=Function.FEEDBACK)
    assert (counted.requests, counted.asked) == (most, most), "a refused request is not counted"
    keeping.spend(key=key, asked=1, now=clock.advance(timedelta(minutes=1)))


def test_a_day_has_a_limit_too(clock: FixedClock) -> None:
    key, limit = admitted(platform(clock.at), Function.MATCH), LIMITS[Function.MATCH]
    minutes = limit.asked_day // limit.asked_minute
    for _minute in range(minutes):
        keeping.spend(key=key, asked=limit.asked_minute, now=clock.advance(timedelta(minutes=1)))
    with pytest.raises(TooManyRequestsError):
        keeping.spend(key=key, asked=limit.asked_minute, now=clock.advance(timedelta(minutes=1)))
    keeping.spend(key=key, asked=limit.asked_minute, now=clock.advance(timedelta(days=1)))


def test_what_was_read_is_on_record_and_goes_after_a_year(clock: FixedClock) -> None:
    key = admitted(platform(clock.at), Function.FETCH)
    keeping.spend(key=key, asked=1, now=clock.at)
    keeping.enter(key=key, given=7, edge=(), now=clock.at)
    (seen,) = selectors.every_key(now=clock.at)
    assert (seen.given, seen.last_used_at) == (7, clock.at)
    job = Job.objects.get(kind=keeping.DROP)
    assert keeping.drop_uses(now=clock.at + timedelta(days=364)) == 0
    assert keeping.drop_uses(now=job.due_at) == 1


def test_who_walks_along_the_border_is_noticed_and_slowed(clock: FixedClock) -> None:
    printed = platform(clock.at)
    key = admitted(printed, Function.MATCH)
    for step in range(domain.MOST_AT_EDGE + 1):
        assert not admitted(printed, Function.MATCH).noticed
        keeping.spend(key=key, asked=1, now=clock.at)
        keeping.enter(key=key, given=1, edge=[digits(step)], now=clock.at)
    slowed = admitted(printed, Function.MATCH)
    assert slowed.noticed
    clock.advance(timedelta(minutes=1))
    keeping.spend(key=slowed, asked=SLOWED.asked_minute, now=clock.at)
    with pytest.raises(TooManyRequestsError):
        keeping.spend(key=slowed, asked=1, now=clock.at)
    keeping.spend(key=admitted(printed, Function.FETCH), asked=1, now=clock.at)
    services.clear_notice(name="murmur", by=None, now=clock.at)
    freed = admitted(printed, Function.MATCH)
    keeping.spend(key=freed, asked=SLOWED.asked_minute, now=clock.at)
    keeping.enter(key=freed, given=1, edge=[digits("other")], now=clock.at)
    assert not admitted(printed, Function.MATCH).noticed


def test_a_hash_that_only_just_matches_counts_once_a_day(clock: FixedClock) -> None:
    printed = platform(clock.at)
    key = admitted(printed, Function.MATCH)
    for _again in range(3 * domain.MOST_AT_EDGE):
        keeping.spend(key=key, asked=1, now=clock.at)
        keeping.enter(key=key, given=1, edge=[digits("a crop that everybody posts")], now=clock.at)
    assert not admitted(printed, Function.MATCH).noticed
    assert AtEdge.objects.count() == 1
    keeping.enter(key=key, given=1, edge=[digits("next")], now=clock.advance(timedelta(days=1)))
    assert AtEdge.objects.get().day == clock.at.date()


def test_learning_a_hash_by_trying_takes_more_tries_than_are_left_alone() -> None:
    """The attack that the rule is made for: from a picture that matches, flip bits until it just no longer does."""
    chance = random.Random(7)
    secret = chance.getrandbits(256)
    start = secret
    for bit in chance.sample(range(256), 20):
        start ^= 1 << bit
    day, learnt = Used(), 0

    def asks(value: int) -> bool:
        nonlocal day
        apart = (value ^ secret).bit_count()
        hit = apart <= 31
        day = Used(day.requests + 1, day.asked + 1, day.given + hit, day.edge + (hit and apart >= EDGE_FROM))
        return hit

    border = start
    for bit in range(256):
        if not asks(border ^ (1 << bit)):
            break
        border ^= 1 << bit
    before = day.asked
    for bit in range(256):
        asks(border ^ (1 << bit))
        if domain.feels_out(day):
            break
        learnt += 1
    assert domain.feels_out(day)
    assert learnt < 64, "most of the hash is not learnt when the key is slowed"
    assert SLOWED.asked_day - before < 128, "nor with all that it may still ask that day"


def test_a_day_of_copies_as_people_make_them_is_left_alone() -> None:
    """Distances measured over edits (reference, section 7): small ones by far the most, crops near the border few."""
    chance = random.Random(3)
    apart = chance.choices((0, 2, 4, 8, 16, 26), weights=(30, 30, 20, 10, 6, 4), k=5_000)
    near_border = sum(one >= EDGE_FROM for one in apart)
    assert near_border > domain.MOST_AT_EDGE
    assert not domain.feels_out(Used(5_000, 90_000, len(apart), near_border))
