"""How answers are written before they are sealed: JSON, filled up so that a length tells little.

Refuses: to seal anything itself; the callers name what they seal.
"""

from __future__ import annotations

import json
from typing import Any

_BLOCK = 1024


def to_block(content: dict[str, Any]) -> bytes:
    """Write `content` as JSON, filled with spaces to a multiple of 1024 bytes."""
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return raw + b" " * (-len(raw) % _BLOCK)


def from_block(raw: bytes) -> dict[str, Any]:
    """Read what `to_block` wrote."""
    content: dict[str, Any] = json.loads(raw)
    return content


def answers_from(raw: dict[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return answers as the domain has them from their JSON form (lists become tuples)."""
    return {
        question: {field: tuple(values) for field, values in fields.items()}
        for question, fields in raw.items()
    }
