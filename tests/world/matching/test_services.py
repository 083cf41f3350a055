"""Fingerprints of a case: sealed, each once, withdrawn with their dates, gone with the case."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from recourse.base.core import ids
from recourse.base.jobs.models import Job
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope, SealBrokenError
from recourse.world.matching import domain, selectors, services
from recourse.world.matching.domain import (
    HEARD_WITHIN,
    MOST_OF_A_CASE,
    MOST_UNSEEN,
    Because,
    FingerprintState,
    TooManyFingerprintsError,
)
from recourse.world.matching.models import Fingerprint
from tests.wiring import START as NOW
from tests.world.matching.making import digits, image, images, video

pytestmark = [pytest.mark.django_db, pytest.mark.db]
S = FingerprintState
DAY = timedelta(days=1)


def a_case() -> tuple[UUID, DataKey]:
    return ids.new_id(), vault.create_key(scope=KeyScope.CASE, now=NOW)


def add(case: tuple[UUID, DataKey], *made: domain.Fingerprint) -> domain.Added:
    return services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=made, now=NOW)


def states(case: tuple[UUID, DataKey]) -> list[str]:
    return list(Fingerprint.objects.filter(case_id=case[0]).order_by("id").values_list("state", flat=True))


def test_a_fingerprint_opens_with_the_key_of_its_case_alone() -> None:
    case, other = a_case(), a_case()
    made = domain.read(video("dusk")), domain.read(image("dusk", sections=28))
    assert add(case, *made) == domain.Added(stored=2, known=0, waiting=0)
    assert set(selectors.open_fingerprints(*case).values()) == set(made)
    with pytest.raises(SealBrokenError):
        selectors.open_fingerprints(case[0], other[1])
    seen = {(view.kind, view.parts, view.state) for view in selectors.fingerprints_of(case[0])}
    assert seen == {("video", 4, S.INTERNAL), ("image", 29, S.INTERNAL)}


def test_no_hash_stands_in_any_column_and_two_cases_share_no_look_up() -> None:
    cases = a_case(), a_case()
    for case in cases:
        add(case, domain.read(image("dusk")))
    rows = list(Fingerprint.objects.values())
    value = digits(("dusk", 0))
    for row in rows:
        for column in row.values():
            held = bytes(column) if isinstance(column, bytes | memoryview) else repr(column).encode()
            assert value.encode() not in held
            assert bytes.fromhex(value) not in held
    assert bytes(rows[0]["lookup"]) != bytes(rows[1]["lookup"])


def test_the_same_again_is_stored_once() -> None:
    case = a_case()
    add(case, *images(3))
    assert add(case, *images(4)) == domain.Added(stored=1, known=3, waiting=0)
    assert len(states(case)) == 4


def test_the_fifty_first_waits_for_a_person_who_lets_it_in() -> None:
    case = a_case()
    assert add(case, *images(MOST_UNSEEN - 1)).waiting == 0
    assert selectors.waiting_since(case[0]) is None
    assert add(case, *images(3, start=900)).waiting == 2
    assert states(case).count(S.SUSPENDED) == 2
    assert selectors.waiting_since(case[0]) == NOW
    assert services.let_in(case_id=case[0], now=NOW + DAY) == 2
    assert set(states(case)) == {S.INTERNAL}
    assert selectors.waiting_since(case[0]) is None


def test_a_case_has_a_bound_and_beyond_it_nothing_is_stored() -> None:
    case = a_case()
    add(case, *images(MOST_OF_A_CASE - 1))
    with pytest.raises(TooManyFingerprintsError):
        add(case, *images(2, start=900))
    assert len(states(case)) == MOST_OF_A_CASE - 1
    add(case, *images(1, start=900))


def test_what_she_takes_out_and_nobody_outside_can_hold_goes_at_once() -> None:
    case = a_case()
    add(case, *images(3))
    first = selectors.fingerprints_of(case[0])[0].id
    done = services.withdraw_fingerprints(case_id=case[0], because=Because.TAKEN_OUT, now=NOW, only=[first])
    assert done == 1
    assert len(states(case)) == 2
    assert not Fingerprint.objects.filter(id=first).exists()
    assert add(case, *images(3)).stored == 1, "given again, it begins anew"


def test_what_platforms_may_hold_is_kept_until_they_have_heard() -> None:
    case = a_case()
    add(case, *images(1))
    Fingerprint.objects.update(state=S.SHARED, shared_at=NOW)
    services.withdraw_fingerprints(case_id=case[0], because=Because.TAKEN_OUT, now=NOW)
    row = Fingerprint.objects.get()
    assert (row.state, row.lookup, row.retain_until) == (S.WITHDRAWN, None, NOW + HEARD_WITHIN)
    assert selectors.fingerprints_of(case[0]) == ()
    assert selectors.open_fingerprints(*case) == {}
    assert services.bring_back(case_id=case[0], now=NOW) == 0, "she took it out herself"
    assert Job.objects.filter(kind=services.DROP).count() == 1
    assert services.drop_withdrawn(now=NOW + HEARD_WITHIN - DAY) == 0
    assert services.drop_withdrawn(now=NOW + HEARD_WITHIN) == 1


def test_what_ends_with_the_permission_comes_back_with_it_unreviewed() -> None:
    case = a_case()
    add(case, *images(2))
    Fingerprint.objects.update(state=S.REVIEWED)
    assert services.withdraw_fingerprints(case_id=case[0], because=Because.PERMISSION, now=NOW) == 2
    assert set(states(case)) == {S.WITHDRAWN}
    assert services.withdraw_fingerprints(case_id=case[0], because=Because.PERMISSION, now=NOW + DAY) == 0
    assert services.bring_back(case_id=case[0], now=NOW + DAY) == 2
    assert set(states(case)) == {S.INTERNAL}
    assert services.drop_withdrawn(now=NOW + 2 * HEARD_WITHIN) == 0


def test_one_case_s_withdrawal_and_erasure_touch_no_other() -> None:
    one, other = a_case(), a_case()
    add(one, *images(2))
    add(other, *images(2))
    view = selectors.fingerprints_of(other[0])[0]
    nothing = services.withdraw_fingerprints(
        case_id=one[0], because=Because.TAKEN_OUT, now=NOW, only=[view.id]
    )
    assert nothing == 0
    services.forget_case(case_id=one[0], now=NOW)
    assert states(one) == []
    assert len(states(other)) == 2
