"""Which languages the pages can be had in: English, in which they are written, and each catalogue in `locale`."""

from __future__ import annotations

from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import to_language

CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
WRITTEN_IN = "en"


def shipped(folder: Path = CATALOGUES) -> frozenset[str]:
    """Return the codes of the languages that can be offered."""
    compiled = folder.glob("*/LC_MESSAGES/django.mo")
    return frozenset({WRITTEN_IN, *(to_language(path.parents[1].name) for path in compiled)})


def known(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Accept at least one language, each of them shipped and named once."""
    if not codes or len(set(codes)) < len(codes) or not shipped().issuperset(codes):
        raise ValueError(f"give each language once, from {', '.join(sorted(shipped()))}")
    return codes


def named(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each code with the language's own name for itself."""
    return [(code, LANG_INFO[code]["name_local"]) for code in codes]
