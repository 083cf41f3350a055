"""A pick-up code: made for one fetching, it opens a key once so that its holder can put a new case code on it.

Whoever hands it over never sees the case code. The wrapping stands beside the key's others: it goes when the key is
destroyed, and no data backup holds it. Spelt like a case code; the two open nothing of each other.
"""

from __future__ import annotations

from uuid import UUID

from recourse.base.core import wiring
from recourse.base.vault import sealing
from recourse.base.vault.domain import DataKey, SealBrokenError, WrongCodeError, normalise_case_code
from recourse.base.vault.models import WrappedKey
from recourse.base.vault.ports import VaultSecrets


def pickup_lookup(code: str) -> bytes:
    """Return the look-up of a pick-up code: 32 bytes.

    Raises:
        BadCaseCodeError: this cannot be a code.
    """
    secrets = wiring.resolve(VaultSecrets)
    value = sealing.pickup_lookup_value(normalise_case_code(code), secrets.installation)
    return sealing.keyed_hash(secrets.lookup_key, "pick-up", value)


def wrap_for_pickup(*, key: DataKey, code: str) -> None:
    """Let `code` open `key`, in place of a pick-up code before it.

    Raises:
        BadCaseCodeError: this cannot be a code.
    """
    sealed = sealing.seal_with(_secret(code), _name(key.id), key.secret)
    WrappedKey.objects.filter(key_id=key.id).update(by_pickup=sealed)


def open_key_with_pickup(key_id: UUID, code: str) -> DataKey:
    """Open a key with a pick-up code; needs no identity.

    Raises:
        BadCaseCodeError: this cannot be a code.
        WrongCodeError: another code, none, or the key is gone.
    """
    secret = _secret(code)
    wrapped = WrappedKey.objects.filter(key_id=key_id).values_list("by_pickup", flat=True).first()
    try:
        return DataKey(id=key_id, secret=sealing.unseal_with(secret, _name(key_id), wrapped or b""))
    except SealBrokenError:
        raise WrongCodeError(str(key_id)) from None


def seal_for_pickup(code: str, name: str, plain: str) -> bytes:
    """Seal a few words for the holder of a pick-up code."""
    return sealing.seal_with(_secret(code), name, plain)


def unseal_with_pickup(code: str, name: str, sealed: bytes | memoryview) -> str:
    """Return what `seal_for_pickup` took.

    Raises:
        SealBrokenError: another code, or changed.
    """
    return sealing.unseal_with(_secret(code), name, sealed).decode()


def forget_pickup(*, key_id: UUID) -> None:
    """Let no pick-up code open this key any more."""
    WrappedKey.objects.filter(key_id=key_id).update(by_pickup=None)


def _secret(code: str) -> bytes:
    return sealing.pickup_secret(normalise_case_code(code), wiring.resolve(VaultSecrets).installation)


def _name(key_id: UUID) -> str:
    return f"vault.key.pickup:{key_id}"
