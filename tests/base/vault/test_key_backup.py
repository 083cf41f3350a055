"""The key backup: brings back what was not erased, nothing else, and is gone after seven days."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from recourse.base.core.errors import MisconfiguredError
from recourse.base.vault import age, domain, key_backup, services
from recourse.base.vault.domain import Imported, KeyBackupBrokenError, KeyDestroyedError, KeyScope
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
    file = key_backup.export_keys(recipient=OFFLINE, now=now)
    _restore_data(list(Key.objects.all()))
    done = key_backup.import_keys(data=file, identity=OFFLINE_IDENTITY, now=now)
    assert done == Imported(restored=2, kept=0, erased=0, unknown=0, missing=0)
    assert services.open_key(key.id) == key == services.open_key_with_code(key.id, CODE)
    assert services.open_key(place.id) == place
    again = key_backup.import_keys(data=file, identity=OFFLINE_IDENTITY, now=now)
    assert again == Imported(restored=0, kept=2, erased=0, unknown=0, missing=0)


def test_invariant_15_restoring_old_data_does_not_bring_back_what_was_erased_since(now: datetime) -> None:
    erased = services.create_key(scope=KeyScope.CASE, now=now, code=CODE)
    data_of_monday = list(Key.objects.all())
    keys_of_monday = key_backup.export_keys(recipient=OFFLINE, now=now)
    services.destroy_keys(key_ids=[erased.id], now=now + timedelta(days=1))
    keys_of_tuesday = key_backup.export_keys(recipient=OFFLINE, now=now + timedelta(days=1))
    _restore_data(data_of_monday)
    wednesday = now + timedelta(days=2)
    done = key_backup.import_keys(data=keys_of_tuesday, identity=OFFLINE_IDENTITY, now=wednesday)
    assert done == Imported(restored=0, kept=0, erased=0, unknown=0, missing=0)
    with pytest.raises(KeyDestroyedError):
        services.open_key(erased.id)
    # Even Monday's file, which still holds the key, does not help any more.
    done = key_backup.import_keys(data=keys_of_monday, identity=OFFLINE_IDENTITY, now=wednesday)
    assert done == Imported(restored=0, kept=0, erased=1, unknown=0, missing=0)
    with pytest.raises(KeyDestroyedError):
        services.open_key_with_code(erased.id, CODE)


def test_keys_of_rows_that_were_not_restored_stay_away_and_gaps_are_counted(now: datetime) -> None:
    old = services.create_key(scope=KeyScope.CASE, now=now)
    data = list(Key.objects.all())
    file = key_backup.export_keys(recipient=OFFLINE, now=now)
    services.create_key(scope=KeyScope.CASE, now=now)
    newer_file = key_backup.export_keys(recipient=OFFLINE, now=now)
    _restore_data(data)
    done = key_backup.import_keys(data=newer_file, identity=OFFLINE_IDENTITY, now=now)
    assert done == Imported(restored=1, kept=0, erased=0, unknown=1, missing=0)
    assert services.open_key(old.id) == old
    _restore_data([*data, Key(scope="case", created_at=now)])
    assert key_backup.import_keys(data=file, identity=OFFLINE_IDENTITY, now=now).missing == 1


def test_more_keys_than_one_batch(now: datetime) -> None:
    keys = Key.objects.bulk_create([Key(scope="place", created_at=now) for _ in range(1001)])
    WrappedKey.objects.bulk_create([WrappedKey(key=key, by_identity=key.id.bytes) for key in keys])
    file = key_backup.export_keys(recipient=OFFLINE, now=now)
    WrappedKey.objects.all().delete()
    assert key_backup.import_keys(data=file, identity=OFFLINE_IDENTITY, now=now).restored == 1001
    assert all(bytes(row.by_identity) == row.key_id.bytes for row in WrappedKey.objects.all())


def test_damaged_files_and_other_identities_are_refused_and_change_nothing(now: datetime) -> None:
    services.create_key(scope=KeyScope.CASE, now=now)
    file = key_backup.export_keys(recipient=OFFLINE, now=now)
    WrappedKey.objects.all().delete()
    other = age.generate()[1]
    not_ours = age.encrypt(
        OFFLINE, b'{"format":"something-else/1","made_at":"2026-01-01T00:00:00+00:00","lines":0}'
    )
    tries = [
        (file, other),
        (file[:-1], OFFLINE_IDENTITY),
        (file[:200] + bytes([file[200] ^ 1]) + file[201:], OFFLINE_IDENTITY),
        (b"", OFFLINE_IDENTITY),
        (not_ours, OFFLINE_IDENTITY),
        (age.encrypt(OFFLINE, b"[]"), OFFLINE_IDENTITY),
        (age.encrypt(OFFLINE, b"\xff\xfe"), OFFLINE_IDENTITY),
    ]
    for data, identity in tries:
        with pytest.raises(KeyBackupBrokenError):
            key_backup.import_keys(data=data, identity=identity, now=now)
    with pytest.raises(KeyBackupBrokenError):  # made tomorrow
        key_backup.import_keys(data=file, identity=OFFLINE_IDENTITY, now=now - timedelta(days=1))
    assert not WrappedKey.objects.exists()
    with pytest.raises(MisconfiguredError):
        key_backup.export_keys(recipient="age1nonsense", now=now)


def test_exports_are_pruned_after_seven_days_by_the_time_in_their_name(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "keys"
    assert key_backup.newest_export(tmp_path) is None
    made = [
        key_backup.write_export(folder=folder, recipient=OFFLINE, now=now + timedelta(days=d))
        for d in range(9)
    ]
    (folder / "notes.txt").write_text("not ours")
    (folder / "keys-tomorrow.age").write_text("not ours either")
    assert [path.exists() for path in made] == [False] + [True] * 8
    assert key_backup.newest_export(folder) == (made[8], (now + timedelta(days=8)).replace(microsecond=0))
    assert stat.S_IMODE(made[8].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert key_backup.prune_exports(folder=folder, now=now + timedelta(days=30)) == 8
    assert sorted(path.name for path in folder.iterdir()) == ["keys-tomorrow.age", "notes.txt"]


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
