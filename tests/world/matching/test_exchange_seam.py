"""What platforms are told: in one order, with nothing missed, withdrawn when nobody stands behind it, suspended by two."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from recourse.world.matching import domain, selectors, services
from recourse.world.matching.domain import (
    HEARD_WITHIN,
    Because,
    Change,
    FingerprintState,
    ListingState,
    ReadOf,
    Verdict,
)
from recourse.world.matching.models import BankRead, Block, Fingerprint, Listing, Source
from recourse.world.matching.services.reviewing import NoConsentError, NothingToShareError
from tests.wiring import START as NOW
from tests.world.matching.making import digits, image, video

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)
Case = tuple[UUID, DataKey]


def a_case(*texts: str, agreed: bool = True) -> Case:
    case = ids.new_id(), vault.create_key(scope=KeyScope.CASE, now=NOW)
    made = [domain.read(text) for text in texts]
    services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=made, now=NOW)
    if agreed:
        services.agree(case_id=case[0], agreed=True, now=NOW)
    return case


def of(case: Case) -> list[UUID]:
    return [one.id for one in selectors.fingerprints_of(case[0])]


def shared(*texts: str) -> Case:
    case = a_case(*texts)
    services.review(case_id=case[0], only=of(case), now=NOW)
    services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    return case


def told(since: int = 0, limit: int = 800) -> list[Change]:
    return list(selectors.access_changes(reader="platform:wire", since=since, limit=limit, now=NOW))


def test_a_reviewed_picture_is_shared_as_its_whole_hash_alone() -> None:
    shared(image("dusk", sections=28))
    (change,) = told()
    assert (change.hash, change.state) == (digits(("dusk", 0)), ListingState.ACTIVE)
    assert change.at == NOW.replace(microsecond=0)
    assert BankRead.objects.get(what=ReadOf.CHANGES).hashes == 1


def test_nothing_is_shared_that_no_person_reviewed() -> None:
    case = a_case(image("dusk"))
    with pytest.raises(NothingToShareError):
        services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    assert told() == []


def test_nothing_is_shared_without_her_consent_and_what_was_is_withdrawn_when_it_ends() -> None:
    case = a_case(image("dusk"), agreed=False)
    services.review(case_id=case[0], only=of(case), now=NOW)
    with pytest.raises(NoConsentError):
        services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    services.agree(case_id=case[0], agreed=True, now=NOW)
    services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    services.agree(case_id=case[0], agreed=False, now=NOW)
    assert [change.state for change in told()] == [ListingState.WITHDRAWN]
    assert Fingerprint.objects.get().state == FingerprintState.REVIEWED


@pytest.mark.parametrize("text", [image("plain", quality=49), video("dusk"), f"image.0-90-{'0' * 60}ffff"])
def test_plain_flat_and_moving_pictures_stay_with_us(text: str) -> None:
    case = a_case(text)
    services.review(case_id=case[0], only=of(case), now=NOW)
    with pytest.raises(NothingToShareError):
        services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)


def test_pages_miss_nothing_and_times_never_go_back() -> None:
    cases = [shared(image(seed)) for seed in range(5)]
    first = told(limit=2)
    services.agree(case_id=cases[0][0], agreed=False, now=NOW - SECOND)
    rest = told(since=first[-1].sequence)
    walked = [*first, *rest]
    assert {one.hash for one in walked} == {digits((seed, 0)) for seed in range(5)}
    assert rest[-1].state == ListingState.WITHDRAWN, "it moved behind what was read"
    assert [one.sequence for one in walked] == sorted({one.sequence for one in walked})
    assert [one.at for one in walked] == sorted(one.at for one in walked), "a clock that goes back moves none"


def test_a_second_is_read_anew_from_its_first_change() -> None:
    shared(image(1))
    services.agree(case_id=shared(image(2))[0], agreed=False, now=NOW + SECOND)
    assert len(told(since=selectors.sequence_before(NOW))) == 2
    assert [one.state for one in told(since=selectors.sequence_before(NOW + SECOND))] == ["withdrawn"]
    assert told(since=selectors.sequence_before(NOW + 2 * SECOND)) == []


def test_one_picture_of_two_survivors_is_withdrawn_when_the_last_of_them_is() -> None:
    one, other = shared(image("both")), shared(image("both"))
    assert len(told()) == 1
    services.withdraw_fingerprints(case_id=one[0], because=Because.TAKEN_OUT, now=NOW)
    assert [change.state for change in told()] == [ListingState.ACTIVE]
    services.forget_case(case_id=other[0], now=NOW)
    assert [change.state for change in told()] == [ListingState.WITHDRAWN]
    assert services.drop_listings(now=NOW + HEARD_WITHIN - SECOND) == 0
    key_id = Listing.objects.get().key_id
    assert services.drop_listings(now=NOW + HEARD_WITHIN) == 1
    assert told() == []
    with pytest.raises(NotFoundError):
        vault.open_key(key_id)


def test_two_platforms_that_say_lawful_suspend_it_and_a_person_lets_it_in_again() -> None:
    case = shared(image("dusk"))
    for platform in ("wire", "wire"):
        assert services.heard_of(
            platform=platform, hash=digits(("dusk", 0)), verdict=Verdict.NOT_BLOCKED, now=NOW
        )
    assert told()[0].state == ListingState.ACTIVE, "one platform, twice"
    services.heard(platform="other", reference=told()[0].reference, verdict=Verdict.NOT_BLOCKED, now=NOW)
    assert told()[0].state == ListingState.WITHDRAWN
    assert Fingerprint.objects.get().state == FingerprintState.SUSPENDED
    services.let_in(case_id=case[0], now=NOW)
    services.review(case_id=case[0], only=of(case), now=NOW)
    services.share(case_id=case[0], key=case[1], only=of(case), now=NOW)
    services.heard(platform="third", reference=told()[0].reference, verdict=Verdict.NOT_BLOCKED, now=NOW)
    assert told()[0].state == ListingState.ACTIVE, "what a person has looked at since counts no more"
    assert [one.platform for one in told()[0].opinions] == ["third"]


def test_an_unknown_hash_and_an_unknown_reference() -> None:
    assert not services.heard_of(platform="wire", hash=digits(1), verdict=Verdict.BLOCKED, now=NOW)
    with pytest.raises(NotFoundError):
        services.heard(platform="wire", reference=ids.new_id(), verdict=Verdict.BLOCKED, now=NOW)
    with pytest.raises(domain.BadHashError):
        services.submit(platform="wire", hashes=[digits(1), "f8"], now=NOW)


def test_what_a_platform_submits_is_sealed_under_its_name() -> None:
    assert services.submit(platform="wire", hashes=[digits(1), digits(2)], now=NOW) == 2
    assert services.submit(platform="wire", hashes=[digits(3)], now=NOW) == 1
    held = b"".join(bytes(block.sealed) for block in Block.objects.all())
    assert bytes.fromhex(digits(1)) not in held
    assert not services.erase_list(name="wire", now=NOW), "nobody brought in a list of this name"
    assert services.erase_list(name="wire", submitted=True, now=NOW)
    assert not Block.objects.exists()


@pytest.mark.parametrize("lawful", [True, False])
def test_a_platform_adds_nothing_to_a_list_that_was_brought_in_under_its_name(lawful: bool) -> None:
    about = domain.About("wire", "agreement", NOW.date())
    bring = partial(services.import_list, about=about, lawful=lawful, label="Officer 01", now=NOW)
    bring(read=domain.read_list(digits(1)))
    services.submit(platform="wire", hashes=[digits(2), digits(3)], now=NOW)
    held = {(one.submitted, one.lawful, one.hashes) for one in selectors.sources()}
    assert held == {(False, lawful, 1), (True, False, 2)}
    bring(read=domain.read_list(digits(4)))
    assert {(one.submitted, one.hashes) for one in selectors.sources()} == {(False, 1), (True, 2)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(submitted=True).update(lawful=True)
