"""What a task in a sandbox answered, read by somebody who does not trust it.

A hostile file may have taken the decoder over and answer anything. It can lie about itself, as any file can; it cannot
give its line another file's name, or send whoever compares it into an error.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from recourse.fingerprints.errors import UnreadableFileError

_DIGITS: Final = re.compile(r"[0-9a-f]{64}")
_BEST: Final = 100
_HASHED: Final = {"pdq", "quality"}
_PLAIN: Final = {"kind", "sha256", "size", "format", "width", "height", "rate", "frame", "seconds", *_HASHED}
_CODES: Final = {kind.code for kind in UnreadableFileError.__subclasses__()}


def read(answer: bytes) -> dict[str, Any]:
    """Read an answer of `tasks.FILE_TASKS`: fingerprints as `tasks.described` returns them, or `{"error": code}`.

    Raises:
        ValueError: it is neither.
    """
    try:
        found = json.loads(answer, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("no answer") from error
    if not isinstance(found, dict) or not (_is_refusal(found) or _are_fingerprints(found)):
        raise ValueError("no answer")
    return found


def _is_refusal(found: dict[str, Any]) -> bool:
    return found.keys() == {"error"} and isinstance(found["error"], str) and found["error"] in _CODES


def _are_fingerprints(found: dict[str, Any]) -> bool:
    frames = found.get("frames")
    if frames is None:
        return _is_hashed(found)
    about = {key: value for key, value in found.items() if key != "frames"}
    return _is_plain(about) and isinstance(frames, list) and all(map(_is_hashed, frames))


def _is_hashed(frame: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    if not _is_pdq(frame):
        return False
    inner = frame.get("inner", frame)
    about = {key: value for key, value in frame.items() if key != "inner"}
    return _is_plain(about) and (inner is frame or (_is_pdq(inner) and inner.keys() == _HASHED))


def _is_plain(about: dict[str, Any]) -> bool:
    """Tell whether there is no more than we know, and nothing of it nested: it is written down as it came."""
    return about.keys() <= _PLAIN and not any(isinstance(one, dict | list) for one in about.values())


def _is_pdq(told: Any) -> bool:  # noqa: ANN401 - same
    return (
        isinstance(told, dict)
        and isinstance(told.get("pdq"), str)
        and _DIGITS.fullmatch(told["pdq"]) is not None
        and type(told.get("quality")) is int
        and 0 <= told["quality"] <= _BEST
    )


def _refused(constant: str) -> None:
    """Refuse what Python reads and JSON has no word for: it would stand in a line that others cannot read."""
    raise ValueError(constant)
