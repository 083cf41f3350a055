"""Reads of the vault: opening keys, and what is left to open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from recourse.base.core import wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.vault import sealing
from recourse.base.vault.domain import (
    SECRET_BYTES,
    DataKey,
    KeyDestroyedError,
    KeyMissingError,
    SealBrokenError,
    WrongCodeError,
    normalise_case_code,
)
from recourse.base.vault.models import Erasure, Key, WrappedKey
from recourse.base.vault.ports import KeyWrapper, VaultSecrets


def open_key(key_id: UUID) -> DataKey:
    """Open a key with the identity this process holds. One query, about 0.2 ms.

    Raises:
        KeyNotHeldError: this process holds no identity.
        KeyDestroyedError: an erasure destroyed it.
        KeyMissingError: restored data without its key backup.
        NotFoundError: no such key.
        SealBrokenError: wrapped for another identity, or for another row.
    """
    wrapped = WrappedKey.objects.filter(key_id=key_id).values_list("by_identity", flat=True).first()
    if wrapped is None:
        raise _why_absent(key_id)
    raw = wiring.resolve(KeyWrapper).unwrap(bytes(wrapped))  # type: ignore[type-abstract]
    if len(raw) != len(key_id.bytes) + SECRET_BYTES or raw[: len(key_id.bytes)] != key_id.bytes:
        raise SealBrokenError("wrapped for another row")
    return DataKey(id=key_id, secret=raw[len(key_id.bytes) :])


def open_key_with_code(key_id: UUID, code: str) -> DataKey:
    """Open a key with the case code it was wrapped for; needs no identity.

    The same work is done whether the code, the key or neither exists: microseconds and one query.

    Raises:
        BadCaseCodeError: this cannot be a code.
        WrongCodeError: another code, no code, or no such key.
        KeyDestroyedError: an erasure destroyed it.
    """
    secret = sealing.code_wrapping_secret(
        normalise_case_code(code), wiring.resolve(VaultSecrets).installation
    )
    wrapped = WrappedKey.objects.filter(key_id=key_id).values_list("by_code", flat=True).first()
    try:
        opened = sealing.unseal_with(secret, code_wrap_name(key_id), wrapped or bytes([1]) * 61)
    except SealBrokenError:
        absent = wrapped is None and isinstance(_why_absent(key_id), KeyDestroyedError)
        raise (KeyDestroyedError if absent else WrongCodeError)(str(key_id)) from None
    return DataKey(id=key_id, secret=opened)


def code_wrap_name(key_id: UUID) -> str:
    """Return the name under which a key's secret is sealed for a code."""
    return f"vault.key:{key_id}"


def lookup(kind: str, value: str) -> bytes:
    """Return the keyed look-up of a value: 32 bytes, HMAC-SHA256, different for every `kind`.

    Stored beside a sealed value so that it can be found; clearing it is part of erasing.
    """
    return sealing.keyed_hash(wiring.resolve(VaultSecrets).lookup_key, kind, value.encode())


def case_code_lookup(code: str) -> bytes:
    """Return the look-up of a case code: 32 bytes, about 10 us, whether or not any case has it.

    Raises:
        BadCaseCodeError: this cannot be a code.
    """
    secrets = wiring.resolve(VaultSecrets)
    value = sealing.code_lookup_value(normalise_case_code(code), secrets.installation)
    return sealing.keyed_hash(secrets.lookup_key, "case-code", value)


def erased_since(at: datetime) -> list[UUID]:
    """Return the ids of keys destroyed at or after `at`, oldest first; a restore clears look-ups by them."""
    return list(Erasure.objects.filter(at__gte=at).order_by("at").values_list("key_id", flat=True))


def missing_keys() -> int:
    """Count keys that are neither destroyed nor openable: rows restored without their key backup."""
    return Key.objects.filter(destroyed_at=None, wrapped=None).count()


def destroyed_among(key_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of `key_ids` that an erasure destroyed."""
    return set(Erasure.objects.filter(key_id__in=list(key_ids)).values_list("key_id", flat=True))


def _why_absent(key_id: UUID) -> NotFoundError | KeyMissingError:
    destroyed = Key.objects.filter(id=key_id).values_list("destroyed_at", flat=True)[:1]
    if not destroyed:
        return NotFoundError(f"key {key_id}")
    return KeyDestroyedError(str(key_id)) if destroyed[0] else KeyMissingError(str(key_id))
