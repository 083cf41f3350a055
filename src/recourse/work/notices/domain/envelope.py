"""To whom a mail was delivered, where nobody tells us the envelope: read from the head that the last server left.

Refuses: to look anywhere but in the header block, and to take an address of another domain.
"""

from __future__ import annotations

import re

HEAD_BYTES = 262_144
_MOST = 20
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
# Where servers write down the envelope; then what the writer wrote. The first of ours decides.
_NAMES = (b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"to", b"cc")


def addressed_to(raw: bytes, domain: str, mailbox: str) -> tuple[str, ...]:
    """Return the addresses of ours in a mail's head, lower case; the desk's own when there is none.

    Args:
        raw: the mail, or its beginning.
        domain: ours.
        mailbox: local part of the desk's own address.
    """
    blank = _BLANK_LINE.search(raw, 0, HEAD_BYTES)
    head = _FOLD.sub(b" ", raw[: blank.start() if blank else HEAD_BYTES])
    ours = re.compile(rb"([a-z0-9.-]{1,64})@" + re.escape(domain.encode("ascii")) + rb"(?![a-z0-9.-])")
    found: dict[str, None] = {}
    lines = [line.lower() for line in head.split(b"\n")]
    for name in _NAMES:
        for line in lines:
            if line.startswith(name + b":"):
                found |= {f"{local.decode('ascii')}@{domain}": None for local in ours.findall(line[:20_000])}
    return tuple(found)[:_MOST] or (f"{mailbox}@{domain}",)
