"""The two cookies of the survivor's pages: the key of her draft, and the key of her open case.

Both are `__Host-` cookies: this host only, never readable by a script, never sent from another site. The
server keeps neither. The case cookie is sealed and dies fifteen minutes after the last page.

Refuses: to carry a case code. What cannot be read is treated as absent, never as an error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from recourse.base.core.errors import RecourseError
from recourse.base.vault.domain import DataKey
from recourse.base.vault.services import seal_with, unseal_with

DRAFT = "__Host-draft"
CASE = "__Host-case"
DRAFT_LIFE = timedelta(hours=24)
CASE_LIFE = timedelta(minutes=15)

_DRAFT_FORM = struct.Struct(">16s32s")
_CASE_FORM = struct.Struct(">16s16s32sIQ")  # case, key, secret of the key, turn of the code, end in seconds
_SEALED_AS = "survivor.case-cookie"


@dataclass(frozen=True, slots=True)
class DraftTicket:
    """Which draft, and the secret that opens it."""

    draft_id: UUID
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseTicket:
    """Which case, the key that opens it, and which of its codes did."""

    case_id: UUID
    key: DataKey = field(repr=False)
    turn: int = 0


def read_draft_ticket(request: HttpRequest) -> DraftTicket | None:
    """Return the draft this browser holds, or None."""
    raw = _decode(request.COOKIES.get(DRAFT))
    if len(raw) != _DRAFT_FORM.size:
        return None
    draft_id, secret = _DRAFT_FORM.unpack(raw)
    return DraftTicket(UUID(bytes=draft_id), secret)


def give_draft_ticket(response: HttpResponse, ticket: DraftTicket) -> None:
    """Let this browser hold the draft for a day."""
    _set(response, DRAFT, _DRAFT_FORM.pack(ticket.draft_id.bytes, ticket.secret), DRAFT_LIFE)


def read_case_ticket(request: HttpRequest) -> CaseTicket | None:
    """Return the case this browser has open, or None when there is none or its time is over."""
    sealed = _decode(request.COOKIES.get(CASE))
    if not sealed:
        return None
    try:
        plain = unseal_with(_sealing_secret(), _SEALED_AS, sealed)
        case_id, key_id, secret, turn, end = _CASE_FORM.unpack(plain)
    except (RecourseError, struct.error, ValueError):
        return None
    if end < _real_now().timestamp():
        return None
    return CaseTicket(UUID(bytes=case_id), DataKey(id=UUID(bytes=key_id), secret=secret), turn)


def give_case_ticket(response: HttpResponse, ticket: CaseTicket) -> None:
    """Let this browser keep the case open for another fifteen minutes."""
    end = int((_real_now() + CASE_LIFE).timestamp())
    plain = _CASE_FORM.pack(ticket.case_id.bytes, ticket.key.id.bytes, ticket.key.secret, ticket.turn, end)
    _set(response, CASE, seal_with(_sealing_secret(), _SEALED_AS, plain), CASE_LIFE)


def take(response: HttpResponse, name: str) -> None:
    """Remove a cookie; a `__Host-` cookie is only removed with the attributes it was set with."""
    response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="Strict")


def _set(response: HttpResponse, name: str, raw: bytes, life: timedelta) -> None:
    response.set_cookie(
        name,
        base64.urlsafe_b64encode(raw).decode("ascii"),
        max_age=int(life.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def _decode(value: str | None) -> bytes:
    try:
        return base64.b64decode((value or "")[:1000].encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _sealing_secret() -> bytes:
    # One derived key for this purpose; the web secret itself signs other things.
    return hmac.digest(settings.SECRET_KEY.encode("utf-8"), b"recourse/case-cookie/v1", hashlib.sha256)


def _real_now() -> datetime:
    # Sessions run on real time: the demo's business clock jumps by days.
    return datetime.now(UTC)
