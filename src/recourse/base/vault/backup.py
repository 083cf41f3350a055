"""The key backup: every wrapped key in one age file for an offline recipient, kept seven days.

Data backups hold no wrapped key (`domain.WITHHELD_FROM_DATA_BACKUP`), so what was erased is unreadable in every
data backup as soon as the key backups that still held its key are gone. The file also carries the list of
erasures: data restored from an older backup learns from it what was erased since.

Refuses: to put an erased key back, and to bring back a key whose row the data does not have.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.vault import age
from recourse.base.vault.domain import KEY_BACKUP_DAYS, Imported, KeyBackupBrokenError
from recourse.base.vault.models import Erasure, Key, WrappedKey
from recourse.base.vault.selectors import missing_keys
from recourse.base.vault.services import replay_erasures

_FORMAT = "recourse-key-backup/1"
_NAME = re.compile(r"recourse-keys-(\d{8}T\d{6}Z)\.age")
_STAMP = "%Y%m%dT%H%M%SZ"
_BATCH = 400
_log = structlog.get_logger(__name__)


def export_keys(recipient: str) -> bytes:
    """Return all wrapped keys and all erasures, encrypted to an age recipient whose identity is offline.

    The keys inside stay wrapped for the installation's own identity: both are needed to open anything.

    Raises:
        MisconfiguredError: not an age recipient.
    """
    # Keys first: one that is erased between the two reads is in the list, and is not put back.
    lines: list[dict[str, Any]] = [
        {"key": str(key_id), "identity": _text(by_identity), "code": _text(by_code)}
        for key_id, by_identity, by_code in WrappedKey.objects.values_list("key_id", "by_identity", "by_code")
    ]
    erasures = Erasure.objects.values_list("key_id", "at")
    lines += [{"erased": str(key_id), "at": at.isoformat()} for key_id, at in erasures]
    header = {"format": _FORMAT, "lines": len(lines)}
    plain = "\n".join(json.dumps(line, separators=(",", ":")) for line in [header, *lines])
    return age.encrypt(recipient, plain.encode())


def import_keys(plain: bytes) -> Imported:
    """Put wrapped keys back after a restore of the data, then replay every known erasure.

    Args:
        plain: what `export_keys` sealed, opened with the offline identity. Use the newest file: an older one
            does not know what was erased since.

    Raises:
        KeyBackupBrokenError: not a key backup, or not whole; nothing was changed.
    """
    lines = _read(plain)
    keys = {UUID(line["key"]): line for line in lines if "key" in line}
    restored = kept = erased = unknown = 0
    with transaction.atomic():
        Erasure.objects.bulk_create(
            [
                Erasure(key_id=UUID(line["erased"]), at=datetime.fromisoformat(line["at"]))
                for line in lines
                if "erased" in line
            ],
            batch_size=_BATCH,
            ignore_conflicts=True,
        )
        for some in _batches(keys):
            rows = dict(Key.objects.filter(id__in=some).values_list("id", "destroyed_at"))
            gone = set(Erasure.objects.filter(key_id__in=some).values_list("key_id", flat=True))
            gone |= {key_id for key_id, destroyed_at in rows.items() if destroyed_at}
            there = set(WrappedKey.objects.filter(key_id__in=some).values_list("key_id", flat=True))
            wanted = [key_id for key_id in some if key_id in rows and key_id not in gone | there]
            WrappedKey.objects.bulk_create([_row(key_id, keys[key_id]) for key_id in wanted])
            restored += len(wanted)
            erased += len(gone)
            kept += len(there - gone)
            unknown += sum(key_id not in rows and key_id not in gone for key_id in some)
        replay_erasures()
        missing = missing_keys()
    _log.info("key_backup_imported", restored=restored, erased=erased, unknown=unknown, missing=missing)
    return Imported(restored=restored, kept=kept, erased=erased, unknown=unknown, missing=missing)


def prune_exports(folder: Path, *, now: datetime) -> int:
    """Remove key backups made more than seven days before `now`, even the last one: erasing relies on it.

    The age stands in the file's name (`recourse-keys-20260302T090000Z.age`), not in the file system. Copies made
    elsewhere must follow the same rule.

    Returns:
        How many were removed.
    """
    removed = 0
    for path, made_at in _exports(folder):
        if made_at < now - timedelta(days=KEY_BACKUP_DAYS):
            path.unlink()
            removed += 1
    if removed:
        _log.info("key_backups_pruned", count=removed)
    return removed


def newest_export(folder: Path) -> tuple[Path, datetime] | None:
    """Return the newest key backup in `folder` and when it was made."""
    return max(_exports(folder), key=lambda found: found[1], default=None)


def erased_but_present() -> int:
    """Count keys that an erasure names and that could still be opened; anything but 0 is a broken promise."""
    return WrappedKey.objects.filter(key_id__in=Erasure.objects.values("key_id")).count()


def _exports(folder: Path) -> list[tuple[Path, datetime]]:
    found = [(path, _NAME.fullmatch(path.name)) for path in sorted(folder.glob("*.age"))]
    return [(path, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)) for path, match in found if match]


def _read(plain: bytes) -> list[dict[str, Any]]:
    try:
        header, *lines = [json.loads(line) for line in plain.split(b"\n")]
        whole = header["format"] == _FORMAT and header["lines"] == len(lines)
        for line in lines:
            UUID(line["key"] if "key" in line else line["erased"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyBackupBrokenError("this is no key backup") from None
    if not whole:
        raise KeyBackupBrokenError("another format, or lines are missing")
    return lines


def _row(key_id: UUID, line: dict[str, Any]) -> WrappedKey:
    code = line["code"]
    return WrappedKey(
        key_id=key_id,
        by_identity=base64.b64decode(line["identity"]),
        by_code=None if code is None else base64.b64decode(code),
    )


def _text(blob: bytes | memoryview | None) -> str | None:
    return None if blob is None else base64.b64encode(bytes(blob)).decode()


def _batches(keys: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(keys)
    while some := list(islice(rest, _BATCH)):
        yield some
