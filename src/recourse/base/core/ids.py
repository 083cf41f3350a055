"""Identifiers and short secrets, and how they are written down.

Refuses: ids that tell a time or an order (a row's id must not say when or after whom it was made).
"""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

# Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and copied by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_id() -> UUID:
    """Return a random id (version 4, 122 random bits)."""
    return uuid4()


def to_base32(raw: bytes) -> str:
    """Write `raw` in Crockford's base 32, upper case, most significant bit first, zero bits at the end."""
    bits = len(raw) * 8
    padding = -bits % 5
    number = int.from_bytes(raw, "big") << padding
    length = (bits + padding) // 5
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(length - 1, -1, -1))


def from_base32(text: str) -> bytes:
    """Read what `to_base32` wrote; case, spaces and hyphens do not matter, O reads as 0, I and L as 1.

    Raises:
        ValueError: a character is not of the alphabet, or the length cannot come from whole bytes.
    """
    digits = text.upper().replace("-", "").replace(" ", "").translate(_READ_AS)
    number = 0
    for digit in digits:
        position = ALPHABET.find(digit)
        if position < 0:
            raise ValueError("not Crockford base 32")
        number = number << 5 | position
    padding = len(digits) * 5 % 8
    if padding >= 5 or number & ((1 << padding) - 1):  # noqa: PLR2004 - a whole spare digit, or bits lost
        raise ValueError("not a whole number of bytes")
    return (number >> padding).to_bytes(len(digits) * 5 // 8, "big")


def random_bytes(bits: int) -> bytes:
    """Return at least `bits` random bits as bytes, from the operating system."""
    return secrets.token_bytes((bits + 7) // 8)
