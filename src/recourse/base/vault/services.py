"""Verbs of the vault: make, rewrap and destroy keys. Everything other packages call is importable from here.

Refuses: to write a secret anywhere but wrapped, and to bring back what was erased.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from recourse.base.core import ids, wiring
from recourse.base.core.errors import ConflictError
from recourse.base.vault import sealing
from recourse.base.vault.domain import SECRET_BYTES, DataKey, KeyScope, normalise_case_code
from recourse.base.vault.models import Erasure, Key, WrappedKey
from recourse.base.vault.ports import KeyWrapper, VaultSecrets
from recourse.base.vault.sealing import seal, seal_with, unseal, unseal_text, unseal_with
from recourse.base.vault.selectors import (
    case_code_lookup,
    code_wrap_name,
    lookup,
    open_key,
    open_key_with_code,
)

__all__ = [
    "case_code_lookup",
    "create_key",
    "destroy_keys",
    "forget_code",
    "lookup",
    "open_key",
    "open_key_with_code",
    "replay_erasures",
    "rewrap_for_code",
    "seal",
    "seal_with",
    "unseal",
    "unseal_text",
    "unseal_with",
]

_BATCH = 500  # ids in one statement; SQLite's oldest limit on variables is 999
_log = structlog.get_logger(__name__)


def create_key(*, scope: KeyScope, now: datetime, code: str | None = None) -> DataKey:
    """Make a key, store it wrapped, return it open. Needs the recipient only.

    Args:
        scope: what the key protects.
        now: when.
        code: the case code that shall open it too.

    Raises:
        BadCaseCodeError: `code` cannot be a code.
    """
    key = DataKey(id=ids.new_id(), secret=random.token_bytes(SECRET_BYTES))
    wrapper = wiring.resolve(KeyWrapper)  # type: ignore[type-abstract]
    # The id is wrapped with the secret: a wrapped key copied into another row does not open there.
    by_identity = wrapper.wrap(key.id.bytes + key.secret)
    by_code = None if code is None else _wrap_for_code(key, code)
    # No savepoint inside a caller's transaction: nothing here fails and is caught.
    with transaction.atomic(savepoint=False):
        Key.objects.create(id=key.id, scope=scope.value, created_at=now)
        WrappedKey.objects.create(key_id=key.id, by_identity=by_identity, by_code=by_code)
    return key


def rewrap_for_code(*, key: DataKey, code: str, now: datetime) -> None:
    """Let `code` open `key` from now on; the code before it stops working.

    Raises:
        BadCaseCodeError: `code` cannot be a code.
        ConflictError: the key was destroyed meanwhile.
    """
    by_code = _wrap_for_code(key, code)
    with transaction.atomic():
        if not WrappedKey.objects.filter(key_id=key.id).update(by_code=by_code):
            raise ConflictError(f"key {key.id} is no longer there")
    _log.info("key_rewrapped_for_code", key_id=str(key.id), at=now.isoformat())


def forget_code(*, key_id: UUID) -> None:
    """Let no code open this key any more; the identity still does."""
    WrappedKey.objects.filter(key_id=key_id).update(by_code=None)
    _log.info("code_forgotten", key_id=str(key_id))


def destroy_keys(*, key_ids: Iterable[UUID], now: datetime) -> int:
    """Destroy keys: what they sealed opens for nobody, from now on and after any restore.

    The wrapped secrets are deleted (SQLite overwrites deleted content: the engine sets `secure_delete`;
    PostgreSQL drops it at the next vacuum), and an `Erasure` is written for each. Unknown or already
    destroyed keys are left as they are.

    Returns:
        How many keys this call destroyed.
    """
    wanted = list(dict.fromkeys(key_ids))
    destroyed = 0
    with transaction.atomic():
        for start in range(0, len(wanted), _BATCH):
            some = wanted[start : start + _BATCH]
            open_ids = list(
                Key.objects.select_for_update()
                .filter(id__in=some, destroyed_at=None)
                .values_list("id", flat=True)
            )
            WrappedKey.objects.filter(key_id__in=open_ids).delete()
            destroyed += Key.objects.filter(id__in=open_ids).update(destroyed_at=now)
            Erasure.objects.bulk_create(
                [Erasure(key_id=key_id, at=now) for key_id in open_ids], ignore_conflicts=True
            )
    if destroyed:
        _log.info("keys_destroyed", count=destroyed)
    return destroyed


def replay_erasures() -> int:
    """Destroy every key that an `Erasure` names; after a restore, before anybody opens anything.

    Returns:
        How many keys this call destroyed.
    """
    destroyed = 0
    with transaction.atomic():
        for key_id, at in Erasure.objects.order_by("at").values_list("key_id", "at"):
            gone, _ = WrappedKey.objects.filter(key_id=key_id).delete()
            marked = Key.objects.filter(id=key_id, destroyed_at=None).update(destroyed_at=at)
            destroyed += 1 if gone or marked else 0
    if destroyed:
        _log.warning("erasures_replayed", count=destroyed)
    return destroyed


def _wrap_for_code(key: DataKey, code: str) -> bytes:
    installation = wiring.resolve(VaultSecrets).installation
    secret = sealing.code_wrapping_secret(normalise_case_code(code), installation)
    return sealing.seal_with(secret, code_wrap_name(key.id), key.secret)
