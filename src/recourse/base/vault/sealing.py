"""AES-256-GCM with the row's name as associated data, and keys derived from case codes. Pure; no database.

A sealed value is one version byte, a random nonce of 12 bytes, the ciphertext and its 16-byte tag. Version
and name are authenticated, so a value copied to another row, or relabelled, does not open.

Refuses: to say why a seal is broken; tampering, a wrong name and a wrong key look alike.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from recourse.base.vault.domain import SECRET_BYTES, DataKey, SealBrokenError

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16
_LABEL_LOOKUP = b"recourse/case-code/lookup/v1"
_LABEL_WRAP = b"recourse/case-code/wrap/v1"
_LABEL_PICKUP_LOOKUP = b"recourse/pick-up/lookup/v1"
_LABEL_PICKUP = b"recourse/pick-up/wrap/v1"


def seal(key: DataKey, name: str, plain: bytes | str) -> bytes:
    """Seal `plain` under `key`; `name` says where it belongs, e.g. "cases.item.url:<row id>".

    29 bytes longer than the plain text. Text is sealed as UTF-8.
    """
    return seal_with(key.secret, name, plain)


def unseal(key: DataKey, name: str, sealed: bytes | memoryview) -> bytes:
    """Return what `seal` took.

    Raises:
        SealBrokenError: changed, moved to another name, or sealed under another key.
    """
    return unseal_with(key.secret, name, sealed)


def unseal_text(key: DataKey, name: str, sealed: bytes | memoryview) -> str:
    """Return the text that `seal` took; raises as `unseal` does."""
    return unseal(key, name, sealed).decode()


def seal_with(secret: bytes, name: str, plain: bytes | str) -> bytes:
    """Seal under a bare 32-byte secret, where the secret lives outside the vault (a draft's cookie)."""
    data = plain.encode() if isinstance(plain, str) else plain
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + AESGCM(secret).encrypt(nonce, data, _VERSION + name.encode())


def unseal_with(secret: bytes, name: str, sealed: bytes | memoryview) -> bytes:
    """Return what `seal_with` took.

    Raises:
        SealBrokenError: changed, moved, another secret, or a secret of the wrong length.
    """
    raw = bytes(sealed)
    if len(raw) < 1 + _NONCE + _TAG or raw[:1] != _VERSION or len(secret) != SECRET_BYTES:
        raise SealBrokenError("not a sealed value of a version we know")
    try:
        return AESGCM(secret).decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], _VERSION + name.encode())
    except InvalidTag:
        # `from None`: the library's text says nothing, and a chained frame would hold the secret.
        raise SealBrokenError("authentication failed") from None


def code_wrapping_secret(code: str, installation: bytes) -> bytes:
    """Return the 32 bytes that wrap a data key for the holder of `code`."""
    return _from_code(code, installation, _LABEL_WRAP)


def code_lookup_value(code: str, installation: bytes) -> bytes:
    """Return the 32 bytes from which a code's look-up is made; they say nothing of the wrapping secret."""
    return _from_code(code, installation, _LABEL_LOOKUP)


def pickup_secret(code: str, installation: bytes) -> bytes:
    """Return the 32 bytes that seal something for the holder of a pick-up code."""
    return _from_code(code, installation, _LABEL_PICKUP)


def pickup_lookup_value(code: str, installation: bytes) -> bytes:
    """Return the 32 bytes from which a pick-up code's look-up is made."""
    return _from_code(code, installation, _LABEL_PICKUP_LOOKUP)


def keyed_hash(lookup_key: bytes, kind: str, value: bytes) -> bytes:
    """Return HMAC-SHA256 over kind, a zero byte and value: 32 bytes.

    Raises:
        ValueError: `kind` holds a zero byte, which would let two inputs collide.
    """
    if "\0" in kind:
        raise ValueError("a kind of look-up holds no zero byte")
    return hmac.new(lookup_key, kind.encode() + b"\0" + value, hashlib.sha256).digest()


def _from_code(code: str, installation: bytes, label: bytes) -> bytes:
    # No slow derivation: the code has 120 random bits, more than anybody can search.
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=installation, info=label).derive(code.encode())
