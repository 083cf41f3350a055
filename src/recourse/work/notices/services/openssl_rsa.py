"""Lets dkimpy sign by OpenSSL: it computes RSA in Python, 10 ms a letter, inside the one writer's turn of SQLite.

The same numbers, the same signature. dkimpy has no hook for it, so its function is put in place of, once, when
this is imported. Refuses: any other digest than SHA-256, which is the only one we sign with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

import dkim
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

_PARTS = ("prime1", "prime2", "privateExponent", "exponent1", "exponent2", "coefficient")


class _Hash(Protocol):
    name: str

    def digest(self) -> bytes: ...


def sign(digest: _Hash, private_key: Mapping[str, int]) -> bytes:
    """Return the RSASSA-PKCS1-v1_5 signature of a SHA-256 digest under a key as dkimpy reads it.

    Raises:
        ValueError: another digest, or numbers that are no key.
    """
    if digest.name != "sha256":
        raise ValueError("we sign with SHA-256")
    numbers = tuple(private_key[part] for part in _PARTS)
    key = _key(numbers, private_key["publicExponent"], private_key["modulus"])
    return key.sign(digest.digest(), padding.PKCS1v15(), Prehashed(SHA256()))


@lru_cache(maxsize=2)
def _key(numbers: tuple[int, ...], exponent: int, modulus: int) -> rsa.RSAPrivateKey:
    p, q, d, dmp1, dmq1, iqmp = numbers
    public = rsa.RSAPublicNumbers(exponent, modulus)
    return rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, public).private_key()


dkim.RSASSA_PKCS1_v1_5_sign = sign
