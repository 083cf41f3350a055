"""What an error becomes at the edge, mapped once: a page, a problem document (RFC 9457), an exit status.

Refuses: to let the text of an error outside the tree, or an operator's detail, reach anybody outside.
"""

from __future__ import annotations

from typing import Any

from recourse.base.core.errors import MisconfiguredError, RecourseError
from recourse.base.core.wiring import UnboundPortError

TYPE = "urn:recourse:problem:"  # RFC 9457 wants a URI; this one names the code and is no address to fetch
INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def page_of(error: BaseException) -> tuple[int, str, str]:
    """Return HTTP status, stable code and sentence (a gettext message id) for a person."""
    shown = error if isinstance(error, RecourseError) else RecourseError()
    return shown.status, shown.code, shown.sentence


def problem_of(error: BaseException, instance: str = "") -> dict[str, Any]:
    """Return the problem document of an error: type, title, status, code; retryable and instance where known.

    `instance` is an id of ours, never a path or an address: those may name a place or a person. `title` is
    the sentence in English; the caller may replace it by a translation.
    """
    status, code, sentence = page_of(error)
    document: dict[str, Any] = {"type": TYPE + code, "title": sentence, "status": status, "code": code}
    if isinstance(error, RecourseError) and error.retryable:
        document["retryable"] = True
    if instance:
        document["instance"] = instance
    return document


def exit_status_of(error: BaseException) -> int:
    """Return the exit status of a command that met this error (sysexits.h where one fits)."""
    if isinstance(error, RecourseError):
        return error.exit_status
    if isinstance(error, UnboundPortError):
        return MisconfiguredError.exit_status
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else RecourseError.exit_status
