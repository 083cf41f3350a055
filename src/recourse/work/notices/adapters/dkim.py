"""Checks the DKIM signature of an incoming mail, bounded against hostile mails and hostile keys.

A pass means: a signature verifies, and its domain is the domain in From. It proves who sent the words, not
that they are true. Refuses: to verify what is larger than 2 MB, more than three signatures, keys larger than
a name record of 1,200 bytes (a key of 100,000 bits would keep a worker busy for minutes).
"""

from __future__ import annotations

import email.policy
from email.parser import BytesHeaderParser
from email.utils import parseaddr

import dkim
import structlog

from recourse.base.core.errors import OutsideError
from recourse.work.notices.domain import Signature
from recourse.work.notices.ports import DnsText

LARGEST = 2_000_000
MOST_HEADER_BYTES = 100_000
MOST_SIGNATURES = 3
LONGEST_RECORD = 1_200
SECONDS = 5.0
log = structlog.get_logger(__name__)


def check_signature(raw: bytes, names: DnsText) -> Signature:
    """Return what the signatures of a mail say of its From domain."""
    head = _head(raw)
    if head is None:
        return Signature.UNCHECKED
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)
    signatures = headers.get_all("DKIM-Signature") or []
    if not signatures:
        return Signature.NONE
    if len(raw) > LARGEST:
        return Signature.UNCHECKED
    domain = parseaddr(str(headers.get("From", "")))[1].rpartition("@")[2].lower()
    unanswered = False
    for index in range(min(len(signatures), MOST_SIGNATURES)):
        result = _verify(raw, index, domain, names)
        if result is Signature.PASS:
            return result
        unanswered = unanswered or result is Signature.UNCHECKED
    return Signature.UNCHECKED if unanswered else Signature.FAIL


def _verify(raw: bytes, index: int, domain: str, names: DnsText) -> Signature:
    silent = False

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        nonlocal silent
        try:
            record = names.txt(name.decode("ascii").rstrip("."), seconds=SECONDS)
        except OutsideError:
            silent = True
            return None
        return record if record is not None and len(record) <= LONGEST_RECORD else None

    try:
        checker = dkim.DKIM(raw, timeout=int(SECONDS))
        verified = checker.verify(idx=index, dnsfunc=look_up)
        signer = (checker.domain or b"").decode("ascii").lower().rstrip(".")
    except Exception as error:  # noqa: BLE001 - a hostile mail may break the library anywhere; that is a fail
        log.info("dkim_not_verified", error=type(error).__name__)
        return Signature.UNCHECKED if silent else Signature.FAIL
    if verified and domain and _aligned(domain, signer):
        return Signature.PASS
    return Signature.UNCHECKED if silent else Signature.FAIL


def _aligned(domain: str, signer: str) -> bool:
    """Tell whether the signer may speak for the domain: itself, or a parent that is no bare top-level name."""
    return domain == signer or ("." in signer and domain.endswith(f".{signer}"))


def _head(raw: bytes) -> bytes | None:
    """Return the header block, or nothing when it is longer than we look at."""
    start = raw[: MOST_HEADER_BYTES + 4]
    ends = [start.find(mark) for mark in (b"\r\n\r\n", b"\n\n")]
    found = [end for end in ends if end >= 0]
    if not found:
        return raw if len(raw) <= MOST_HEADER_BYTES else None
    return start[: min(found)]
