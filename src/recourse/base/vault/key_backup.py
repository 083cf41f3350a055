"""The key backup: every wrapped key in one age file for an offline recipient, kept seven days.

Data backups hold no wrapped key (`domain.WITHHELD_FROM_DATA_BACKUP`), so what was erased is unreadable in every
data backup as soon as the key backups that still held its key are gone. The file also carries the list of
erasures: data restored from an older backup learns from it what was erased since.

Refuses: to put an erased key back, and to bring back a key whose row the data does not have.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core.errors import RecourseError
from recourse.base.vault import age
from recourse.base.vault.domain import KEY_BACKUP_DAYS, Imported, KeyBackupBrokenError
from recourse.base.vault.models import Erasure, Key, WrappedKey
from recourse.base.vault.selectors import missing_keys
from recourse.base.vault.services import replay_erasures

_FORMAT = "recourse-key-backup/1"
_NAME = re.compile(r"keys-(\d{8}T\d{6}Z)\.age")
_STAMP = "%Y%m%dT%H%M%SZ"
_BATCH = 400
_log = structlog.get_logger(__name__)


def export_keys(*, recipient: str, now: datetime) -> bytes:
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
    header = {"format": _FORMAT, "made_at": now.isoformat(), "lines": len(lines)}
    plain = "\n".join(json.dumps(line, separators=(",", ":")) for line in [header, *lines])
    return age.encrypt(recipient, plain.encode())


def import_keys(*, data: bytes, identity: str, now: datetime) -> Imported:
    """Put wrapped keys back after a restore of the data, then replay every known erasure.

    Args:
        data: what `export_keys` returned; use the newest, else keys erased since would come back.
        identity: the offline age identity.
        now: when; a file from the future is refused.

    Raises:
        KeyBackupBrokenError: another identity, a damaged file, or not a key backup.
    """
    lines = _read(data, identity, now)
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


def write_export(*, folder: Path, recipient: str, now: datetime) -> Path:
    """Write a key backup into `folder` and then remove those older than seven days; return its path.

    The file appears under its name only when it is complete and on disk; mode 0600.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"keys-{now.astimezone(UTC):{_STAMP}}.age"
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(export_keys(recipient=recipient, now=now))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    prune_exports(folder=folder, now=now)
    return path


def prune_exports(*, folder: Path, now: datetime) -> int:
    """Remove key backups made more than seven days before `now`, even the last one: erasing relies on it.

    The age stands in the file's name, not in the file system. Copies made elsewhere must follow the same rule.

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


def _exports(folder: Path) -> list[tuple[Path, datetime]]:
    found = [(path, _NAME.fullmatch(path.name)) for path in sorted(folder.glob("keys-*.age"))]
    return [(path, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)) for path, match in found if match]


def _read(data: bytes, identity: str, now: datetime) -> list[dict[str, Any]]:
    try:
        header, *lines = [json.loads(line) for line in age.decrypt(identity, data).split(b"\n")]
        good = header["format"] == _FORMAT and header["lines"] == len(lines)
        good = good and datetime.fromisoformat(header["made_at"]) <= now
    except (RecourseError, ValueError, KeyError, TypeError):
        raise KeyBackupBrokenError("wrong identity or damaged") from None
    if not good:
        raise KeyBackupBrokenError("another format, lines missing, or from the future")
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
