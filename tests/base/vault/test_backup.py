"""The key backup: brings back what was not erased, nothing else, and is gone after seven days."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from recourse.base.core.errors import MisconfiguredError
from recourse.base.vault import age, backup, domain, services
from recourse.base.vault.domain import (
    Imported,
    KeyBackupBrokenError,
    KeyDestroyedError,
    KeyScope,
    SealBrokenError,
)
from recourse.base.vault.models import Erasure, Key, WrappedKey

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CODE = "7KM4-QX2T-9HWD-E3RP-V6NA-5CJY"
OFFLINE, OFFLINE_IDENTITY = age.generate()


def _restore_data(keys: list[Key]) -> None:
    """Play a restore of the data: rows of keys, no wrapped key, no erasure made since."""
    Key.objects.all().delete()
    Erasure.objects.all().delete()
    Key.objects.bulk_create(keys)


def test_a_restored_key_opens_again_both_ways(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    place = services.create_key(scope=KeyScope.PLACE, now=now)
    file = backup.export_keys(OFFLINE)
    _restore_data(list(Key.objects.all()))
    done = backup.import_keys(age.decrypt(OFFLINE_IDENTITY, file))
    assert done == Imported(restored=2, kept=0, erased=0, unknown=0, missing=0)
    assert services.open_key(key.id) == key == services.open_key_with_code(key.id, CODE)
    assert services.open_key(place.id) == place
    again = backup.import_keys(age.decrypt(OFFLINE_IDENTITY, file))
    assert again == Imported(restored=0, kept=2, erased=0, unknown=0, missing=0)


def test_invariant_15_restoring_old_data_does_not_bring_back_what_was_erased_since(now: datetime) -> None:
    erased = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    data_of_monday = list(Key.objects.all())
    keys_of_monday = backup.export_keys(OFFLINE)
    services.destroy_keys(key_ids=[erased.id], now=now + timedelta(days=1))
    keys_of_tuesday = backup.export_keys(OFFLINE)
    _restore_data(data_of_monday)
    done = backup.import_keys(age.decrypt(OFFLINE_IDENTITY, keys_of_tuesday))
    assert done == Imported(restored=0, kept=0, erased=0, unknown=0, missing=0)
    with pytest.raises(KeyDestroyedError):
        services.open_key(erased.id)
    # Even Monday's file, which still holds the key, does not help any more.
    done = backup.import_keys(age.decrypt(OFFLINE_IDENTITY, keys_of_monday))
    assert done == Imported(restored=0, kept=0, erased=1, unknown=0, missing=0)
    with pytest.raises(KeyDestroyedError):
        services.open_key_with_code(erased.id, CODE)


def test_keys_of_rows_that_were_not_restored_stay_away_and_gaps_are_counted(now: datetime) -> None:
    old = services.create_key(scope=KeyScope.CASE, now=now)
    data = list(Key.objects.all())
    file = backup.export_keys(OFFLINE)
    services.create_key(scope=KeyScope.CASE, now=now)
    newer_file = backup.export_keys(OFFLINE)
    _restore_data(data)
    done = backup.import_keys(age.decrypt(OFFLINE_IDENTITY, newer_file))
    assert done == Imported(restored=1, kept=0, erased=0, unknown=1, missing=0)
    assert services.open_key(old.id) == old
    _restore_data([*data, Key(scope="case", created_at=now)])
    assert backup.import_keys(age.decrypt(OFFLINE_IDENTITY, file)).missing == 1


def test_more_keys_than_one_batch(now: datetime) -> None:
    keys = Key.objects.bulk_create([Key(scope="place", created_at=now) for _ in range(1001)])
    WrappedKey.objects.bulk_create([WrappedKey(key=key, by_identity=key.id.bytes) for key in keys])
    file = backup.export_keys(OFFLINE)
    WrappedKey.objects.all().delete()
    assert backup.import_keys(age.decrypt(OFFLINE_IDENTITY, file)).restored == 1001
    assert all(bytes(row.by_identity) == row.key_id.bytes for row in WrappedKey.objects.all())


def test_damaged_files_are_refused_and_change_nothing(now: datetime) -> None:
    services.create_key(scope=KeyScope.CASE, now=now)
    file = backup.export_keys(OFFLINE)
    whole = age.decrypt(OFFLINE_IDENTITY, file)
    WrappedKey.objects.all().delete()
    for sealed, identity in [(file, age.generate()[1]), (file[:-1], OFFLINE_IDENTITY)]:
        with pytest.raises(SealBrokenError):
            age.decrypt(identity, sealed)
    header, _, rest = whole.partition(b"\n")
    broken = [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        header,
        rest,
        whole[:-1],
        whole + b"\n" + rest,
        whole.replace(b"recourse-key-backup/1", b"recourse-key-backup/9"),
        header + b'\n{"key": 7}',
        header + b'\n{"neither": "nor"}',
        header + b"\n[]",
        header + b"\nnull",
    ]
    for plain in broken:
        with pytest.raises(KeyBackupBrokenError):
            backup.import_keys(plain)
    assert not WrappedKey.objects.exists()
    with pytest.raises(MisconfiguredError):
        backup.export_keys("age1nonsense")


def test_a_key_that_came_back_is_counted(now: datetime) -> None:
    key = services.create_key(scope=KeyScope.CASE, now=now)
    row = WrappedKey.objects.get()
    services.destroy_keys(key_ids=[key.id], now=now)
    assert backup.erased_but_present() == 0
    WrappedKey.objects.create(key_id=key.id, by_identity=row.by_identity)
    assert backup.erased_but_present() == 1
    services.replay_erasures()
    assert backup.erased_but_present() == 0


def test_exports_are_pruned_after_seven_days_by_the_time_in_their_name(tmp_path: Path, now: datetime) -> None:
    assert backup.newest_export(tmp_path) is None
    made = [tmp_path / f"recourse-keys-{now + timedelta(days=day):%Y%m%dT%H%M%SZ}.age" for day in range(9)]
    others = [
        tmp_path / name
        for name in ("notes.txt", "recourse-keys-tomorrow.age", "recourse-data-20200101T000000Z.age")
    ]
    for path in made + others:
        path.write_bytes(b"")
    assert backup.prune_exports(tmp_path, now=now + timedelta(days=8)) == 1
    assert [path.exists() for path in made] == [False] + [True] * 8
    assert backup.newest_export(tmp_path) == (made[8], now + timedelta(days=8))
    assert backup.prune_exports(tmp_path, now=now + timedelta(days=30)) == 8
    assert set(tmp_path.iterdir()) == set(others)


def test_the_tables_withheld_from_data_backups_exist_and_hold_every_wrapped_byte() -> None:
    tables = {model._meta.db_table: model for model in apps.get_app_config("vault").get_models()}
    assert set(domain.WITHHELD_FROM_DATA_BACKUP) <= set(tables)
    for table, model in tables.items():
        binary = [
            f.name
            for f in model._meta.get_fields()
            if getattr(f, "get_internal_type", str)() == "BinaryField"
        ]
        assert not binary or table in domain.WITHHELD_FROM_DATA_BACKUP
