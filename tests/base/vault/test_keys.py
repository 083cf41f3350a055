"""Keys: who opens them, that a destroyed one stays destroyed, and what a wrong code costs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recourse.base.core import wiring
from recourse.base.core.errors import ConflictError, MisconfiguredError, NotFoundError
from recourse.base.vault import age, selectors, services
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.domain import (
    BadCaseCodeError,
    KeyDestroyedError,
    KeyMissingError,
    KeyNotHeldError,
    KeyScope,
    SealBrokenError,
    WrongCodeError,
    new_case_code,
)
from recourse.base.vault.models import Erasure, Key, WrappedKey
from recourse.base.vault.ports import KeyWrapper
from tests.base.vault.conftest import Pair

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CODE = "7KM4-QX2T-9HWD-E3RP-V6NA-5CJY"


def test_the_identity_and_the_code_open_the_same_key(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    assert services.open_key(key.id) == key
    assert services.open_key_with_code(key.id, CODE) == key
    assert services.open_key_with_code(key.id, CODE.lower().replace("-", " ")) == key


def test_the_web_process_makes_keys_and_opens_with_a_code_only(web_process: None, now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    assert services.open_key_with_code(key.id, CODE) == key
    with pytest.raises(KeyNotHeldError) as caught:
        services.open_key(key.id)
    assert caught.value.exit_status == 78


def test_no_secret_is_in_the_database_in_clear(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    row = WrappedKey.objects.get(key_id=key.id)
    assert key.secret not in bytes(row.by_identity) + bytes(row.by_code or b"")


@pytest.mark.parametrize("with_code", [True, False])
def test_a_wrong_code_opens_nothing(now: datetime, with_code: bool) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE if with_code else None)
    with pytest.raises(WrongCodeError):
        services.open_key_with_code(key.id, new_case_code())
    with pytest.raises(WrongCodeError):
        services.open_key_with_code(uuid4(), CODE)
    with pytest.raises(BadCaseCodeError):
        services.open_key_with_code(key.id, "not a code")


def test_a_key_without_code_opens_with_none(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.PLACE, now=now)
    with pytest.raises(WrongCodeError):
        services.open_key_with_code(key.id, CODE)


def test_a_new_code_replaces_the_old_one(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    new = new_case_code()
    services.rewrap_for_code(key=key, code=new, now=now)
    assert services.open_key_with_code(key.id, new) == key
    assert services.open_key(key.id) == key
    with pytest.raises(WrongCodeError):
        services.open_key_with_code(key.id, CODE)


def test_a_wrapped_key_copied_to_another_row_does_not_open(now: datetime) -> None:
    mine = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    other = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    row = WrappedKey.objects.get(key_id=mine.id)
    WrappedKey.objects.filter(key_id=other.id).update(by_identity=row.by_identity, by_code=row.by_code)
    with pytest.raises(SealBrokenError):
        services.open_key(other.id)
    with pytest.raises(WrongCodeError):
        services.open_key_with_code(other.id, CODE)


def test_another_identity_does_not_open(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now)
    recipient, identity = age.generate()
    with wiring.bound(KeyWrapper, AgeKeyWrapper(recipient, identity)), pytest.raises(SealBrokenError):
        services.open_key(key.id)


def test_an_unknown_key_is_not_found() -> None:
    with pytest.raises(NotFoundError) as caught:
        services.open_key(uuid4())
    assert caught.value.code == "not_found"


def test_invariant_15_a_destroyed_key_opens_for_nobody(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    kept = services.create_key(scope=KeyScope.CASE, now=now)
    later = now + timedelta(days=1)
    assert services.destroy_keys(key_ids=[key.id, key.id, uuid4()], now=later) == 1
    assert services.destroy_keys(key_ids=[key.id], now=later + timedelta(days=1)) == 0
    with pytest.raises(KeyDestroyedError):
        services.open_key(key.id)
    with pytest.raises(KeyDestroyedError):
        services.open_key_with_code(key.id, CODE)
    with pytest.raises(ConflictError):
        services.rewrap_for_code(key=key, code=CODE, now=later)
    assert not WrappedKey.objects.filter(key_id=key.id).exists()
    assert Key.objects.get(id=key.id).destroyed_at == later
    assert list(Erasure.objects.values_list("key_id", "at")) == [(key.id, later)]
    assert selectors.erased_since(now) == [key.id]
    assert selectors.destroyed_among([key.id, kept.id]) == {key.id}
    assert services.open_key(kept.id) == kept


def test_many_keys_are_destroyed_in_one_call(now: datetime) -> None:
    made = [services.create_key(scope=KeyScope.PLACE, now=now).id for _ in range(3)]
    Key.objects.bulk_create([Key(scope="place", created_at=now) for _ in range(1200)])
    every = list(Key.objects.values_list("id", flat=True))
    assert services.destroy_keys(key_ids=every, now=now) == 1203
    assert Erasure.objects.count() == 1203
    with pytest.raises(KeyDestroyedError):
        services.open_key(made[0])


def test_a_restore_replays_erasures(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    row = WrappedKey.objects.get(key_id=key.id)
    services.destroy_keys(key_ids=[key.id], now=now)
    WrappedKey.objects.create(key_id=key.id, by_identity=row.by_identity, by_code=row.by_code)
    Key.objects.update(destroyed_at=None)
    assert services.replay_erasures() == 1
    assert services.replay_erasures() == 0
    with pytest.raises(KeyDestroyedError):
        services.open_key(key.id)


def test_data_without_its_key_backup_says_so(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now)
    WrappedKey.objects.all().delete()
    with pytest.raises(KeyMissingError) as caught:
        services.open_key(key.id)
    assert isinstance(caught.value, MisconfiguredError)
    assert selectors.missing_keys() == 1


def test_invariant_1_a_wrong_code_costs_under_5_ms_and_two_queries(now: datetime) -> None:
    services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    look_up = selectors.case_code_lookup(CODE)
    assert look_up == selectors.case_code_lookup(CODE.lower())
    assert len(look_up) == 32
    assert selectors.lookup("case-code", CODE) != look_up
    costs = []
    for _ in range(50):
        code, started = new_case_code(), time.perf_counter()
        selectors.case_code_lookup(code)
        with CaptureQueriesContext(connection) as queries, pytest.raises(WrongCodeError):
            services.open_key_with_code(uuid4(), code)
        costs.append(time.perf_counter() - started)
        assert len(queries) == 2
    assert (
        min(costs) < 0.005
    )  # the least, not the median: the test's machine may be busy, the work is the same


def test_the_wrapper_shows_no_identity(pair: Pair) -> None:
    wrapper = AgeKeyWrapper(pair.recipient, pair.identity)
    assert pair.identity not in repr(wrapper)
    assert wrapper.holds_identity
    assert not AgeKeyWrapper(pair.recipient, None).holds_identity
    assert age.recipient_of(pair.identity) == pair.recipient


def test_unreadable_age_keys_are_the_installations_fault_and_show_nothing() -> None:
    with pytest.raises(MisconfiguredError):
        age.encrypt("age1nonsense", b"x")
    with pytest.raises(MisconfiguredError) as caught:
        age.decrypt("AGE-SECRET-" + "KEY-1NONSENSE", b"x")
    assert "NONSENSE" not in str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_destroyed_wrapped_key_is_overwritten_in_the_file(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    row = WrappedKey.objects.get(key_id=key.id)
    blobs = bytes(row.by_identity)[-64:], bytes(row.by_code or b"")[-48:]
    if (
        connection.vendor != "sqlite"
    ):  # PostgreSQL drops the bytes at its next vacuum; only the row can be asked
        services.destroy_keys(key_ids=[key.id], now=now)
        assert not WrappedKey.objects.exists()
        return
    database = Path(str(connection.settings_dict["NAME"]))
    _checkpoint()
    assert all(blob in database.read_bytes() for blob in blobs)
    services.destroy_keys(key_ids=[key.id], now=now)
    _checkpoint()
    left = database.read_bytes() + database.with_name(database.name + "-wal").read_bytes()
    assert not any(blob in left for blob in blobs)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
