"""What a capture is: the minimum that proves what was at a place, and how it can end. Pure.

A capture's states, and who acts next:

    requested   our worker, until `due_at`, a quarter of an hour after the request
    made        nobody; the record is sealed
    failed      nobody; the code says why, and the notice goes on without it (DESIGN, invariant 6)
    erased      nobody

Refuses: media. A record holds words, identifiers and digests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from recourse.base.jobs.domain import Event

LONGEST = timedelta(minutes=15)
RETRY = timedelta(minutes=1)
RECORD_VERSION = 1
MAX_TEXT = 20_000
MAX_VALUE = 500
KEPT_HEADERS = frozenset(
    {"age", "cache-control", "content-language", "content-length", "content-type", "date", "etag", "expires"}
    | {"last-modified", "location", "retry-after", "server", "via"}
)


class CaptureState(StrEnum):
    """Where a capture stands; see the module's table."""

    REQUESTED = "requested"
    MADE = "made"
    FAILED = "failed"
    ERASED = "erased"


class CaptureKind(StrEnum):
    """How much of a page is kept."""

    PAGE = "page"  # its words too
    MINIMAL = "minimal"  # addresses, times, headers, identifiers and digests: the minor path


class CustodyEvent(StrEnum):
    """What can happen to a capture."""

    REQUESTED = "requested"
    ATTEMPT_FAILED = "attempt_failed"
    SEALED = "sealed"
    FAILED = "failed"
    OPENED = "opened"
    ERASED = "erased"


@dataclass(frozen=True)
class Captured(Event):
    """What was at a place is sealed."""

    place_id: UUID
    capture_id: UUID
    at: datetime


@dataclass(frozen=True)
class CaptureFailed(Event):
    """What was at a place could not be kept; the notice goes on without."""

    place_id: UUID
    capture_id: UUID
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page, reduced to what may be kept, before it is written down."""

    url: str
    final_url: str
    redirects: tuple[str, ...]
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    truncated: bool
    vantage: str
    body_bytes: int
    body_sha256: str  # of the bytes as they came, before anything was read out of them
    title: str
    text: str
    identifiers: Mapping[str, str]


def kept_headers(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the headers that say something about the page; cookies and the rest are left out."""
    return [[name, value[:MAX_VALUE]] for name, value in headers if name.lower() in KEPT_HEADERS]


def write_record(page: Page, *, nonce: str, tool: str) -> bytes:
    """Write a page down as one JSON object, keys sorted, UTF-8.

    Args:
        page: what was there.
        nonce: random, so that the record's digest, which is kept in clear, cannot be guessed from the page.
        tool: name and version of what made the record.
    """
    text = page.text[:MAX_TEXT]
    record: dict[str, Any] = {
        "version": RECORD_VERSION,
        "url": page.url,
        "final_url": page.final_url,
        "redirects": list(page.redirects),
        "fetched_at": page.fetched_at.isoformat(),
        "status": page.status,
        "headers": kept_headers(page.headers),
        "truncated": page.truncated,
        "vantage": page.vantage,
        "body_bytes": page.body_bytes,
        "body_sha256": page.body_sha256,
        "title": page.title[:MAX_VALUE],
        "text": text,
        "text_sha256": digest(text.encode()),
        "identifiers": {name: value[:MAX_VALUE] for name, value in sorted(page.identifiers.items())},
        "media": "none kept",
        "tool": tool,
        "nonce": nonce,
    }
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data`, in hex."""
    return hashlib.sha256(data).hexdigest()
