"""Job handlers of evidence: fetch and seal one capture; end one that took too long; let go of a place."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from uuid import UUID

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError, RecourseError
from recourse.base.core.fetch import Fetcher
from recourse.base.core.sandbox import Sandbox
from recourse.base.jobs.domain import JobContext
from recourse.world.evidence import selectors, services
from recourse.world.evidence.domain import Page, write_record
from recourse.world.locations.domain import PlaceErased
from recourse.world.locations.selectors import open_place, reading_of
from recourse.world.rules.reading import Reading

TOO_LATE = "too_late"
NONCE_BYTES = 16
TOO_MANY = 429
SERVER_ERROR = 500


class PageInTroubleError(OutsideError):
    """The platform answered that it could not answer; a capture of that would prove nothing."""

    code = "page_in_trouble"


def capture(context: JobContext, args: Mapping[str, Any]) -> None:
    """Fetch what is at a place and seal the minimum of it. Fetches outside any transaction."""
    capture_id = UUID(args["capture"])
    asked = selectors.requested(capture_id)
    if asked is None:
        return
    try:
        place = open_place(asked.place_id)
        reading = reading_of(place)
        if reading is None or place.private or reading.location.capture is None:
            services.fail(capture_id=capture_id, code="no_rule", now=context.now)
            return
        page = _fetch(reading, context, minimal=asked.minimal)
    except OutsideError as error:
        services.attempt_failed(
            capture_id=capture_id, code=error.code, retryable=error.retryable, now=context.now
        )
        return
    record = write_record(page, nonce=secrets.token_hex(NONCE_BYTES), tool=f"recourse {version('recourse')}")
    services.seal_capture(
        capture_id=capture_id,
        record=record,
        body_sha256=page.body_sha256,
        now=context.now,
        minimal=asked.minimal,
    )


def deadline(context: JobContext, args: Mapping[str, Any]) -> None:
    """End a capture that is still asked for a quarter of an hour after the request."""
    services.fail(capture_id=UUID(args["capture"]), code=TOO_LATE, now=context.now)


def exhausted(context: JobContext, args: Mapping[str, Any]) -> None:
    """End a capture whose every attempt failed on our own side."""
    services.fail(capture_id=UUID(args["capture"]), code="internal", now=context.now)


def forget(context: JobContext, event: PlaceErased) -> None:
    """Let go of what was captured at an erased place."""
    services.forget_place(place_id=event.place_id, now=context.now)


def _fetch(reading: Reading, context: JobContext, *, minimal: bool) -> Page:
    """Fetch a place by its rule and reduce the answer to what may be kept; no words of it if `minimal`."""
    rule = reading.location.capture
    if rule is None:
        raise RecourseError("no capture rule")
    fetcher = wiring.resolve(Fetcher)  # type: ignore[type-abstract]
    fetched = fetcher.fetch(rule.url.format(**reading.groups), now=context.now)
    if fetched.status >= SERVER_ERROR or fetched.status == TOO_MANY:
        raise PageInTroubleError(f"status {fetched.status}")
    words = json.loads(wiring.resolve(Sandbox).run("text", fetched.body))  # type: ignore[type-abstract]
    return Page(
        url=fetched.url,
        final_url=fetched.final_url,
        redirects=fetched.redirects,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        headers=fetched.headers,
        truncated=fetched.truncated,
        vantage=fetched.vantage,
        body_bytes=len(fetched.body),
        body_sha256=fetched.wire_digest,
        title="" if minimal else str(words["title"]),
        text="" if minimal else str(words["text"]),
        identifiers={name: _flat(words["markers"].get(name)) for name in rule.identifiers},
    )


def _flat(value: Any) -> str:  # noqa: ANN401 - a marker is text or a list of texts
    """Return a marker as one line."""
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value or "")
