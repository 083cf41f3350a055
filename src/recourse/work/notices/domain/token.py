"""The token in a reply address: what says that an incoming mail belongs to one notice.

`r-<24 characters>-<16 characters>@agency`: 120 random bits, then 80 bits of HMAC-SHA256 over them under the
reply key. Base 32 that survives being lower-cased, upper-cased or typed from a printout. It carries no case
number, no notice number and no address, and a stranger cannot make one that we take for ours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from recourse.base.core.ids import from_base32, to_base32

RANDOM_BITS = 120
_RANDOM_BYTES = RANDOM_BITS // 8
_MAC_BYTES = 10
_LABEL = b"recourse/reply-token/v1\0"
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
# Deliberately wide: what only looks like a token is kept for a person, not refused.
_LOOKS_LIKE = re.compile(r"r-[0-9a-z]{8,40}-[0-9a-z]{8,30}", re.ASCII | re.IGNORECASE)
_SHAPE = re.compile(r"r-([0-9a-z]{24})-([0-9a-z]{16})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A token of ours.

    Attributes:
        text: canonical spelling (lower case), as it stands in the reply address; look-up keys are made of it.
    """

    text: str


def make_token(secret: bytes, random: bytes) -> ReplyToken:
    """Make the token for `random` (15 bytes from the operating system) under the reply key `secret`."""
    if len(random) != _RANDOM_BYTES:
        raise ValueError(f"a token takes {_RANDOM_BYTES} random bytes")
    return ReplyToken(f"r-{to_base32(random)}-{to_base32(_mac(secret, random))}".lower())


def parse_token(secret: bytes, local_part: str) -> ReplyToken | None:
    """Return the token in a local part, or nothing when we did not make it."""
    found = _SHAPE.fullmatch(local_part)
    if not found:
        return None
    try:
        random, mac = from_base32(found[1]), from_base32(found[2])
    except ValueError:
        return None
    if len(random) != _RANDOM_BYTES or not hmac.compare_digest(mac, _mac(secret, random)):
        return None
    return make_token(secret, random)


def looks_like_token(local_part: str) -> bool:
    """Tell whether a local part is spelt like a token, ours or forged."""
    return len(local_part) <= MAX_LOCAL_PART and _LOOKS_LIKE.fullmatch(local_part) is not None


def _mac(secret: bytes, random: bytes) -> bytes:
    return hmac.new(secret, _LABEL + random, hashlib.sha256).digest()[:_MAC_BYTES]
