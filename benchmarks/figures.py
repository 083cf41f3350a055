"""The page of figures: each benchmark writes its own sections and leaves those of others as they are."""

from __future__ import annotations

import re
from pathlib import Path

TARGET = Path(__file__).with_name("RESULTS.md")


def sections(text: str) -> dict[str, str]:
    """Take a page apart: what stands before the first section under "", then each section by its heading."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    named = {part.partition("\n")[0]: part.strip() for part in parts[1:]}
    return {"": parts[0].strip()} | named


def merged(old: str, new: str) -> str:
    """Return the old page with the sections of the new one in their place, new ones at the end."""
    fresh = {name: part for name, part in sections(new).items() if part}
    return "\n\n".join((sections(old) | fresh).values()).strip() + "\n"


def put(text: str) -> None:
    """Write sections into RESULTS.md."""
    old = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    TARGET.write_text(merged(old, text), encoding="utf-8")
